import { MINUTES_KEPT_MS, type Counts } from "./counters.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./durations.ts";
import type { KindEntry, KindMetric, TalliedKind } from "./kind-counts.ts";

/** The metrics of Segment's delivery overview (delivery.md §5.8); the first three are a source's, the others a destination's. */
export type OverviewMetric =
  | "successfully-received"
  | "failed-on-ingest"
  | "filtered-at-source"
  | "filtered-at-destination"
  | "failed-delivery"
  | "successful-delivery";

/** What rows can be grouped and filtered by. `sourceId` is known to destinations' ledgers only. */
export const OVERVIEW_DIMENSIONS = [
  "eventType",
  "eventName",
  "appVersion",
  "subscriptionId",
  "discardReason",
  "sourceId",
] as const;
export type OverviewDimension = (typeof OVERVIEW_DIMENSIONS)[number];

export type OverviewGranularity = "MINUTE" | "HOUR" | "DAY";

/** Times are ms since epoch: `from` inclusive, `to` exclusive; steps are whole minutes, hours or UTC days. */
export interface OverviewQuery {
  readonly metric: OverviewMetric;
  readonly from: number;
  readonly to: number;
  readonly granularity: OverviewGranularity;
  readonly groupBy: readonly OverviewDimension[];
  /** Counts only what has one of the values, in every dimension named; "" is the value of what has none. */
  readonly filter: Partial<Readonly<Record<OverviewDimension, readonly string[]>>>;
}

/**
 * One group. A dimension is absent when it was not grouped by, or when the events have none (or none is known).
 * `series` has every step of the window that is not empty; retries only in `successful-delivery`.
 */
export interface OverviewRow extends Partial<Readonly<Record<OverviewDimension, string>>> {
  readonly total: number;
  /** Failed attempts that were not the last one. */
  readonly totalRetries?: number;
  readonly series: readonly { readonly at: number; readonly count: number; readonly retries?: number }[];
}

/** How long a window may be, how far back it may begin, and how wide its steps are, all in ms (delivery.md §5.8). */
const GRANULARITIES = {
  MINUTE: { step: MINUTE_MS, longest: 4 * HOUR_MS, oldest: MINUTES_KEPT_MS, limits: "4 hours, within the last 48" },
  HOUR: { step: HOUR_MS, longest: 14 * DAY_MS, oldest: 30 * DAY_MS, limits: "14 days, within the last 30" },
  DAY: { step: DAY_MS, longest: 30 * DAY_MS, oldest: 30 * DAY_MS, limits: "30 days, within the last 30" },
} as const;

/** Segment's limits on a query as a sentence for whoever asked; undefined when it keeps them. */
export function overviewProblem(
  { from, to, granularity }: Pick<OverviewQuery, "from" | "to" | "granularity">,
  now: number,
): { readonly field: "startTime" | "endTime"; readonly message: string } | undefined {
  const { step, longest, oldest, limits } = GRANULARITIES[granularity];
  if (to <= from) return { field: "endTime", message: "endTime must be after startTime." };
  const message = `By ${granularity}, a window may be ${limits}.`;
  if (to - from > longest) return { field: "endTime", message };
  // A step: who asks for the last 30 days does so a moment before it is answered.
  return from < now - oldest - step ? { field: "startTime", message } : undefined;
}

const METRICS: Readonly<Record<OverviewMetric, KindMetric | "filtered">> = {
  "successfully-received": "accepted",
  "failed-on-ingest": "refused",
  "filtered-at-source": "filtered",
  "filtered-at-destination": "dropped",
  "failed-delivery": "abandoned",
  "successful-delivery": "delivered",
};

/** One stored hour: all counts, and those by kind of event. `minutes` is as core/counters keeps them. */
export interface OverviewHour {
  readonly hour: number;
  readonly totals: Counts;
  readonly minutes: Readonly<Record<string, Readonly<Record<number, number>>>>;
  readonly kinds: readonly KindEntry[];
}

/** Counts of one step that are alike. */
interface Part extends Omit<TalliedKind, "metric"> {
  readonly at: number;
}

/** What `name` and `name:<reason>` counted that no kind is known of, by reason: so totals are exact all the same. */
function unknownParts(name: string, counts: Counts, known: readonly Part[], at: number): Part[] {
  const sums = new Map<string, number>();
  for (const { reason = "", count } of known) sums.set(reason, (sums.get(reason) ?? 0) + count);
  let missing = -known.reduce((sum, { count }) => sum + count, 0);
  const excess: { reason: string; count: number }[] = [];
  for (const [key, count] of Object.entries(counts)) {
    if (key !== name && !key.startsWith(`${name}:`)) continue;
    missing += count;
    const reason = key.slice(name.length + 1);
    excess.push({ reason, count: count - (sums.get(reason) ?? 0) });
  }
  return excess
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .flatMap(({ reason, count }) => {
      const taken = Math.min(count, Math.max(missing, 0));
      missing -= taken;
      return taken === 0 ? [] : [{ at, count: taken, ...(reason === "" ? {} : { reason }) }];
    });
}

const atMinute = (perKey: OverviewHour["minutes"], minute: number): Counts =>
  Object.fromEntries(Object.entries(perKey).map(([key, counts]) => [key, counts[minute] ?? 0]));

/** The part of an entry that is of one step. */
const partOf = ({ metric: _metric, minutes: _minutes, ...part }: KindEntry, count: number, at: number): Part => ({
  ...part,
  count,
  at,
});

function partsOf(name: string, { hour, totals, minutes, kinds }: OverviewHour, byMinute: boolean): Part[] {
  const entries = kinds.filter((entry) => entry.metric === name);
  if (!byMinute) {
    const parts = entries.map((entry) => partOf(entry, entry.count, hour));
    return [...parts, ...unknownParts(name, totals, parts, hour)];
  }
  return Array.from({ length: 60 }, (_, minute) => {
    const at = hour + minute * MINUTE_MS;
    const parts = entries.flatMap((entry) => {
      const count = entry.minutes[minute];
      return count === undefined ? [] : [partOf(entry, count, at)];
    });
    return [...parts, ...unknownParts(name, atMinute(minutes, minute), parts, at)];
  }).flat();
}

function dimensionOf(part: Part, dimension: OverviewDimension): string | undefined {
  switch (dimension) {
    case "eventType":
      return part.type;
    case "eventName":
      return part.name;
    case "discardReason":
      return part.reason;
    default:
      return part[dimension];
  }
}

const passes = (part: Part, filter: OverviewQuery["filter"]): boolean =>
  OVERVIEW_DIMENSIONS.every((dimension) => {
    const wanted = filter[dimension];
    return wanted === undefined || wanted.includes(dimensionOf(part, dimension) ?? "");
  });

/** Every part of a metric in the window, with its step's start as `at`. */
function windowOf(name: string, hours: readonly OverviewHour[], query: OverviewQuery): Part[] {
  const { step } = GRANULARITIES[query.granularity];
  const from = Math.floor(query.from / step) * step;
  return hours
    .flatMap((hour) => partsOf(name, hour, query.granularity === "MINUTE"))
    .filter((part) => part.at >= from && part.at < query.to && passes(part, query.filter))
    .map((part) => ({ ...part, at: Math.floor(part.at / step) * step }));
}

interface Group {
  readonly dimensions: Partial<Record<OverviewDimension, string>>;
  readonly steps: Map<number, { count: number; retries: number }>;
}

/** The rows of a delivery overview, the largest first, out of all hours that touch the window. */
export function overviewRows(hours: readonly OverviewHour[], query: OverviewQuery): OverviewRow[] {
  const groups = new Map<string, Group>();
  const book = (part: Part, field: "count" | "retries") => {
    const named = query.groupBy.map((dimension) => [dimension, dimensionOf(part, dimension)] as const);
    const dimensions = Object.fromEntries(named.filter(([, value]) => value !== undefined));
    const key = JSON.stringify(named.map(([, value]) => value ?? null));
    const group = groups.get(key) ?? { dimensions, steps: new Map() };
    const step = group.steps.get(part.at) ?? { count: 0, retries: 0 };
    step[field] += part.count;
    group.steps.set(part.at, step);
    groups.set(key, group);
  };
  for (const part of windowOf(METRICS[query.metric], hours, query)) book(part, "count");
  const withRetries = query.metric === "successful-delivery";
  if (withRetries) for (const part of windowOf("retry", hours, query)) book(part, "retries");
  return [...groups.values()].map((group) => rowOf(group, withRetries)).toSorted(byTotal);
}

function rowOf({ dimensions, steps }: Group, withRetries: boolean): OverviewRow {
  const series = [...steps]
    .toSorted(([a], [b]) => a - b)
    .map(([at, { count, retries }]) => ({ at, count, ...(withRetries ? { retries } : {}) }));
  const sumBy = (pick: (step: { count: number; retries: number }) => number) =>
    [...steps.values()].reduce((sum, step) => sum + pick(step), 0);
  const total = sumBy(({ count }) => count);
  return { ...dimensions, total, ...(withRetries ? { totalRetries: sumBy(({ retries }) => retries) } : {}), series };
}

const byTotal = (a: OverviewRow, b: OverviewRow): number =>
  b.total - a.total || (b.totalRetries ?? 0) - (a.totalRetries ?? 0);
