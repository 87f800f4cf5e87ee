import { DAY_MS, HOUR_MS, MINUTE_MS } from "./durations.ts";

/** A length of time in words, rounded down: `40 s`, `12 min`, `3 h`, `2 days`. */
export function span(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  return `${Math.floor(ms / DAY_MS)} days`;
}

const GROUPED = new Intl.NumberFormat("en-US");

/** `1 event`, `1,200 events`. */
export const counted = (n: number, noun: string, nouns = `${noun}s`): string =>
  `${GROUPED.format(n)} ${n === 1 ? noun : nouns}`;

/** A share in whole per cent, with a decimal below ten. */
export const percent = (share: number): string =>
  `${share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;
