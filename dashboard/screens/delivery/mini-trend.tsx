import type { ReactNode } from "react";

const WIDTH = 96;
const HEIGHT = 24;

/** A few bars without an axis: whether it is over, began just now, or goes on. The count beside it says how much. */
export function MiniTrend({ values }: { values: readonly number[] }): ReactNode {
  const top = Math.max(...values);
  if (!(top > 0)) return null;
  const step = WIDTH / values.length;
  const placed = values.map((value, at) => ({ value, x: at * step }));
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      className="text-kumo-danger hidden sm:block"
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} stroke="currentColor" opacity="0.3" />
      {placed.map(({ value, x }) => {
        const height = value === 0 ? 0 : Math.max(2, (value / top) * (HEIGHT - 2));
        return (
          <rect
            key={x}
            x={x}
            y={HEIGHT - height}
            width={Math.max(1, step - 0.5)}
            height={height}
            fill="currentColor"
            opacity="0.8"
          />
        );
      })}
    </svg>
  );
}
