import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Observation } from "../case.ts";
import type { Side } from "../engine/start.ts";

/** The oracle in a Node process of its own, so that its frozen clock and rerouted network are nobody else's. */
export function startOracle(): Side {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "child.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => void child.on("exit", () => resolve()));
  return {
    async observe(given) {
      child.stdin.write(`${JSON.stringify(given)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the oracle ended at ${given.id}`);
      return JSON.parse(value) as Observation;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
