import type { ReactNode } from "react";
import type { DeliveryReport, OverviewRow } from "../../api/delivery-types.ts";
import { shortCount, shortDuration } from "../../logic/chart.ts";
import { type Bar, barsOf, type RangeId, rangeOf } from "../../logic/delivery-range.ts";
import { stillFailed } from "../../logic/delivery-report.ts";
import { count, elapsed } from "../../logic/times.ts";
import { TrendChart } from "../../parts/trend-chart.tsx";
import type { Figures } from "./use-report.ts";

const OUTCOMES = ["delivered", "failed", "filtered"] as const;
type OutcomeKey = (typeof OUTCOMES)[number];

const SERIES = [
  { key: "delivered", label: "Delivered", colour: "text-kumo-success" },
  { key: "failed", label: "Not delivered", colour: "text-kumo-danger" },
  { key: "filtered", label: "Filtered", colour: "text-kumo-inactive" },
] as const;
const LATENCY = [{ key: "p95", label: "p95", colour: "text-kumo-info" }] as const;

interface TrendsProps {
  readonly report: DeliveryReport;
  readonly figures: Figures;
  readonly range: RangeId;
  readonly mapping: string | undefined;
}

/** How much became of what over time, and how long it took. */
export default function Trends({ report, figures, range, mapping }: TrendsProps): ReactNode {
  const { barMs, bar, words } = rangeOf(range);
  const { now } = figures;
  const latency = barsOf(
    range,
    now,
    report.minutes,
    ({ at }) => at,
    ({ p95Ms = 0 }) => ({ p95: p95Ms }),
    ["p95"],
    Math.max,
  );
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <TrendChart
        title="Deliveries"
        unit={`per ${bar}`}
        bars={mapping === undefined ? outcomeBars(report, range, now) : mappingBars(figures, range, now)}
        barMs={barMs}
        series={SERIES}
        axis={shortCount}
        whole
        words={count}
        empty={`Nothing in the last ${words}.`}
      />
      <TrendChart
        title="Latency, p95"
        unit={`highest in each ${bar}${mapping === undefined ? "" : ", all mappings"}`}
        bars={latency}
        barMs={barMs}
        series={LATENCY}
        axis={shortDuration}
        words={(ms) => (ms === 0 ? "–" : elapsed(ms))}
        empty={`Nothing was delivered in the last ${words}.`}
      />
    </div>
  );
}

const outcomeBars = ({ minutes, resent }: DeliveryReport, range: RangeId, now: number): readonly Bar<OutcomeKey>[] =>
  barsOf(
    range,
    now,
    stillFailed(minutes, resent),
    ({ at }) => at,
    ({ delivered, abandoned, dropped }) => ({ delivered, failed: abandoned, filtered: dropped }),
    OUTCOMES,
  );

function mappingBars(figures: Figures, range: RangeId, now: number): readonly Bar<OutcomeKey>[] {
  const points = OUTCOMES.flatMap((key) =>
    (figures[key] ?? []).flatMap((row: OverviewRow) => row.series.map((step) => ({ ...step, key }))),
  );
  const none = { delivered: 0, failed: 0, filtered: 0 };
  return barsOf(
    range,
    now,
    points,
    ({ time }) => time,
    (point) => ({ ...none, [point.key]: point.count }),
    OUTCOMES,
  );
}
