import { type ReactNode, useId } from "react";
import { niceTop, tick } from "../logic/chart.ts";
import type { Bar } from "../logic/delivery-range.ts";
import { absoluteTime } from "../logic/times.ts";

export interface ChartSeries<K extends string> {
  readonly key: K;
  readonly label: string;
  /** A text colour. */
  readonly colour: string;
}

interface TrendChartProps<K extends string> {
  readonly title: string;
  /** What the axis counts: "deliveries per hour". */
  readonly unit: string;
  readonly bars: readonly Bar<K>[];
  readonly barMs: number;
  /** From the bottom up. */
  readonly series: readonly ChartSeries<K>[];
  /** A value at the axis, short. */
  readonly axis: (value: number) => string;
  /** It counts things: there is no half of one. */
  readonly whole?: boolean;
  /** A value in words. */
  readonly words: (value: number) => string;
  readonly empty: string;
}

const WIDTH = 480;
const HEIGHT = 120;

/** Stacked bars over time, with the axis in words and the same numbers as a table below. */
export function TrendChart<K extends string>(props: TrendChartProps<K>): ReactNode {
  const { title, unit, bars, barMs, series, axis, words, empty } = props;
  const heading = useId();
  const totals = bars.map(({ values }) => series.reduce((sum, { key }) => sum + values[key], 0));
  const highest = Math.max(0, ...totals);
  return (
    <section aria-labelledby={heading} className="ring-kumo-hairline bg-kumo-base min-w-0 rounded-lg p-4 ring">
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 id={heading} className="font-semibold">
          {title} <span className="text-kumo-subtle text-sm font-normal">{unit}</span>
        </h2>
        {series.length > 1 && <Legend series={series} />}
      </div>
      {highest === 0 ? (
        <p className="text-kumo-subtle py-8 text-center text-sm">{empty}</p>
      ) : (
        <>
          <Plot {...props} top={niceTop(highest)} axis={axis} />
          <details className="mt-3">
            <summary className="text-kumo-link w-fit cursor-pointer text-sm">As a table</summary>
            <Table bars={bars} series={series} words={words} barMs={barMs} />
          </details>
        </>
      )}
    </section>
  );
}

const Legend = <K extends string>({ series }: { series: readonly ChartSeries<K>[] }): ReactNode => (
  <ul className="text-kumo-subtle flex flex-wrap gap-x-4 text-sm">
    {series.map(({ key, label, colour }) => (
      <li key={key} className="flex items-center gap-1.5">
        <span aria-hidden className={`${colour} inline-block size-2.5 rounded-sm bg-current`} />
        {label}
      </li>
    ))}
  </ul>
);

function Plot<K extends string>({
  title,
  bars,
  barMs,
  series,
  axis,
  words,
  whole = false,
  top,
}: TrendChartProps<K> & { top: number }): ReactNode {
  const step = WIDTH / bars.length;
  const gap = Math.min(2, step / 4);
  const first = bars[0]!.at;
  const last = bars.at(-1)!.at;
  return (
    <div className="grid grid-cols-[auto_1fr] gap-x-2">
      <div aria-hidden className="text-kumo-subtle flex flex-col justify-between text-right text-xs tabular-nums">
        <span className="-mt-2">{axis(top)}</span>
        <span>{whole && top % 2 === 1 ? "" : axis(top / 2)}</span>
        <span className="-mb-2">{axis(0)}</span>
      </div>
      <svg
        role="img"
        aria-label={`${title}: the numbers are in the table below`}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-32 w-full"
      >
        {[0, HEIGHT / 2, HEIGHT].map((y) => (
          <line
            key={y}
            x1="0"
            x2={WIDTH}
            y1={y}
            y2={y}
            stroke="currentColor"
            vectorEffect="non-scaling-stroke"
            className="text-kumo-inactive"
            opacity="0.4"
          />
        ))}
        {bars.map((bar, at) => (
          <g key={bar.at}>
            <title>{`${tick(bar.at, barMs)} – ${series.map(({ key, label }) => `${label}: ${words(bar.values[key])}`).join(", ")}`}</title>
            <rect x={at * step} y="0" width={step} height={HEIGHT} fill="transparent" />
            {stacked(bar, series, top).map(({ key, colour, y, height }) => (
              <rect
                key={key}
                x={at * step + gap / 2}
                y={y}
                width={step - gap}
                height={height}
                fill="currentColor"
                className={colour}
              />
            ))}
          </g>
        ))}
      </svg>
      <span />
      <div aria-hidden className="text-kumo-subtle mt-2 flex justify-between text-xs tabular-nums">
        <span>{tick(first, barMs)}</span>
        <span>{tick(last + barMs, barMs)}</span>
      </div>
    </div>
  );
}

/** Pieces of one bar; what is not zero is at least a line high. */
function stacked<K extends string>({ values }: Bar<K>, series: readonly ChartSeries<K>[], top: number) {
  let y = HEIGHT;
  return series.flatMap(({ key, colour }) => {
    if (values[key] === 0) return [];
    const height = Math.max(2, (values[key] / top) * HEIGHT);
    y -= height;
    return [{ key, colour, y, height }];
  });
}

type TableProps<K extends string> = Pick<TrendChartProps<K>, "bars" | "series" | "words" | "barMs">;

const Table = <K extends string>({ bars, series, words, barMs }: TableProps<K>): ReactNode => (
  <div className="mt-2 max-h-72 overflow-auto">
    <table className="w-full text-sm tabular-nums">
      <thead className="bg-kumo-base sticky top-0">
        <tr className="text-kumo-subtle text-left">
          <th className="py-1 pr-4 font-normal">From</th>
          {series.map(({ key, label }) => (
            <th key={key} className="py-1 pl-4 text-right font-normal">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bars
          .filter(({ values }) => series.some(({ key }) => values[key] > 0))
          .toReversed()
          .map(({ at, values }) => (
            <tr key={at} className="border-kumo-hairline border-t">
              <td className="py-1 pr-4">
                <time dateTime={new Date(at).toISOString()} title={absoluteTime(at)}>
                  {tick(at, Math.max(barMs, 3_600_000))}
                </time>
              </td>
              {series.map(({ key }) => (
                <td key={key} className="py-1 pl-4 text-right">
                  {words(values[key])}
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  </div>
);
