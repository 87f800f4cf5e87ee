import { DAY_MS, HOUR_MS, hourOf, MINUTE_MS } from "./durations.ts";
import { usageKey, type Usage } from "./usage.ts";

/** What happened, by key, since the last report: `accepted`, `refused:<reason>`, `latency:<bucket>` and so on. */
export type Counts = Readonly<Record<string, number>>;

/**
 * The counts of one UTC hour: one stored row. `minutes` (key → minute of the hour → count) is emptied when it is
 * no longer asked for; `totals` stays.
 */
export interface HourCounts {
  readonly minutes: Readonly<Record<string, Readonly<Record<number, number>>>>;
  readonly totals: Counts;
}

/**
 * Minutes are kept for 48 h and hours for 30 days, as far back as Segment's delivery overview can ask; two days more, so
 * that the cost meter has each month whole.
 */
export const MINUTES_KEPT_MS = 48 * HOUR_MS;
export const HOURS_KEPT_MS = 32 * DAY_MS;

/** More names than this within an hour are counted as one: a row must stay small whatever a destination answers. */
const MAX_KEYS = 300;

export const EMPTY_HOUR: HourCounts = { minutes: {}, totals: {} };

/** `retried:503` past the bound becomes `retried:other`. */
const overflowKey = (key: string): string => `${key.split(":", 1)[0] ?? key}:other`;

/** Adds `counts` to the minute of `at`, which lies in this hour. */
export function addCounts(hour: HourCounts, at: number, counts: Counts): HourCounts {
  const minute = Math.floor((at - hourOf(at)) / MINUTE_MS);
  const minutes: Record<string, Readonly<Record<number, number>>> = { ...hour.minutes };
  const totals: Record<string, number> = { ...hour.totals };
  for (const [name, count] of Object.entries(counts)) {
    if (!(count > 0)) continue;
    const known = Object.hasOwn(totals, name) || Object.keys(totals).length < MAX_KEYS;
    const key = known ? name : overflowKey(name);
    totals[key] = (totals[key] ?? 0) + count;
    minutes[key] = { ...minutes[key], [minute]: (minutes[key]?.[minute] ?? 0) + count };
  }
  return { minutes, totals };
}

/** Adds what was used to the hour's totals: no report asks for it by the minute. */
export function addUsed(hour: HourCounts, usage: Usage): HourCounts {
  const totals: Record<string, number> = { ...hour.totals };
  for (const [name, n] of Object.entries(usage)) totals[usageKey(name)] = (totals[usageKey(name)] ?? 0) + n;
  return { minutes: hour.minutes, totals };
}

/** One step of a report; `at` is its start. */
export interface SeriesStep {
  readonly at: number;
  readonly counts: Counts;
}

/** The part of a report's window that hours or minutes can answer: whole steps that end with the one of `now`. */
export function stepsOf(minutes: number, now: number): { readonly stepMs: number; readonly starts: readonly number[] } {
  const stepMs = minutes * MINUTE_MS > MINUTES_KEPT_MS ? HOUR_MS : MINUTE_MS;
  const length = Math.max(1, Math.ceil((minutes * MINUTE_MS) / stepMs));
  const last = Math.floor(now / stepMs) * stepMs;
  return { stepMs, starts: Array.from({ length }, (_, i) => last - (length - 1 - i) * stepMs) };
}

/** The steps of the last `minutes`, each with what was counted in it; steps without counts are there and empty. */
export function readSeries(hours: ReadonlyMap<number, HourCounts>, minutes: number, now: number): SeriesStep[] {
  const { stepMs, starts } = stepsOf(minutes, now);
  if (stepMs === HOUR_MS) return starts.map((at) => ({ at, counts: hours.get(at)?.totals ?? {} }));
  return starts.map((at) => {
    const counts: Record<string, number> = {};
    const hour = hours.get(hourOf(at)) ?? EMPTY_HOUR;
    const minute = (at - hourOf(at)) / MINUTE_MS;
    for (const [key, perMinute] of Object.entries(hour.minutes)) {
      const count = perMinute[minute];
      if (count !== undefined) counts[key] = count;
    }
    return { at, counts };
  });
}

/** The sum of every key over all steps. */
export function sumSeries(steps: readonly SeriesStep[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { counts } of steps) {
    for (const [key, count] of Object.entries(counts)) sums.set(key, (sums.get(key) ?? 0) + count);
  }
  return sums;
}

/** The sum of `name` and of every `name:…`. */
export function sumOf(counts: Counts, name: string): number {
  let sum = 0;
  for (const [key, count] of Object.entries(counts)) {
    if (key === name || key.startsWith(`${name}:`)) sum += count;
  }
  return sum;
}

/** Buckets grow by a quarter of an octave: a percentile is at most 19 % above the truth. */
const BUCKETS_PER_OCTAVE = 4;
const MAX_BUCKET = 31 * BUCKETS_PER_OCTAVE;

export const latencyBucket = (ms: number): number =>
  Math.min(MAX_BUCKET, Math.max(0, Math.ceil(Math.log2(Math.max(ms, 1)) * BUCKETS_PER_OCTAVE)));

/** The upper bound, in ms, of the bucket in which the given share (0 to 1) of the counted latencies is reached. */
export function latencyPercentile(buckets: ReadonlyMap<number, number>, share: number): number | undefined {
  const total = [...buckets.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const [bucket, count] of [...buckets].toSorted(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= total * share) return Math.round(2 ** (bucket / BUCKETS_PER_OCTAVE));
  }
  return undefined;
}
