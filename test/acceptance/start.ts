import path from "node:path";
import { build } from "esbuild";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { ROOT } from "../support/sources.ts";
import { CLOCK_PATH } from "./entry.ts";
import type { City } from "./city.ts";

export interface Acceptance extends RunningInlet {
  /** Lets so much time pass (ms) for Inlet; what falls due runs at once. */
  advance(ms: number): Promise<void>;
}

/** worker.ts as code that imports the built product as `./worker.js`. */
async function entryCode(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, "test/acceptance/worker.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    plugins: [
      {
        name: "product",
        setup({ onResolve }) {
          onResolve({ filter: /\/src\/worker\.ts$/ }, () => ({ path: "./worker.js", external: true }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? "";
}

/** The built product on a clock of its own, with a city of vendors around it and no other network. */
export async function startAcceptance(city: City, stateDir?: string): Promise<Acceptance> {
  const options = { entry: await entryCode(), outbound: city.handle, ...(stateDir === undefined ? {} : { stateDir }) };
  // As in production: a private host is refused, so nothing but the vendors' own addresses can be reached.
  const inlet = await startInlet({ INLET_ALLOW_PRIVATE_HOSTS: "false", INLET_DEMO: "false" }, options);
  return {
    ...inlet,
    async advance(ms) {
      const response = await fetch(new URL(`${CLOCK_PATH}?advance=${ms}`, inlet.url), { method: "POST" });
      if (!response.ok) throw new Error(await response.text());
    },
  };
}
