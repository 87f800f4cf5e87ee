const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export type RangeId = "1h" | "24h" | "7d" | "14d";

interface Range {
  readonly id: RangeId;
  readonly label: string;
  /** "in the last hour". */
  readonly words: string;
  /** Width of one bar in ms. */
  readonly barMs: number;
  /** "minute": what one bar stands for. */
  readonly bar: string;
  readonly bars: number;
  readonly granularity: "MINUTE" | "HOUR";
}

export const RANGES: readonly Range[] = [
  { id: "1h", label: "1 h", words: "hour", barMs: MINUTE, bar: "minute", bars: 60, granularity: "MINUTE" },
  { id: "24h", label: "24 h", words: "24 hours", barMs: HOUR, bar: "hour", bars: 24, granularity: "HOUR" },
  { id: "7d", label: "7 d", words: "7 days", barMs: 6 * HOUR, bar: "6 hours", bars: 28, granularity: "HOUR" },
  { id: "14d", label: "14 d", words: "14 days", barMs: 12 * HOUR, bar: "12 hours", bars: 28, granularity: "HOUR" },
];

/** The range an address names; a day otherwise. */
export const rangeOf = (id: string | undefined): Range => RANGES.find((range) => range.id === id) ?? RANGES[1]!;

/** Start of the first bar and end of the last one (ms); the last bar is the one that `now` is in. */
export function windowOf(id: RangeId, now: number): { readonly from: number; readonly to: number } {
  const { barMs, bars } = rangeOf(id);
  const to = (Math.floor(now / barMs) + 1) * barMs;
  return { from: to - bars * barMs, to };
}

export interface Bar<K extends string> {
  /** ms. */
  readonly at: number;
  readonly values: Readonly<Record<K, number>>;
}

/**
 * Sorts counts into the bars of a range: `join` says how what falls into one bar becomes one number, a sum unless told.
 * What lies outside the range is left out.
 */
export function barsOf<T, K extends string>(
  id: RangeId,
  now: number,
  steps: readonly T[],
  timeOf: (step: T) => string,
  values: (step: T) => Readonly<Record<K, number>>,
  keys: readonly K[],
  join: (a: number, b: number) => number = (a, b) => a + b,
): readonly Bar<K>[] {
  const { barMs, bars } = rangeOf(id);
  const { from } = windowOf(id, now);
  const zero = Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
  const made = Array.from({ length: bars }, (_, at) => ({ at: from + at * barMs, values: { ...zero } }));
  for (const step of steps) {
    const bar = made[Math.floor((Date.parse(timeOf(step)) - from) / barMs)];
    if (bar === undefined) continue;
    const found = values(step);
    for (const key of keys) bar.values[key] = join(bar.values[key], found[key]);
  }
  return made;
}
