import type { Spread } from "./load.ts";

/** Numbers of any size in a width that can be read: 0.0042, 1.23, 45.6, 12,345. */
export function show(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : size >= 0.1 ? value.toFixed(2) : value.toFixed(4);
}

/** Median and quartiles. */
export const showSpread = (spread: Spread | undefined): string =>
  spread === undefined ? "-" : `${show(spread.median)} (${show(spread.low)}–${show(spread.high)})`;

export const percent = (share: number): string => `${show(share * 100)} %`;
