import * as z from "zod";
import { utcDay } from "./archive-key.ts";
import { DAY_MS, hourOf } from "./durations.ts";

/** Days that archived events are kept: Segment's choices (storage.md §3.8); 0 is for ever. */
export const RETENTION_DAYS = [0, 30, 90, 180, 365, 1095] as const;

export const RetentionDays = z.literal(RETENTION_DAYS, "30, 90, 180, 365 or 1095 days, or 0 for ever");
export type RetentionDays = z.infer<typeof RetentionDays>;

/** How long one source keeps its events: its own setting, else the workspace's. */
export const retentionOf = (own: RetentionDays | null | undefined, workspace: RetentionDays): RetentionDays =>
  own ?? workspace;

/**
 * The end of what has expired, ms since epoch and a full hour: an hour that starts before it has expired as a whole, its
 * last moment included. `undefined` when nothing ever does.
 */
export function expiredBefore(days: RetentionDays, now: number): number | undefined {
  return days === 0 ? undefined : hourOf(now - days * DAY_MS);
}

/** As expiredBefore, for things that are kept by the day: the start of the first day that is kept. */
export function expiredDaysBefore(days: RetentionDays, now: number): number | undefined {
  const before = expiredBefore(days, now);
  return before === undefined ? undefined : utcDay(before);
}
