import type { ArchivedDay } from "../api/replay-types.ts";
import { fieldTime, hourText } from "./export-hours.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const REPLAY_RANGES = [
  { id: "1h", label: "Last hour", ms: HOUR },
  { id: "24h", label: "Last 24 hours", ms: DAY },
  { id: "7d", label: "Last 7 days", ms: 7 * DAY },
  { id: "30d", label: "Last 30 days", ms: 30 * DAY },
  { id: "all", label: "Everything", ms: undefined },
  { id: "own", label: "From … to …", ms: undefined },
] as const;
export type ReplayRangeId = (typeof REPLAY_RANGES)[number]["id"];

/** A range by its id in the address; a day for anything else. */
export const replayRangeOf = (id: string | undefined): ReplayRangeId =>
  REPLAY_RANGES.find((range) => range.id === id)?.id ?? "24h";

/** [from, to) in ms. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

interface Asked {
  readonly range: ReplayRangeId;
  /** Texts of date-and-time fields, UTC; meant with the range "own". */
  readonly from: string;
  readonly to: string;
}

/** The window that is asked for, or why it is none. `oldest`: of the archive (ms), where it is known. */
export function windowOf({ range, from, to }: Asked, now: number, oldest: number | undefined): Window | string {
  if (range !== "own") {
    const ms = REPLAY_RANGES.find(({ id }) => id === range)?.ms;
    return { from: ms === undefined ? Math.min(oldest ?? 0, now - 1) : now - ms, to: now };
  }
  const [start, end] = [fieldTime(from), fieldTime(to)];
  if (start === undefined || end === undefined) return "Name both times.";
  if (start >= end) return "The end has to be after the start.";
  return start >= now ? "This time has not come yet." : { from: start, to: end };
}

/** About how many events arrived within a window: a day that is only partly in it counts by the share of its time. */
export function eventsWithin(days: readonly ArchivedDay[], { from, to }: Window): number {
  const sum = days.reduce((total, { events, firstAt, lastAt }) => {
    const [first, last] = [Date.parse(firstAt), Date.parse(lastAt)];
    const inside = Math.min(to, last + 1) - Math.max(from, first);
    return total + (inside <= 0 ? 0 : events * Math.min(1, inside / (last + 1 - first)));
  }, 0);
  return Math.round(sum);
}

export interface KnownName {
  readonly name: string;
  readonly count: number;
}

/** Names of track calls in the archive, the most frequent first. */
export function namesIn(days: readonly ArchivedDay[]): readonly KnownName[] {
  const sums = new Map<string, number>();
  for (const { type, name, count } of days.flatMap(({ kinds }) => kinds)) {
    if (type === "track" && name !== undefined && name !== "(other)") sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return [...sums].map(([name, count]) => ({ name, count })).toSorted((a, b) => b.count - a.count);
}

/** "2026-11-22 09:00 – 10:00 UTC"; the day once where both times are of the same. */
export function windowText(startTime: string, endTime: string): string {
  const [from, to] = [hourText(startTime), hourText(endTime)];
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${from} – ${sameDay ? to.slice(11) : to} UTC`;
}
