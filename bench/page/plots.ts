import { show } from "../show.ts";
import { html, type Markup } from "./html.ts";

/** A bar with its value, and the quartiles around it where it is a median. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** Which colour; the same thing has the same everywhere. */
  readonly kind: number;
}

const LABEL = 210;
const WIDTH = 760;
const ROW = 22;

/** Bars from zero to the longest, one below the other. */
export function bars(title: string, unit: string, all: readonly Bar[]): Markup {
  const most = Math.max(...all.map(({ value, high = value }) => Math.max(value, high)), 1e-9);
  const at = (value: number): number => (value / most) * (WIDTH - LABEL - 110);
  const height = all.length * ROW + 8;
  const row = ({ label, value, low, high, kind }: Bar, n: number): Markup => {
    const y = n * ROW + 4;
    const spread =
      low === undefined || high === undefined
        ? html``
        : html`<line x1="${LABEL + at(low)}" x2="${LABEL + at(high)}" y1="${y + 8}" y2="${y + 8}" class="spread" />`;
    return html`<text x="${LABEL - 8}" y="${y + 12}" text-anchor="end">${label}</text
      ><rect
        x="${LABEL}"
        y="${y}"
        width="${Math.max(1, at(value))}"
        height="16"
        rx="2"
        class="k${kind}"
      />${spread}<text x="${LABEL + at(Math.max(value, high ?? 0)) + 6}" y="${y + 12}">${show(value)} ${unit}</text>`;
  };
  return html`<figure>
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">${all.map(row)}</svg>
  </figure>`;
}

export interface Line {
  readonly label: string;
  readonly kind: number;
  /** Both above 0. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const HEIGHT = 260;
const EDGE = 62;

const powers = (low: number, high: number): number[] => {
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  return Array.from({ length: Math.max(1, to - from) + 1 }, (_, n) => 10 ** (from + n));
};

type Point = readonly [x: number, y: number];

/** A mark of an axis: a line across the field, and its number at `place`. */
const tick = (mark: number, from: Point, to: Point, place: Point, anchor: "middle" | "end"): Markup =>
  html`<line class="grid" x1="${from[0]}" x2="${to[0]}" y1="${from[1]}" y2="${to[1]}" /><text
      x="${place[0]}"
      y="${place[1]}"
      text-anchor="${anchor}"
      >${show(mark)}</text
    >`;

/** Lines over two logarithmic axes. */
export function lines(title: string, axes: { readonly x: string; readonly y: string }, all: readonly Line[]): Markup {
  const points = all.flatMap((line) => line.points);
  const [xs, ys] = [powersOf(points, 0), powersOf(points, 1)];
  const place = (value: number, marks: readonly number[], length: number): number =>
    ((Math.log10(value) - Math.log10(marks[0]!)) / (Math.log10(marks.at(-1)!) - Math.log10(marks[0]!))) * length;
  const x = (value: number): number => EDGE + place(value, xs, WIDTH - EDGE - 150);
  const y = (value: number): number => HEIGHT - 34 - place(value, ys, HEIGHT - 50);
  const [right, bottom] = [WIDTH - 150, HEIGHT - 34];
  const grid = [
    ...xs.map((mark) => tick(mark, [x(mark), 16], [x(mark), bottom], [x(mark), HEIGHT - 18], "middle")),
    ...ys.map((mark) => tick(mark, [EDGE, y(mark)], [right, y(mark)], [EDGE - 6, y(mark) + 4], "end")),
  ];
  const drawn = all.map((line, n) => {
    const path = line.points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ");
    return html`<polyline class="l${line.kind}" points="${path}" /><rect
        class="k${line.kind}"
        x="${WIDTH - 138}"
        y="${20 + n * 20}"
        width="12"
        height="12"
      /><text x="${WIDTH - 120}" y="${31 + n * 20}">${line.label}</text>`;
  });
  return html`<figure>
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
      ${grid}${drawn}
      <text x="${EDGE}" y="${HEIGHT - 3}">${axes.x}</text>
      <text x="${EDGE + 4}" y="11">${axes.y}</text>
    </svg>
  </figure>`;
}

const powersOf = (points: readonly (readonly [number, number])[], axis: 0 | 1): number[] => {
  const values = points.map((point) => point[axis]);
  return powers(Math.min(...values), Math.max(...values));
};
