// Runs the bundled Worker (dist/worker) with persistent local state on Miniflare: what `npm start`, the
// end-to-end tests, the crash test and the benches share, so that all of them see one runtime.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptionsFrom } from "wrangler";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/**
 * @param {{
 *   port?: number,                      // 0 or absent: a free one
 *   stateDir: string,                   // Durable Objects, R2 and queues live here
 *   vars: Record<string, string>,       // INLET_* settings and secrets
 *   scriptPath?: string,                // another bundle (the benches' bare Workers)
 *   log?: "none" | "warn" | "info",
 * }} options
 * @returns {Promise<{ url: URL, miniflare: Miniflare, stop(): Promise<void> }>}
 */
export async function serve({ port = 0, stateDir, vars, scriptPath, log = "warn" }) {
  const config = path.join(ROOT, "wrangler.toml");
  const { workerOptions } = workerOptionsFrom(config);
  const script = scriptPath ?? path.join(ROOT, "dist/worker/worker.js");
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port,
      cf: false,
      telemetry: { enabled: false },
      log: log === "none" ? new Log(LogLevel.NONE) : new Log(log === "info" ? LogLevel.INFO : LogLevel.WARN),
      defaultPersistRoot: stateDir,
      workers: [
        {
          ...workerOptions,
          name: "inlet",
          rootPath: ROOT,
          modules: [{ type: "ESModule", path: script, contents: await readFile(script, "utf8") }],
          bindings: { ...workerOptions.bindings, ...vars },
        },
      ],
    }),
  );
  const url = await miniflare.ready;
  return { url, miniflare, stop: () => miniflare.dispose() };
}
