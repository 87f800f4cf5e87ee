import type { ArchivedSegment } from "../../src/core/archive-index.ts";
import { utcDay } from "../../src/core/archive-key.ts";
import { HOUR_MS, hourOf, MINUTE_MS } from "../../src/core/durations.ts";
import { hoursOf } from "../../src/core/received-times.ts";
import type { Listing } from "./listing.ts";
import type { Marks } from "./marks.ts";
import type { MetaStore } from "./meta-store.ts";
import type { Retention } from "./retention.ts";
import type { SegmentStore } from "./segment-store.ts";

/** After the end of an hour its events are taken to be complete: drains and the queue are through by then. */
const SETTLED_MS = 5 * MINUTE_MS;
/** What comes for an older hour waits this long for more of its kind. */
const LATE_MS = MINUTE_MS;

/** When the exports may hear of a change of an hour's events. */
export const hourDue = (hour: number, now: number): number => Math.max(hour + HOUR_MS + SETTLED_MS, now + LATE_MS);

/** When a day's index object is written after a change: once an hour. */
export const dayDue = (now: number): number => hourOf(now) + HOUR_MS + SETTLED_MS;

export interface AddingRoom {
  readonly segments: SegmentStore;
  readonly listing: Listing;
  readonly hours: Marks;
  readonly dayMarks: Marks;
  readonly meta: MetaStore;
  readonly retention: Pick<Retention, "removedBefore">;
  transaction(change: () => void): void;
}

/** Takes segments in: each once, with what its hours and its day are to hear of it. */
export function addingOf({ segments, listing, hours, dayMarks, meta, retention, transaction }: AddingRoom) {
  return {
    /** When something is due because of them, undefined when nothing new is. */
    add(added: readonly ArchivedSegment[], now: number): number | undefined {
      let due: number | undefined;
      const marked = (marks: Marks, id: number, seq: number, at: number): void => {
        if (marks.mark(id, { seq, due: at })) due = Math.min(due ?? at, at);
      };
      for (const segment of added) {
        // A queue may repeat a message days later: what was compacted since is known, what has expired stays away.
        if (segment.hour < retention.removedBefore() || listing.find(segment) !== undefined) continue;
        const seq = meta.nextSeq();
        transaction(() => {
          segments.add(segment, seq);
          for (const hour of hoursOf(segment)) marked(hours, hour, seq, hourDue(hour, now));
          marked(dayMarks, utcDay(segment.hour), seq, dayDue(now));
        });
      }
      return due;
    },
  };
}
export type Adding = ReturnType<typeof addingOf>;
