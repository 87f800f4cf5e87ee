import { latencyPercentile, stepsOf, sumOf, sumSeries, type SeriesStep } from "./counters.ts";
import type { DeliveryStep, DeliverySummary, ReportWindow, VolumeReport } from "./ledger-reports.ts";

const named = (sums: ReadonlyMap<string, number>, name: string): number => sumOf(Object.fromEntries(sums), name);

/** The keys `<name>:<reason>` of a report, largest first. */
function reasonsOf(sums: ReadonlyMap<string, number>, name: string): { reason: string; count: number }[] {
  return [...sums]
    .filter(([key]) => key.startsWith(`${name}:`))
    .map(([key, count]) => ({ reason: key.slice(name.length + 1), count }))
    .toSorted((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
}

/** Ingest volume out of counted steps. */
export function volumeReport(
  steps: readonly SeriesStep[],
  { minutes, now }: ReportWindow,
  lastEventAt: number | undefined,
): VolumeReport {
  const sums = sumSeries(steps);
  return {
    stepMs: stepsOf(minutes, now).stepMs,
    minutes: steps.map(({ at, counts }) => ({
      at,
      accepted: sumOf(counts, "accepted"),
      duplicate: sumOf(counts, "duplicate"),
      refused: sumOf(counts, "refused"),
    })),
    totals: {
      accepted: named(sums, "accepted"),
      duplicate: named(sums, "duplicate"),
      refused: named(sums, "refused"),
    },
    reasons: reasonsOf(sums, "refused"),
    ...(lastEventAt === undefined ? {} : { lastEventAt }),
  };
}

/** p50 and p95 out of latency buckets; empty when nothing was delivered. */
function percentiles(sums: ReadonlyMap<string, number>): Pick<DeliveryStep, "p50Ms" | "p95Ms"> {
  const buckets = new Map(reasonsOf(sums, "latency").map(({ reason, count }) => [Number(reason), count]));
  const p50Ms = latencyPercentile(buckets, 0.5);
  const p95Ms = latencyPercentile(buckets, 0.95);
  return { ...(p50Ms === undefined ? {} : { p50Ms }), ...(p95Ms === undefined ? {} : { p95Ms }) };
}

/** The counted half of a delivery summary; gauges and error samples are the ledger's to add. */
export function deliveryReport(
  steps: readonly SeriesStep[],
  { minutes, now }: ReportWindow,
): Pick<
  DeliverySummary,
  "stepMs" | "minutes" | "delivered" | "dropped" | "abandoned" | "resent" | "retried" | "replayed" | "p50Ms" | "p95Ms"
> & { readonly reasons: ReadonlyMap<string, number> } {
  const sums = sumSeries(steps);
  return {
    stepMs: stepsOf(minutes, now).stepMs,
    minutes: steps.map(({ at, counts }) => ({
      at,
      delivered: sumOf(counts, "delivered"),
      dropped: sumOf(counts, "dropped"),
      retried: sumOf(counts, "retry"),
      abandoned: sumOf(counts, "abandoned"),
      ...percentiles(new Map(Object.entries(counts))),
    })),
    delivered: named(sums, "delivered"),
    dropped: named(sums, "dropped"),
    abandoned: named(sums, "abandoned"),
    resent: named(sums, "resent"),
    retried: named(sums, "retry"),
    replayed: {
      delivered: named(sums, "replayed"),
      dropped: named(sums, "replay_dropped"),
      retried: named(sums, "replay_retry"),
      abandoned: named(sums, "replay_abandoned"),
    },
    ...percentiles(sums),
    reasons: sums,
  };
}
