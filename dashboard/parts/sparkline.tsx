import type { ReactNode } from "react";
import { foldSeries } from "../logic/series.ts";
import { count, plural } from "../logic/times.ts";

const BARS = 24;
const WIDTH = 120;
const HEIGHT = 28;

/** A day of accepted events as small bars, newest at the right; the label says it in words. */
export function Sparkline({ series, of }: { series: readonly number[]; of: string }): ReactNode {
  const bars = foldSeries(series, BARS);
  const top = Math.max(1, ...bars);
  const total = bars.reduce((sum, value) => sum + value, 0);
  const step = WIDTH / BARS;
  const placed = bars.map((value, index) => ({ value, x: WIDTH - (bars.length - index) * step + 0.5 }));
  return (
    <svg
      role="img"
      aria-label={
        total === 0
          ? `${of}: no events in 24 h`
          : `${of}: ${plural(total, "event")} in 24 h, at most ${count(top)} in one of ${bars.length} bars`
      }
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      className="text-kumo-info shrink-0"
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} stroke="currentColor" opacity="0.3" />
      {placed.map(({ x, value }) => {
        // One event in a busy day still shows.
        const height = value === 0 ? 0 : Math.max(2, (value / top) * (HEIGHT - 2));
        return (
          <rect
            key={x}
            x={x}
            y={HEIGHT - height}
            width={step - 1}
            height={height}
            rx="0.5"
            fill="currentColor"
            opacity="0.8"
          />
        );
      })}
    </svg>
  );
}
