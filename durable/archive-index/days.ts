import { foldKinds, type ArchiveObject, type DayFacts, type DayObjects } from "../../src/core/archive-index.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/durations.ts";
import type { KindCount } from "../../src/core/event-kind.ts";
import type { FileStore } from "./file-store.ts";
import type { Marks } from "./marks.ts";
import type { SegmentStore } from "./segment-store.ts";

export interface DaysRoom {
  readonly sql: SqlStorage;
  readonly segments: SegmentStore;
  readonly files: FileStore;
  readonly dayMarks: Marks;
}

/** What the archive holds of each day of commits. */
export function daysOf({ sql, segments, files, dayMarks }: DaysRoom) {
  const stored = (day: number): DayFacts | undefined => {
    const facts = sql.exec<{ facts: string | null }>("SELECT facts FROM days WHERE id = ?", day).toArray()[0]?.facts;
    return typeof facts === "string" ? (JSON.parse(facts) as DayFacts) : undefined;
  };

  /** The objects that hold an hour's commits: compacted files first. */
  function* objectsOf(hour: number): Generator<ArchiveObject> {
    for (const { key, segments: n, events, bytes, firstAt, lastAt } of files.between(hour, hour + HOUR_MS)) {
      yield { key, segments: n, events, bytes, firstAt, lastAt };
    }
    for (const { key, count, bytes, firstAt, lastAt } of segments.ofHour(hour)) {
      yield { key, segments: 1, events: count, bytes, firstAt, lastAt };
    }
  }

  function* kindsOf(day: number): Generator<readonly KindCount[]> {
    for (const { kinds } of files.between(day, day + DAY_MS)) yield kinds;
    for (const hour of segments.hoursBetween(day, day + DAY_MS)) yield* segments.kindsOfHour(hour);
  }

  function count(day: number): DayFacts {
    const sum = { segments: 0, events: 0, bytes: 0, firstAt: Infinity, lastAt: -Infinity };
    for (let hour = day; hour < day + DAY_MS; hour += HOUR_MS) {
      for (const object of objectsOf(hour)) {
        sum.segments += object.segments;
        sum.events += object.events;
        sum.bytes += object.bytes;
        sum.firstAt = Math.min(sum.firstAt, object.firstAt);
        sum.lastAt = Math.max(sum.lastAt, object.lastAt);
      }
    }
    if (sum.segments === 0) return { day, files: 0, ...sum, firstAt: day, lastAt: day, kinds: [] };
    return { day, files: files.between(day, day + DAY_MS).length, ...sum, kinds: foldKinds(kindsOf(day)) };
  }

  return {
    objectsOf,

    /** Counted anew unless nothing has changed since its index object was written. */
    facts: (day: number): DayFacts => (dayMarks.isDone(day) ? stored(day) : undefined) ?? count(day),

    /** The days within `[from, to)` that hold anything, the oldest first. */
    *between(from: number, to: number): Generator<DayFacts> {
      for (const day of Array.from(dayMarks.between(from, to))) {
        const facts = this.facts(day);
        if (facts.segments > 0) yield facts;
      }
    },

    objects(day: number, offset: number, limit: number): DayObjects {
      const objects: ArchiveObject[] = [];
      let at = 0;
      for (let hour = day; hour < day + DAY_MS; hour += HOUR_MS) {
        for (const object of objectsOf(hour)) {
          if (at++ < offset) continue;
          if (objects.length === limit) return { ...this.facts(day), objects, more: true };
          objects.push(object);
        }
      }
      return { ...this.facts(day), objects, more: false };
    },

    /** Counts the day and keeps that for when nothing changes any more. */
    recount(day: number): DayFacts {
      const facts = count(day);
      sql.exec("UPDATE days SET facts = ? WHERE id = ?", JSON.stringify(facts), day);
      return facts;
    },
  };
}
export type Days = ReturnType<typeof daysOf>;
