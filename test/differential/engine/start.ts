import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { Capture } from "../capture.ts";
import type { DifferentialCase, Observation } from "../case.ts";
import { runtimeConfig, type Module } from "./bundle.ts";

export interface Side {
  observe(given: DifferentialCase): Promise<Observation>;
  stop(): Promise<void>;
}

/** Longer than any case may take, five calls of the longest (ms): what is not back by then is a finding. */
const PATIENCE_MS = 150_000;

/** A bundled test Worker in a workerd of its own; whatever it asks of the network goes to `network`. */
export async function startWorker(
  modules: readonly Module[],
  network: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Miniflare> {
  const { compatibility_date, compatibility_flags } = runtimeConfig();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.NONE),
      handleRuntimeStdio: (stdout: Readable, stderr: Readable) => void [stdout.resume(), stderr.resume()],
      workers: [
        {
          name: "differential",
          modules: modules.map((module) => ({ ...module })),
          ...(compatibility_date === undefined ? {} : { compatibilityDate: compatibility_date }),
          compatibilityFlags: [...compatibility_flags],
          outboundService: { node: network },
        },
      ],
    }),
  );
  await miniflare.ready;
  return miniflare;
}

/** Inlet's side in a workerd of its own; what it sends out arrives here and nowhere else. */
export async function startEngine(modules: readonly Module[]): Promise<Side> {
  const capture = new Capture();
  const miniflare = await startWorker(modules, (request, response) => capture.handle(request, response));
  return {
    async observe(given) {
      capture.begin(given.answer);
      const init = { method: "POST", body: JSON.stringify(given), signal: AbortSignal.timeout(PATIENCE_MS) };
      try {
        const response = await miniflare.dispatchFetch("http://differential.test/", init);
        const text = await response.text();
        if (!response.ok) throw new Error(text.slice(0, 2000));
        const told = JSON.parse(text) as Pick<Observation, "verdicts" | "savedTokens" | "notes">;
        return { requests: capture.end(), ...told, overlapping: false };
      } catch (error) {
        const notes = [`the engine failed: ${String(error)}`];
        return { requests: capture.end(), verdicts: [], overlapping: false, savedTokens: [], notes };
      }
    },
    stop: () => miniflare.dispose(),
  };
}
