import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../support/sources.ts";
import { CLASSES, type ClassName } from "./classes/index.ts";

const FINE = /^(?:20\d (?:success|told each|no body|\w+\/)|30\d )/;

/** How many inputs of each class had each kind of answer. */
export class Totals {
  readonly seed: number;
  readonly figures: Record<string, number> = {};
  readonly #answers = new Map<ClassName, Map<string, number>>();
  readonly #slowest = new Map<ClassName, number>();
  readonly #spent = new Map<ClassName, number>();
  readonly #started = Date.now();

  constructor(seed: number) {
    this.seed = seed;
  }

  /** `ms`: how long the answer took. */
  add(name: ClassName, label: string, ms: number): void {
    this.#slowest.set(name, Math.max(ms, this.#slowest.get(name) ?? 0));
    this.#spent.set(name, ms + (this.#spent.get(name) ?? 0));
    const of = this.#answers.get(name) ?? new Map<string, number>();
    of.set(label, (of.get(label) ?? 0) + 1);
    this.#answers.set(name, of);
  }

  get inputs(): number {
    return Object.values(this.#byClass()).reduce((sum, count) => sum + count, 0);
  }

  #byClass(): Record<string, number> {
    const sum = (of: ReadonlyMap<string, number>): number => [...of.values()].reduce((all, count) => all + count, 0);
    return Object.fromEntries(CLASSES.map((name) => [name, sum(this.#answers.get(name) ?? new Map())]));
  }

  /** How often each kind of answer came that is no success. */
  #refused(): Record<string, number> {
    const refused: Record<string, number> = {};
    for (const [label, count] of [...this.#answers.values()].flatMap((of) => [...of])) {
      if (!FINE.test(label)) refused[label] = (refused[label] ?? 0) + count;
    }
    return refused;
  }

  /** Prints the run and keeps it as dist/torture/fuzz.json. */
  write(): void {
    const answers = Object.fromEntries(
      CLASSES.flatMap((name) => {
        const of = this.#answers.get(name);
        return of === undefined ? [] : [[name, Object.fromEntries([...of].toSorted(([, a], [, b]) => b - a))] as const];
      }),
    );
    const seconds = Math.round((Date.now() - this.#started) / 1000);
    const figures = { inputs: this.inputs, ...this.figures };
    const report = {
      suite: "fuzz",
      seed: this.seed,
      seconds,
      figures,
      refused: this.#refused(),
      faults: this.#byClass(),
      answers,
    };
    const folder = path.join(ROOT, "dist/torture");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "fuzz.json"), `${JSON.stringify(report, null, 2)}\n`);
    const lines = [
      `fuzz, seed ${this.seed}: ${this.inputs} inputs in ${seconds} s`,
      ...Object.entries(this.figures).map(([name, count]) => `  ${name}: ${count}`),
      `  slowest answers, ms: ${JSON.stringify(rounded(this.#slowest))}`,
      `  spent, ms: ${JSON.stringify(rounded(this.#spent))}`,
      ...Object.entries(answers).map(([name, of]) => `  ${name}: ${JSON.stringify(of)}`),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
}

const rounded = (all: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...all].map(([name, ms]) => [name, Math.round(ms)]));
