import type { ReactNode } from "react";

interface BarsProps {
  /** Oldest first. */
  readonly values: readonly number[];
  /** How many bars the width has room for: fewer stand at the right. */
  readonly room: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** What they show, in words; decoration without it. */
  readonly label?: string;
  /** Their colour, and when they show. */
  readonly className: string;
}

/** Small bars without an axis, the highest as high as the picture. */
export function Bars({ values, room, width, height, label, className }: BarsProps): ReactNode {
  const top = Math.max(1, ...values);
  const step = width / room;
  const gap = Math.min(1, step / 4);
  const placed = values.map((value, at) => ({ value, x: width - (values.length - at) * step + gap / 2 }));
  return (
    <svg
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      className={className}
    >
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} stroke="currentColor" opacity="0.3" />
      {placed.map(({ value, x }) => {
        // One event in a busy day still shows.
        const tall = value === 0 ? 0 : Math.max(2, (value / top) * (height - 2));
        return (
          <rect
            key={x}
            x={x}
            y={height - tall}
            width={step - gap}
            height={tall}
            rx="0.5"
            fill="currentColor"
            opacity="0.8"
          />
        );
      })}
    </svg>
  );
}
