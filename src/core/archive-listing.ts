import type { DayFacts, ListedSegment } from "./archive-index.ts";
import type { SearchOrder } from "./archive-search.ts";

/** Which kinds of events are wanted; empty lists: all. `names` are those of track calls. */
export interface KindWish {
  readonly types: readonly string[];
  readonly names: readonly string[];
}

/** Segments by the hour their events were received in; `[from, to)`. */
export interface HoursQuery {
  readonly from: number;
  readonly to: number;
  readonly order: SearchOrder;
  /** Segments without any such event are left out. */
  readonly wish?: KindWish;
}

/** The segments with events received in one hour; those of other hours as well stand in each. */
export interface SearchedHour {
  readonly hour: number;
  readonly segments: readonly ListedSegment[];
  /** How many were left out for their kinds. */
  readonly skipped: number;
}

export interface SearchedHours {
  /** In the order that was asked for. */
  readonly hours: readonly SearchedHour[];
  /** The next hour, when there are more. */
  readonly next?: number;
  readonly adopting?: true;
}

/** `[from, to)` of receivedAt; `after` is `next` of an earlier answer. */
export interface PieceQuery {
  readonly from: number;
  readonly to: number;
  readonly after?: number;
}

/** Bytes of the archive that hold events of a range: an object, a compacted file or members of one. */
export interface ArchivePiece {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  /** All its events are of the range. */
  readonly inside: boolean;
}

export interface PieceList {
  /** By the hour of their commits. */
  readonly pieces: readonly ArchivePiece[];
  /** The hour to go on after. */
  readonly next?: number;
  readonly adopting?: true;
}

/** All days together. */
export interface ArchiveTotals extends Omit<DayFacts, "day" | "kinds" | "firstAt" | "lastAt"> {
  readonly days: number;
  /** Absent when it holds nothing. */
  readonly firstAt?: number;
  readonly lastAt?: number;
  /** Segments of an earlier version are still being taken in: there may be more. */
  readonly adopting: boolean;
}
