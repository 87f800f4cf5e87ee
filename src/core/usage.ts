/**
 * What an object has used of what Cloudflare bills for, since it told of it the last time. It costs nothing to keep:
 * it lies in memory and goes along with figures that are stored anyway, so a crash may lose a little of it.
 * - `calls`: requests of clients, each counted once however many shards it reached
 * - `requests`: calls, alarms and sockets' messages of Durable Objects
 * - `rows`: rows written; an alarm that is set is one
 * - `segments`: written to R2 and handed over
 * - `pointers`: messages put on the DELIVERIES queue
 * - `claims`: jobs that a consumer took and read the segment of
 * - `openMs`: how long an object was kept in memory by its own timers
 */
export const USAGE_NAMES = ["calls", "requests", "rows", "segments", "pointers", "claims", "openMs"] as const;
export type UsageName = (typeof USAGE_NAMES)[number];
export type Usage = Readonly<Partial<Record<UsageName, number>>>;

/** How an hour's counters call it. */
const KEY = "op:";
export const usageKey = (name: string): string => `${KEY}${name}`;
export const isUsageKey = (key: string): boolean => key.startsWith(KEY);

/** Adds up. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum: Partial<Record<UsageName, number>> = { ...a };
  for (const name of USAGE_NAMES) {
    const more = b[name] ?? 0;
    if (more !== 0) sum[name] = (sum[name] ?? 0) + more;
  }
  return sum;
}

/** What one ledger counted of one month, and of the days before now that say how it goes on. */
export interface UsageReport {
  /** By counter key: `op:…` and what became of events. */
  readonly month: Readonly<Record<string, number>>;
  readonly lately: Readonly<Record<string, number>>;
  /** How many ms `lately` covers: less than was asked where the ledger is younger. */
  readonly latelyMs: number;
  /** Hours of the month in which segments were written. */
  readonly activeHours: number;
}

/** Times are ms since epoch: the month's start, and since when is `lately`. */
export interface UsageQuery {
  readonly monthStart: number;
  readonly latelyStart: number;
  readonly now: number;
}
