import type {
  ArchiveTotals,
  HoursQuery,
  KindWish,
  SearchedHour,
  SearchedHours,
} from "../../src/core/archive-listing.ts";
import type { DayFacts } from "../../src/core/archive-index.ts";
import { mayHoldKinds } from "../../src/core/archive-units.ts";
import { HOUR_MS, hourOf } from "../../src/core/durations.ts";
import type { Days } from "./days.ts";
import type { FileStore } from "./file-store.ts";
import { listed, type Entry, type Listing } from "./listing.ts";
import type { SegmentStore } from "./segment-store.ts";

export interface SearchingRoom {
  readonly sql: SqlStorage;
  readonly files: FileStore;
  readonly segments: SegmentStore;
  readonly listing: Listing;
  readonly days: Days;
}

/** Hours of one answer; it also ends after the hour that brings it to so many segments. */
const MOST_HOURS = 200;
const ENOUGH_SEGMENTS = 1000;

const ALL_DAYS = [0, Number.MAX_SAFE_INTEGER] as const;

/** Tells what there is to people and to those who read for them. */
export function searchingOf({ sql, files, segments, listing, days }: SearchingRoom) {
  const ids = (query: string, ...bindings: number[]): number[] =>
    sql
      .exec<{ id: number }>(query, ...bindings)
      .toArray()
      .map(({ id }) => id);

  /** Whether a segment may hold what is wished for; of those in a file only the file's kinds are known. */
  function judge(wish: KindWish): (entry: Entry) => boolean {
    const ofFiles = new Map<string, boolean>();
    const ask = (hour: number, key: string): boolean => {
      const file = files.between(hour, hour + HOUR_MS).find((one) => one.key === key);
      return file === undefined || mayHoldKinds(wish, file);
    };
    return (entry) => {
      const { hour, count, place } = entry;
      if (place === undefined) return mayHoldKinds(wish, { events: count, kinds: segments.kindsOf(entry) });
      const known = ofFiles.get(place.file) ?? ask(hour, place.file);
      ofFiles.set(place.file, known);
      return known;
    };
  }

  function searched(hour: number, { from, to, wish }: HoursQuery): SearchedHour {
    const inRange = listing.receivedIn(hour).filter(({ firstAt, lastAt }) => firstAt < to && lastAt >= from);
    const wanted = wish === undefined ? inRange : inRange.filter(judge(wish));
    return { hour, segments: wanted.map(listed), skipped: inRange.length - wanted.length };
  }

  return {
    hours(query: HoursQuery): SearchedHours {
      const order = query.order === "asc" ? "ASC" : "DESC";
      const all = `SELECT id FROM hours WHERE id >= ? AND id < ? ORDER BY id ${order} LIMIT ?`;
      const found: SearchedHour[] = [];
      let count = 0;
      for (const hour of ids(all, hourOf(query.from), query.to, MOST_HOURS + 1)) {
        if (found.length === MOST_HOURS || count >= ENOUGH_SEGMENTS) return { hours: found, next: hour };
        const one = searched(hour, query);
        count += one.segments.length;
        found.push(one);
      }
      return { hours: found };
    },

    /** Days before `before` that hold anything, the newest first. */
    latestDays(before: number, limit: number): { days: DayFacts[]; more: boolean } {
      const found: DayFacts[] = [];
      for (const day of ids("SELECT id FROM days WHERE id < ? ORDER BY id DESC", before)) {
        const facts = days.facts(day);
        if (facts.segments === 0) continue;
        if (found.length === limit) return { days: found, more: true };
        found.push(facts);
      }
      return { days: found, more: false };
    },

    totals(): Omit<ArchiveTotals, "adopting"> {
      const sum = { days: 0, segments: 0, files: 0, events: 0, bytes: 0 };
      const times = { firstAt: Infinity, lastAt: 0 };
      // Day by day: each knows hundreds of names, and there may be years of them.
      for (const day of days.between(...ALL_DAYS)) {
        sum.days++;
        sum.segments += day.segments;
        sum.files += day.files;
        sum.events += day.events;
        sum.bytes += day.bytes;
        times.firstAt = Math.min(times.firstAt, day.firstAt);
        times.lastAt = Math.max(times.lastAt, day.lastAt);
      }
      return { ...sum, ...(sum.days === 0 ? {} : times) };
    },
  };
}
