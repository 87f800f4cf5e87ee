import { DAY_MS } from "./durations.ts";

/** Midnight UTC of the day that holds `at`, in ms since epoch. */
export const utcDay = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS;

/** What stands before the keys of a source's segments. */
export const archivePrefix = (sourceId: string): string => `segment-logs/${sourceId}/`;

/**
 * R2 key of one segment, in the layout of Segment's S3 destination (storage.md §3.5). Deterministic: a drain
 * that is repeated after a crash writes the same bytes under the same key.
 */
export function segmentKey(sourceId: string, day: number, shard: number, segment: number): string {
  return `${archivePrefix(sourceId)}${day}/${shard}-${String(segment).padStart(9, "0")}.gz`;
}

export interface SegmentName {
  readonly sourceId: string;
  /** UTC midnight, ms since epoch. */
  readonly day: number;
  readonly shard: number;
  readonly segment: number;
}

/** The opposite of segmentKey; undefined for what is no segment's key. */
export function parseSegmentKey(key: string): SegmentName | undefined {
  const [, sourceId, day, shard, segment] =
    /^segment-logs\/([^/]+)\/(\d{1,15})\/(\d{1,5})-(\d{9,12})\.gz$/.exec(key) ?? [];
  if (sourceId === undefined) return undefined;
  return { sourceId, day: Number(day), shard: Number(shard), segment: Number(segment) };
}
