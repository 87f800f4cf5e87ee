import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../support/sources.ts";
import { BLOWS, SEAMS, type FaultKind } from "./seams.ts";

/** Figures of one run; what has no figure here was not looked at. */
export type Figures = Record<string, number>;

/** What a run did and what came of it, printed and written at its end. */
export class Totals {
  readonly suite: string;
  readonly seed: number;
  readonly figures: Figures = {};
  readonly refused: Record<string, number> = {};
  readonly #faults = new Map<FaultKind, number>();
  readonly #started = Date.now();

  constructor(suite: string, seed: number) {
    this.suite = suite;
    this.seed = seed;
  }

  fault(kind: FaultKind, count = 1): void {
    this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count);
  }

  refusal(reason: string): void {
    this.refused[reason] = (this.refused[reason] ?? 0) + 1;
  }

  get faults(): Record<string, number> {
    return Object.fromEntries([...SEAMS, ...BLOWS].map((kind) => [kind, this.#faults.get(kind) ?? 0]));
  }

  /** Kinds that never came about. */
  missing(expected: readonly FaultKind[] = [...SEAMS, ...BLOWS]): FaultKind[] {
    return expected.filter((kind) => (this.#faults.get(kind) ?? 0) === 0);
  }

  /** Prints the run and keeps it as dist/torture/<suite>.json. */
  write(): void {
    const { suite, seed, figures, refused } = this;
    const seconds = Math.round((Date.now() - this.#started) / 1000);
    const faults = Object.fromEntries(Object.entries(this.faults).filter(([, count]) => count > 0));
    const report = { suite, seed, seconds, figures, refused, faults };
    const folder = path.join(ROOT, "dist/torture");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `${suite}.json`), `${JSON.stringify(report, null, 2)}\n`);
    const lines = [
      `torture ${suite}, seed ${seed}, ${seconds} s`,
      ...Object.entries(figures).map(([name, count]) => `  ${name}: ${count}`),
      `  refused by reason: ${JSON.stringify(refused)}`,
      `  faults: ${JSON.stringify(faults)}`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
}
