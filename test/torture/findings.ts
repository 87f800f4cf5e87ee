import type { Totals } from "./totals.ts";

/** Enough to see what is wrong. */
const SHOWN = 10;

/** Problems by what they are about, and figures; a run without any problem has an empty record. */
export class Findings {
  readonly problems: Record<string, string[]> = {};
  readonly #totals: Totals;

  constructor(totals: Totals) {
    this.#totals = totals;
  }

  blame(what: string, found: readonly string[]): void {
    if (found.length > 0)
      this.problems[what] = [...(this.problems[what] ?? []), `${found.length}`, ...found.slice(0, SHOWN)];
  }

  add(figure: string, count: number): void {
    const { figures } = this.#totals;
    figures[figure] = (figures[figure] ?? 0) + count;
  }

  /** That `found` holds exactly what is `expected`, each once. */
  compare(what: string, found: readonly string[], expected: readonly string[]): void {
    this.blame(`doubled in the ${what}`, [...copiesIn(found).keys()]);
    const there = new Set(found);
    this.blame(
      `archived and not in the ${what}`,
      expected.filter((one) => !there.has(one)),
    );
    const wanted = new Set(expected);
    this.blame(
      `in the ${what} and not archived`,
      found.filter((one) => !wanted.has(one)),
    );
    this.add(`rows in ${what}`, found.length);
  }
}

/** Those that are there more than once, with how often. */
export function copiesIn(ids: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return new Map([...counts].filter(([, count]) => count > 1));
}
