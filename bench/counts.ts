/** What Cloudflare bills for, counted while a load runs. One object for all: locally everything shares an isolate. */
export interface Counts {
  /** Invocations of the Worker: requests from outside and batches of queue messages. */
  readonly worker: Record<"fetch" | "queue", number>;
  /** By Durable Object class, then by method (`alarm` too): each call is a billed request. */
  readonly requests: Record<string, Record<string, number>>;
  readonly rowsWritten: Record<string, number>;
  readonly rowsRead: Record<string, number>;
  /** rowsWritten by class and statement: who wants to lower them needs to know which one writes. */
  readonly rowsBy: Record<string, number>;
  /** `setAlarm` is billed as one row written; they are part of rowsWritten as well. */
  readonly alarmsSet: Record<string, number>;
  /** ms in which an object had a call, a timer or `waitUntil` work open: what duration is billed for. */
  readonly activeMs: Record<string, number>;
  /** For how long their own timers were to keep objects in memory, ms; those that were called off are not in it. */
  readonly timerMs: Record<string, number>;
  /** When the last segment was in R2, and the last one routed and confirmed: ms since epoch, 0 before the first. */
  readonly last: Record<"drained" | "routed", number>;
  /** R2 operations by method, and the bytes that were put. */
  readonly r2: Record<string, number>;
  /** Queue operations by queue, one per 64 kB of a message for each of its writes, reads and deletes. */
  readonly queues: Record<string, Record<"write" | "read" | "delete", number>>;
}

export const emptyCounts = (): Counts => ({
  worker: { fetch: 0, queue: 0 },
  requests: {},
  rowsWritten: {},
  rowsRead: {},
  rowsBy: {},
  alarmsSet: {},
  activeMs: {},
  timerMs: {},
  last: { drained: 0, routed: 0 },
  r2: {},
  queues: {},
});

export const sumOf = (record: Readonly<Record<string, number>>): number =>
  Object.values(record).reduce((sum, n) => sum + n, 0);
