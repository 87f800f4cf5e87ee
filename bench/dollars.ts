import { sumOf, type Counts } from "./counts.ts";
import { ASSUMED_CPU, LOG_SHARE, OBJECT_GB, PRICES } from "../src/core/prices.ts";

/** One line of a bill for a million events. */
export interface BillLine {
  readonly what: string;
  /** Operations (or CPU ms, GB-s) per million events. */
  readonly amount: number;
  readonly dollars: number;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly total: number;
  /** Real, but outside what the target names. */
  readonly beside: readonly BillLine[];
}

const line = (what: string, amount: number, price: { readonly dollars: number }): BillLine => ({
  what,
  amount,
  dollars: (amount / 1e6) * price.dollars,
});

/** Writes to R2 and listings are class A, reads class B; deletes are free. */
export const CLASS_A = ["put", "list", "createMultipartUpload"];
export const CLASS_B = ["get", "head"];
export const pick = (record: Readonly<Record<string, number>>, keys: readonly string[]): number =>
  keys.reduce((sum, key) => sum + (record[key] ?? 0), 0);

export const objectRequests = (counts: Counts): Record<string, number> =>
  Object.fromEntries(Object.entries(counts.requests).map(([name, methods]) => [name, sumOf(methods)]));

export const queueOperations = (counts: Counts): number =>
  Object.values(counts.queues).reduce((sum, ops) => sum + sumOf(ops), 0);

/**
 * The bill of `events` events from what was counted, scaled to a million. CPU is the one assumption (prices.ts);
 * `delivered` events passed through a consumer as well. Expiry deletes each segment's row once, a day later, so that
 * row is billed here too although the run does not live to see it.
 */
export function billOf(counts: Counts, events: number, delivered: number): Bill {
  const scale = 1e6 / events;
  const requests = objectRequests(counts);
  const cpuMs =
    counts.worker.fetch * ASSUMED_CPU.requestMs +
    events * ASSUMED_CPU.eventMs +
    delivered * ASSUMED_CPU.deliveredEventMs;
  const lines = [
    line("Worker requests (calls)", counts.worker.fetch * scale, PRICES.workerRequest),
    line("Worker requests (queue batches)", counts.worker.queue * scale, PRICES.workerRequest),
    line("Worker CPU ms (assumed)", cpuMs * scale, PRICES.workerCpu),
    ...Object.entries(requests).map(([name, n]) => line(`${name} requests`, n * scale, PRICES.objectRequest)),
    ...Object.entries(counts.rowsWritten).map(([name, n]) =>
      line(`${name} rows written`, n * scale, PRICES.rowWritten),
    ),
    line("Intake rows deleted at expiry", (counts.queues["inlet-events"]?.write ?? 0) * scale, PRICES.rowWritten),
    line("rows read", sumOf(counts.rowsRead) * scale, PRICES.rowRead),
    line("object GB-s", (sumOf(counts.activeMs) / 1000) * OBJECT_GB * scale, PRICES.objectDuration),
    line("R2 class A", pick(counts.r2, CLASS_A) * scale, PRICES.r2ClassA),
    line("R2 class B", pick(counts.r2, CLASS_B) * scale, PRICES.r2ClassB),
    line("queue operations", queueOperations(counts) * scale, PRICES.queueOperation),
  ].filter((one) => one.amount > 0);
  const storedGb = ((counts.r2["bytes"] ?? 0) * scale) / 1e9;
  const beside: BillLine[] = [
    { what: "R2 storage, GB kept for a month", amount: storedGb, dollars: storedGb * PRICES.r2Stored.dollars },
    line("Workers Logs at the configured sampling", counts.worker.fetch * LOG_SHARE * scale, PRICES.workersLog),
  ];
  return { lines, total: lines.reduce((sum, one) => sum + one.dollars, 0), beside };
}
