import * as z from "zod";
import { MINUTE_MS } from "./durations.ts";
import { EventType } from "./event.ts";
import { FILTER_LIMITS } from "./filter-record.ts";
import { REPLAY } from "./replay.ts";

/** The bounds of one request, each with its unit; whoever needs more goes on with the cursor. */
export const SEARCH = {
  maxLimit: 1000,
  defaultLimit: 100,
  textChars: 500,
  userIdChars: 500,
  /** Characters of the lines that are read. */
  readChars: 256 * 1024 * 1024,
  /** Time by the clock. */
  forMs: MINUTE_MS / 3,
  /** Objects that are fetched: a Worker's request has some 10,000 calls. */
  reads: 4000,
  /** Bytes of matches that wait for their turn in the order; beyond it a page ends before its limit. */
  heldBytes: 8 * 1024 * 1024,
  /** A sign of life at least so often. */
  progressMs: 500,
} as const;

export const SearchOrder = z.enum(["desc", "asc"]);
export type SearchOrder = z.infer<typeof SearchOrder>;

/** What is searched for: all of it must hold. */
export const SearchCriteria = z.object({
  /** receivedAt, `[from, to)`, ms since epoch. */
  from: z.int().min(0),
  to: z.int(),
  /** Occurs in the event's JSON whatever the case; core/archive-text.ts has the rule. */
  text: z.string().min(1).max(SEARCH.textChars).optional(),
  /** Server FQL that must hold. */
  filter: z.string().trim().min(1).max(FILTER_LIMITS.conditionChars).optional(),
  /** Empty = every type. */
  types: z.array(EventType).max(EventType.options.length),
  /** Names of track calls. Empty = all of them. With names and no `types`, only these track calls are meant. */
  events: z.array(z.string().min(1).max(500)).max(REPLAY.events),
  userId: z.string().min(1).max(SEARCH.userIdChars).optional(),
});
export type SearchCriteria = z.infer<typeof SearchCriteria>;

/** A page of a search: `order` is that of receivedAt, then of segment and line. */
export const SearchRequest = SearchCriteria.extend({
  order: SearchOrder.default("desc"),
  limit: z.int().min(1).max(SEARCH.maxLimit).default(SEARCH.defaultLimit),
  /** Where an earlier page ended. */
  cursor: z.string().max(200).optional(),
});
export type SearchRequest = z.infer<typeof SearchRequest>;

/** Where an event stands in the archive. */
export const ArchiveLine = z.object({
  /** R2 key its segment has, or had before it was compacted. */
  segment: z.string(),
  /** From 0. */
  line: z.int().min(0),
});
export type ArchiveLine = z.infer<typeof ArchiveLine>;

export const SearchFigures = z.object({
  /** Segments that were read, and those the index knew to hold nothing of the kind. */
  segments: z.int(),
  skipped: z.int(),
  /** Lines looked at, and how many matched. */
  events: z.int(),
  matched: z.int(),
  /** Events the filter could not decide on (a value of a wrong type): they count as no match. */
  undecided: z.int(),
  /** Segments that the index knows and R2 does not have (any more). */
  missing: z.int(),
  /** Characters of the lines looked at. */
  bytes: z.int(),
});
export type SearchFigures = z.infer<typeof SearchFigures>;

/**
 * - `complete`: the range has been searched to its end. `limit`: the page is full.
 * - `budget`: this request has read enough; the cursor goes on from where it is, also when it found nothing.
 * - `failed`: the archive could not be read on; what was answered is right, the cursor tries again.
 */
export const SearchEnd = z.enum(["complete", "limit", "budget", "failed"]);
export type SearchEnd = z.infer<typeof SearchEnd>;

/**
 * One line of the answer. Events come in the order that was asked for, exactly, over all pages; `position` is the
 * receivedAt up to which everything has been answered. The last line is always `end`: without it the answer was cut.
 */
export const SearchLine = z.union([
  z.object({ event: z.record(z.string(), z.unknown()), at: ArchiveLine }),
  z.object({ progress: SearchFigures.extend({ position: z.iso.datetime() }) }),
  z.object({
    end: SearchFigures.extend({
      reason: SearchEnd,
      /** Absent when complete. */
      cursor: z.string().optional(),
      /** The index still takes in segments of an earlier version: there may be more. */
      adopting: z.literal(true).optional(),
    }),
  }),
]);
export type SearchLine = z.infer<typeof SearchLine>;
