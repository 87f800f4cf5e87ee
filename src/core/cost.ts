import { sumOf } from "./counters.ts";
import { ASSUMED_CPU, OBJECT_GB, PRICES } from "./prices.ts";
import { usageKey, type UsageName } from "./usage.ts";

/**
 * What used operations cost, from the figures that ledgers keep. An estimate: the operations are counted, save for those
 * that are told here as "each segment" and the like; the prices are list prices, and nothing that is free is deducted.
 */

/** One line of a bill. `amount` counts what `what` names. */
export interface CostLine {
  readonly what: CostKind;
  readonly amount: number;
  readonly dollars: number;
}
export type CostKind = "requests" | "objects" | "duration" | "rows" | "queues" | "r2" | "processor" | "storage";

/** Sums by counter key (core/usage UsageReport). */
type Sums = Readonly<Record<string, number>>;

/**
 * What each segment costs besides what its shard counts: measured once, and held to the truth by
 * test/acceptance/cost-meter.test.ts.
 */
const PER_SEGMENT = {
  /** ArchiveIndex.add, and the Catalog's word on which destinations there are. */
  requests: 2,
  /** The index's row, and its marks and alarm where nothing was due yet. */
  rows: 2,
  /** The row of its ids, which expires with the dedup window. */
  expiry: 1,
  /** A pointer's write, read and delete. */
  queueOperations: 3,
  /** The consumer's invocation: several pointers may share one. */
  invocations: 1,
  /** The segment's put; once compacted, read once. */
  classA: 1,
  classB: 1,
} as const;

/** What an hour with events costs later: a compacted file (begun, one part, completed), the day's index, their rows. */
const PER_HOUR = { classA: 4, requests: 8, rows: 8, queueOperations: 3, invocations: 1 } as const;

/** What each claim of a job costs besides what its ledger counts: the destination's settings, its segment. */
const PER_CLAIM = { requests: 1, classB: 1 } as const;
/** A pointer on the DELIVERIES queue: as a segment's. */
const PER_POINTER = { queueOperations: 3, invocations: 1 } as const;

const of = (sums: Sums, name: UsageName): number => sums[usageKey(name)] ?? 0;

const line = (what: CostKind, amount: number, { dollars }: { readonly dollars: number }): CostLine => ({
  what,
  amount,
  dollars: (amount / 1e6) * dollars,
});

const r2 = (classA: number, classB: number): CostLine => ({
  what: "r2",
  amount: classA + classB,
  dollars: line("r2", classA, PRICES.r2ClassA).dollars + line("r2", classB, PRICES.r2ClassB).dollars,
});

const lines = (all: readonly CostLine[]): CostLine[] => all.filter(({ amount }) => amount > 0);

/**
 * A source's door, Intake, debugger, archive and figures.
 * @param activeHours hours in which segments were written; 0 leaves out what is done with them later.
 */
export function sourceLines(sums: Sums, activeHours: number): CostLine[] {
  const [calls, segments] = [of(sums, "calls"), of(sums, "segments")];
  const later = activeHours === 0 ? 0 : 1;
  const hours = activeHours;
  // Refused ones are not priced: whoever knows a write key can name thousands of them in a few bytes.
  const events = sumOf(sums, "accepted") + sumOf(sums, "duplicate");
  const invocations = PER_SEGMENT.invocations * segments + PER_HOUR.invocations * hours;
  return lines([
    line("requests", calls + invocations, PRICES.workerRequest),
    line(
      "objects",
      of(sums, "requests") + PER_SEGMENT.requests * segments + PER_HOUR.requests * hours,
      PRICES.objectRequest,
    ),
    line("duration", (of(sums, "openMs") / 1000) * OBJECT_GB, PRICES.objectDuration),
    line(
      "rows",
      of(sums, "rows") + (PER_SEGMENT.rows + PER_SEGMENT.expiry) * segments + PER_HOUR.rows * hours,
      PRICES.rowWritten,
    ),
    line("queues", PER_SEGMENT.queueOperations * segments + PER_HOUR.queueOperations * hours, PRICES.queueOperation),
    r2(PER_SEGMENT.classA * segments + PER_HOUR.classA * hours, PER_SEGMENT.classB * later * segments),
    line("processor", calls * ASSUMED_CPU.requestMs + events * ASSUMED_CPU.eventMs, PRICES.workerCpu),
  ]);
}

const OUTCOMES = [
  "delivered",
  "retry",
  "abandoned",
  "dropped",
  "replayed",
  "replay_retry",
  "replay_abandoned",
  "replay_dropped",
] as const;

/** A destination's ledger, queue and consumers. What it answers with costs nothing: requests out are free. */
export function destinationLines(sums: Sums): CostLine[] {
  const [pointers, claims] = [of(sums, "pointers"), of(sums, "claims")];
  const outcomes = OUTCOMES.reduce((total, name) => total + sumOf(sums, name), 0);
  return lines([
    line("requests", PER_POINTER.invocations * pointers, PRICES.workerRequest),
    line("objects", of(sums, "requests") + PER_CLAIM.requests * claims, PRICES.objectRequest),
    line("rows", of(sums, "rows"), PRICES.rowWritten),
    line("queues", PER_POINTER.queueOperations * pointers, PRICES.queueOperation),
    r2(0, PER_CLAIM.classB * claims),
    line("processor", outcomes * ASSUMED_CPU.deliveredEventMs, PRICES.workerCpu),
  ]);
}

/** What warehouse tables cost that are written hour by hour. `objects`: files and manifests, as publications counted them. */
export const exportLine = (objects: number): CostLine => line("r2", objects, PRICES.r2ClassA);

/** Bytes kept for a whole month. */
export const storageLine = (bytes: number): CostLine => ({
  what: "storage",
  amount: bytes,
  dollars: (bytes / 1e9) * PRICES.r2Stored.dollars,
});

export const dollarsOf = (all: readonly CostLine[]): number => all.reduce((sum, { dollars }) => sum + dollars, 0);

/** One line for each kind. */
export function mergeLines(all: readonly CostLine[]): CostLine[] {
  return [...Map.groupBy(all, ({ what }) => what)].map(([what, same]) => ({
    what,
    amount: same.reduce((sum, { amount }) => sum + amount, 0),
    dollars: dollarsOf(same),
  }));
}
