import type { ReactNode } from "react";
import { foldSeries } from "../logic/series.ts";
import { count, plural } from "../logic/times.ts";
import { Bars } from "./bars.tsx";

const BARS = 24;

/** A day of accepted events as small bars, newest at the right; the label says it in words. */
export function Sparkline({ series, of }: { series: readonly number[]; of: string }): ReactNode {
  const bars = foldSeries(series, BARS);
  const top = Math.max(1, ...bars);
  const total = bars.reduce((sum, value) => sum + value, 0);
  const label =
    total === 0
      ? `${of}: no events in 24 h`
      : `${of}: ${plural(total, "event")} in 24 h, at most ${count(top)} in one of ${bars.length} bars`;
  return <Bars values={bars} room={BARS} width={120} height={28} label={label} className="text-kumo-info shrink-0" />;
}
