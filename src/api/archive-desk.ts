import type { DayFacts, DayObjects } from "../core/archive-index.ts";
import type { ArchiveTotals } from "../core/archive-listing.ts";
import type { SearchRequest } from "../core/archive-search.ts";
import type { Result } from "../core/result.ts";

/** `[from, to)` of receivedAt, ms since epoch. */
export interface ReceivedWindow {
  readonly from: number;
  readonly to: number;
}

export interface ArchiveFile {
  readonly bytes: number;
  readonly etag: string;
}

/** The archives of sources as the control plane uses them (durable/archive-index.ts, R2). */
export interface ArchiveDesk {
  /** Whether anything is left of a source, also of one that was deleted. */
  exists(sourceId: string): Promise<boolean>;
  totals(sourceId: string): Promise<ArchiveTotals>;
  /** Days of commits before `before`, the newest first, and whether there are older ones. */
  days(sourceId: string, before: number, limit: number): Promise<{ days: readonly DayFacts[]; more: boolean }>;
  day(sourceId: string, day: number, page: { offset: number; limit: number }): Promise<DayObjects>;
  /** The answer as NDJSON (SearchLine), or why the request cannot be run. Stops when `signal` or the reader does. */
  search(
    sourceId: string,
    request: SearchRequest,
    signal: AbortSignal,
  ): Result<ReadableStream<Uint8Array>, SearchRefusal>;
  /**
   * All events of a window as gzip NDJSON of several members, in no order; ends in an error when it cannot be whole.
   * Null while the index still takes in segments of an earlier version.
   */
  download(sourceId: string, window: ReceivedWindow): Promise<ReadableStream<Uint8Array> | null>;
  findFile(key: string): Promise<ArchiveFile | null>;
  /** `length` bytes from `offset` on; null when it is gone. */
  readFile(key: string, offset: number, length: number): Promise<ReadableStream | null>;
}

export interface SearchRefusal {
  readonly field: string;
  readonly message: string;
}
