import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import type { LoadOrder, LoadResult } from "./load-driver.ts";

/** The load driver's process; one round at a time. */
export class LoadDriver {
  readonly #child: ChildProcess = fork(path.join(import.meta.dirname, "load-driver.ts"), { serialization: "advanced" });

  /** Throws when a call fails or is answered anything but 200: such a round measures nothing. */
  async run(order: LoadOrder): Promise<LoadResult> {
    const answer = new Promise<{ result?: LoadResult; error?: string }>((resolve, reject) => {
      this.#child.once("message", resolve);
      this.#child.once("exit", (code) => reject(new Error(`the load driver ended with ${code}`)));
    });
    this.#child.send(order);
    const { result, error } = await answer;
    this.#child.removeAllListeners("exit");
    if (result === undefined) throw new Error(`load on ${order.url} failed: ${error}`);
    if (Object.keys(result.refused).length > 0) {
      throw new Error(`load on ${order.url} was refused: ${JSON.stringify(result.refused)} of ${result.calls} calls`);
    }
    return result;
  }

  stop(): void {
    this.#child.kill();
  }
}

/** The value below which `share` of the ascending values lie. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The middle of several rounds, and the quartiles around it. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const place = (sorted.length - 1) * share;
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return below + (above - below) * (place % 1);
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}
