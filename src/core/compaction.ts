import { archivePrefix, utcDay } from "./archive-key.ts";
import { HOUR_MS, hourOf, MINUTE_MS } from "./durations.ts";

/** The bounds of compaction, each with its unit and the reason it has that size. */
export const COMPACTION = {
  /** An hour is left alone for this long after its end: most of what is late has come by then. */
  afterMs: 2 * HOUR_MS,
  /** Packed bytes from which on a segment is an object of good size by itself. */
  smallBytes: 4_000_000,
  /** Packed bytes of the segments that go into one file. */
  fileBytes: 32_000_000,
  /** Segments of one file: their places fill one row of at most 2 MB. */
  fileSegments: 2500,
  /** Raw bytes of one gzip member: what a reader of one segment has to unpack. */
  memberBytes: 1_000_000,
  /** Packed bytes from which on a segment is copied as it is: packed with others it would become no smaller. */
  copyBytes: 256_000,
  /** R2 wants 5 MiB in every part but the last, and all of them alike. */
  partBytes: 5 * 1024 * 1024,
  /** Small segments that are fetched ahead: a Worker may wait for six answers at a time. */
  fetchedAhead: 5,
  /** Longer than a consumer can live (15 min), so a second writer means that the first is dead or cut off. */
  leaseMs: 16 * MINUTE_MS,
  /** After a failure an hour waits this long, doubling up to the maximum. */
  retryMinMs: MINUTE_MS,
  retryMaxMs: HOUR_MS,
} as const;

/** What a plan needs to know of a segment that is an object of its own. */
export interface LooseSegment {
  readonly key: string;
  /** Packed. */
  readonly bytes: number;
  readonly firstAt: number;
}

/**
 * The segments of one hour that go into its next file, by time: small ones up to the size of a file. Empty when fewer
 * than two are left, for nothing would be won.
 */
export function planFile<Segment extends LooseSegment>(loose: readonly Segment[]): Segment[] {
  const small = loose
    .filter(({ bytes }) => bytes < COMPACTION.smallBytes)
    .toSorted((a, b) => a.firstAt - b.firstAt || (a.key < b.key ? -1 : 1));
  let bytes = 0;
  const over = small.findIndex((segment) => (bytes += segment.bytes) > COMPACTION.fileBytes);
  const fitting = small.slice(0, Math.min(over === -1 ? small.length : over, COMPACTION.fileSegments));
  return fitting.length < 2 ? [] : fitting;
}

/** Hours that start before this are closed for long enough. */
export const compactsBefore = (now: number): number => hourOf(now - COMPACTION.afterMs);

/** When an hour that has failed so many times is tried again, ms after the last failure. */
export const retryAfter = (failures: number): number =>
  Math.min(COMPACTION.retryMinMs * 2 ** Math.max(0, failures - 1), COMPACTION.retryMaxMs);

/**
 * R2 key of an hour's nth file, beside its segments: `segment-logs/<sourceId>/<day>/hour-<HH>-<n>.gz`. Every attempt
 * has a number of its own, so nobody ever writes over what somebody else has written.
 */
export function fileKey(sourceId: string, { hour, no }: FileName): string {
  const hh = String(new Date(hour).getUTCHours()).padStart(2, "0");
  return `${archivePrefix(sourceId)}${utcDay(hour)}/hour-${hh}-${no}.gz`;
}

/** Whether a key is one of fileKey, and not a segment's. */
export const isFileKey = (key: string): boolean => /\/hour-\d\d-\d+\.gz$/.test(key);

/** One gzip member of a file that was written, and which segments lie in it from which line on. */
export interface FileMember {
  readonly offset: number;
  readonly length: number;
  readonly segments: readonly { readonly key: string; readonly firstLine: number }[];
}

/** Why a segment stays an object of its own. */
export type LeftReason = "missing" | "unreadable" | "line_count";

/** What became of the segments of a plan. */
export interface BuiltFile {
  /** The file's size; 0 when nothing was written. */
  readonly bytes: number;
  readonly members: readonly FileMember[];
  readonly left: readonly { readonly key: string; readonly reason: LeftReason }[];
}

/** A file that is to be written; also proves to the index who writes it. */
export interface FileName {
  /** Of the commits of its segments. */
  readonly hour: number;
  readonly no: number;
}

/** A segment as a plan names it; `bytes` packed, `count` its events. */
export interface PlannedSegment {
  readonly key: string;
  readonly bytes: number;
  readonly count: number;
}

/** What a consumer is to write: `segments` in this order, to the key `file`. */
export type CompactionClaim =
  | { readonly status: "nothing_due" }
  | (FileName & { readonly status: "granted"; readonly file: string; readonly segments: readonly PlannedSegment[] });
