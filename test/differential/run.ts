import path from "node:path";
import type { DifferentialCase, Observation } from "./case.ts";
import { compare } from "./compare.ts";
import { bundleWorker } from "./engine/bundle.ts";
import { startEngine, type Side } from "./engine/start.ts";
import { startOracle } from "./oracle/start.ts";

export interface Result {
  readonly given: DifferentialCase;
  readonly oracle: Observation;
  readonly engine: Observation;
  /** Undefined: both sides did the same. */
  readonly difference: string | undefined;
}

interface Pair {
  readonly oracle: Side;
  readonly engine: Side;
}

/** Runs the cases on `pairs` pairs of processes at a time. Results come in no order. */
export async function runCases(
  cases: Iterable<DifferentialCase>,
  pairs: number,
  onResult: (result: Result) => void,
): Promise<void> {
  const modules = bundleWorker(path.join(import.meta.dirname, "engine/worker.ts"));
  const source = cases[Symbol.iterator]();
  const work = async (): Promise<void> => {
    const pair: Pair = { oracle: startOracle(), engine: await startEngine(modules) };
    try {
      for (let next = source.next(); next.done !== true; next = source.next()) {
        onResult(await runOne(next.value, pair));
      }
    } finally {
      await Promise.all([pair.oracle.stop(), pair.engine.stop()]);
    }
  };
  await Promise.all(Array.from({ length: pairs }, work));
}

async function runOne(given: DifferentialCase, pair: Pair): Promise<Result> {
  const [oracle, engine] = await Promise.all([pair.oracle.observe(given), pair.engine.observe(given)]);
  const difference = compare(given, oracle, engine);
  if (difference !== undefined && given.patient !== true) return runOne({ ...given, patient: true }, pair);
  return { given, oracle, engine, difference };
}
