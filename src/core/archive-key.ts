import { DAY_MS } from "./durations.ts";

/** Midnight UTC of the day that holds `at`, in ms since epoch. */
export const utcDay = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS;

/**
 * R2 key of one segment, in the layout of Segment's S3 destination (storage.md §3.5). Deterministic: a drain
 * that is repeated after a crash writes the same bytes under the same key.
 */
export function segmentKey(sourceId: string, day: number, shard: number, segment: number): string {
  return `segment-logs/${sourceId}/${day}/${shard}-${String(segment).padStart(9, "0")}.gz`;
}
