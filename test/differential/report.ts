import type { Observation } from "./case.ts";
import { compare } from "./compare.ts";
import { KNOWN, type KnownDifference } from "./known.ts";
import type { Result } from "./run.ts";

const isUnmatched = ({ oracle }: Result): boolean => oracle.verdicts.every(({ status }) => status === "unmatched");

function without(header: string, seen: Observation): Observation {
  const requests = seen.requests.map((request) => {
    const { [header]: _, ...headers } = request.headers;
    return { ...request, headers };
  });
  return { ...seen, requests };
}

const isOnly = (header: string, { given, oracle, engine }: Result): boolean =>
  compare(given, without(header, oracle), without(header, engine)) === undefined;

/** The known difference that a result is an example of. */
export const excuseOf = (result: Result): KnownDifference | undefined =>
  KNOWN.find(
    ({ slug, says, onlyHeader }) =>
      slug === result.given.slug &&
      says.test(result.difference ?? "") &&
      (onlyHeader === undefined || isOnly(onlyHeader, result)),
  );

interface Tally {
  cases: number;
  equal: number;
}

const percent = ({ cases, equal }: Tally): string => (cases === 0 ? "-" : ((100 * equal) / cases).toFixed(3));

/** Adds results up and says what they come to. */
export class Report {
  readonly all: Tally = { cases: 0, equal: 0 };
  /** Without the cases in which no trigger fired. */
  readonly reached: Tally = { cases: 0, equal: 0 };
  readonly unequal: Result[] = [];
  readonly destinations = new Set<string>();
  #requests = 0;
  readonly #verdicts = new Map<string, number>();

  add(result: Result): void {
    this.destinations.add(result.given.destination);
    this.#requests += result.oracle.requests.length;
    for (const { status } of result.oracle.verdicts) this.#verdicts.set(status, (this.#verdicts.get(status) ?? 0) + 1);
    const tallies = isUnmatched(result) ? [this.all] : [this.all, this.reached];
    for (const tally of tallies) {
      tally.cases++;
      if (result.difference === undefined) tally.equal++;
    }
    if (result.difference !== undefined) this.unequal.push(result);
  }

  /** Unequal cases that no entry of the list of known differences excuses. */
  get unexplained(): readonly Result[] {
    return this.unequal.filter((result) => excuseOf(result) === undefined);
  }

  lines(): string[] {
    const verdicts = [...this.#verdicts].map(([status, count]) => `${count} ${status}`).join(", ");
    return [
      `${this.destinations.size} destinations, ${this.all.cases} cases, ${this.#requests} requests; events: ${verdicts}`,
      `equal: ${this.all.equal} of ${this.all.cases} (${percent(this.all)} %)`,
      `equal, without "not subscribed": ${this.reached.equal} of ${this.reached.cases} (${percent(this.reached)} %)`,
      `known differences: ${this.unequal.length - this.unexplained.length}, unexplained: ${this.unexplained.length}`,
      ...this.#byDestination(),
    ];
  }

  #byDestination(): string[] {
    const groups = Map.groupBy(this.unequal, ({ given }) => given.slug);
    return [...groups]
      .toSorted(([, a], [, b]) => b.length - a.length)
      .flatMap(([slug, results]) => [`${slug}: ${results.length} unequal`, ...distinct(results).map(describe)]);
  }
}

/** One result for each way of differing: the same place in another event is the same. */
function distinct(results: readonly Result[]): Result[] {
  const key = ({ difference = "" }: Result): string => difference.replaceAll(/\d+/g, "#").slice(0, 60);
  return [...new Map(results.toReversed().map((result) => [key(result), result])).values()].slice(0, 6);
}

function describe(result: Result): string {
  const { given, difference, oracle, engine } = result;
  const excuse = excuseOf(result);
  const notes = [`upstream: ${oracle.notes[0] ?? "-"}`, `inlet: ${engine.notes[0] ?? "-"}`].map((note) =>
    note.slice(0, 240),
  );
  return [
    `  ${excuse === undefined ? "" : "(known) "}${given.id} [${JSON.stringify(given.answer)}]`,
    `    ${difference}`,
    ...notes.map((note) => `    ${note}`),
  ].join("\n");
}
