// Runs the bundled Worker (dist/worker) with persistent local state on Miniflare: what `npm start`, the
// end-to-end tests, the crash test and the benches share, so that all of them see one runtime.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptionsFrom, unstable_readConfig } from "wrangler";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/**
 * @param {{
 *   port?: number,                      // 0 or absent: a free one
 *   stateDir: string,                   // Durable Objects, R2 and queues live here
 *   vars: Record<string, string>,       // INLET_* settings and secrets
 *   scriptPath?: string,                // another bundle (the benches' bare Workers)
 *   assets?: boolean,                   // false: no asset router in front of the Worker (the benches)
 *   entry?: string,                     // code put before the bundle, which it imports as ./worker.js (tests)
 *   outbound?: import("node:http").RequestListener, // gets whatever the Worker asks of the network (tests)
 *   log?: "none" | "warn" | "info",
 *   pidFile?: string,                   // where the runtime's process ids are kept, see endLeftover
 *   inspectorPort?: number,             // 0: a free one; whoever measures memory asks there (bench)
 *   queueWait?: number,                 // at most so long (s) does each queue wait for a batch to fill (tests)
 * }} options
 * @returns {Promise<{ url: URL, miniflare: Miniflare, stop(): Promise<void> }>}
 */
export async function serve({ port = 0, stateDir, vars, scriptPath, log = "warn", pidFile, ...options }) {
  const { assets = true, entry, outbound, inspectorPort, queueWait = Infinity } = options;
  const config = path.join(ROOT, "wrangler.toml");
  // Without `secrets`: they come as `vars`, and wrangler would look for them in the environment and complain.
  const { workerOptions } = workerOptionsFrom({ ...unstable_readConfig({ config }), secrets: undefined });
  const script = scriptPath ?? path.join(ROOT, "dist/worker/worker.js");
  const before = path.join(path.dirname(script), "entry.js");
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port,
      cf: false,
      telemetry: { enabled: false },
      ...(inspectorPort === undefined ? {} : { inspectorPort }),
      log: log === "none" ? new Log(LogLevel.NONE) : new Log(log === "info" ? LogLevel.INFO : LogLevel.WARN),
      resourcePersistencePath: stateDir,
      workers: [
        {
          ...workerOptions,
          ...(assets ? {} : { assets: undefined }),
          name: "inlet",
          rootPath: ROOT,
          modules: [
            ...(entry === undefined ? [] : [{ type: "ESModule", path: before, contents: entry }]),
            { type: "ESModule", path: script, contents: await readFile(script, "utf8") },
          ],
          ...(outbound === undefined ? {} : { outboundService: { node: outbound } }),
          queueConsumers: withWait(workerOptions.queueConsumers, queueWait),
          bindings: { ...workerOptions.bindings, ...vars },
        },
      ],
    }),
  );
  const url = await miniflare.ready;
  if (pidFile) writeFileSync(pidFile, JSON.stringify({ parent: process.pid, runtimes: runtimes(process.pid) }));
  return {
    url,
    miniflare,
    async stop() {
      await miniflare.dispose();
      if (pidFile) rmSync(pidFile, { force: true });
    },
  };
}

const withWait = (consumers, most) =>
  Object.fromEntries(
    Object.entries(consumers).map(([queue, one]) => [
      queue,
      { ...one, maxBatchTimeout: Math.min(one.maxBatchTimeout, most) },
    ]),
  );

/** Process ids of the workerd runtimes that `parent` (default: anybody) started. */
export function runtimes(parent) {
  return processes()
    .filter((one) => one.args.includes("workerd") && (parent === undefined || one.ppid === parent))
    .map((one) => one.pid);
}

/**
 * Ends the runtime that a killed run left behind: `kill -9` of the parent cannot reach its children, and they would
 * hold the port and the state. Only processes that the run itself wrote down, and that still are what they were.
 * @returns {number | undefined} the parent's process id when that run is alive: then nothing is ended
 */
export function endLeftover(pidFile) {
  if (!existsSync(pidFile)) return undefined;
  const left = JSON.parse(readFileSync(pidFile, "utf8"));
  if (processes().some(({ pid, args }) => pid === left.parent && args.includes("start.mjs"))) return left.parent;
  const running = new Set(runtimes());
  for (const pid of left.runtimes) if (running.has(pid)) process.kill(pid, "SIGKILL");
  rmSync(pidFile, { force: true });
  return undefined;
}

/** Every process. Linux says so itself (slim images have no `ps`); elsewhere `ps` does. */
function processes() {
  return existsSync("/proc/self/stat") ? processesOfLinux() : processesOfPs();
}

function processesOfLinux() {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name before the last parenthesis may hold anything; state and parent follow it.
      const [, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(pid), ppid: Number(ppid), args }];
    } catch (error) {
      // It ended while we looked.
      if (error.code === "ENOENT" || error.code === "ESRCH") return [];
      throw error;
    }
  });
}

function processesOfPs() {
  try {
    const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
    return table.split("\n").map((line) => {
      const [, pid, ppid, args = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return { pid: Number(pid), ppid: Number(ppid), args };
    });
  } catch (error) {
    console.error(`cannot list processes (${error.code ?? error.message}); a killed run's leftovers stay`);
    return [];
  }
}
