import type {
  HourSegments,
  ListedSegment,
  SegmentList,
  SegmentPlace,
  SegmentQuery,
} from "../../src/core/archive-index.ts";
import { parseSegmentKey } from "../../src/core/archive-key.ts";
import { DAY_MS, HOUR_MS, hourOf } from "../../src/core/durations.ts";
import { hoursOf } from "../../src/core/received-times.ts";
import type { FileStore } from "./file-store.ts";
import type { Marks } from "./marks.ts";
import type { PackedSegment } from "./packed.ts";
import type { LooseSegment, SegmentId, SegmentStore } from "./segment-store.ts";

export interface ListingRoom {
  readonly segments: SegmentStore;
  readonly files: FileStore;
  readonly hours: Marks;
}

/** Segments of one answer. */
const MOST_LISTED = 1000;

/** A segment, wherever it lies. */
export type Entry = LooseSegment & Partial<Pick<PackedSegment, "place">>;

export const listed = ({ key, count, bytes, firstAt, lastAt, place }: Entry): ListedSegment => ({
  key,
  count,
  bytes,
  firstAt,
  lastAt,
  ...(place === undefined ? {} : { place }),
});

const byName = (a: SegmentId, b: SegmentId): number => a.shard - b.shard || a.segment - b.segment;

/** Where a list goes on: after this segment among those of this hour. */
interface Cursor {
  readonly hour: number;
  readonly after: readonly [firstAt: number, shard: number, segment: number];
}

const writeCursor = ({ hour, after }: Cursor): string => [hour, ...after].join("-");

/** What is no cursor of ours begins anew. */
function readCursor(text: string | undefined): Cursor | undefined {
  const [, hour, firstAt, shard, segment] = /^(\d{1,16})-(\d{1,16})-(\d{1,6})-(\d{1,12})$/.exec(text ?? "") ?? [];
  if (hour === undefined) return undefined;
  return { hour: Number(hour), after: [Number(firstAt), Number(shard), Number(segment)] };
}

const placeIn = ({ firstAt, shard, segment }: Entry): Cursor["after"] => [firstAt, shard, segment];

const compare = (a: Cursor["after"], b: Cursor["after"]): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

/** Answers which segments there are, loose and compacted ones alike. */
export function listingOf({ segments, files, hours }: ListingRoom) {
  const find = (id: SegmentId): Entry | undefined => segments.find(id) ?? files.find(id);

  /** Segments that hold events received in `hour`. */
  function receivedIn(hour: number): Entry[] {
    const home: Entry[] = [...segments.ofHour(hour), ...files.segmentsOf(hour)];
    const guests = segments.guestsOf(hour).flatMap((id) => find(id) ?? []);
    return [...home.filter((entry) => hoursOf(entry).includes(hour)), ...guests];
  }

  /** Those of one hour that are to be listed there: no hour of the range before it has them, and they are in the range. */
  const listedIn = (hour: number, { from, to }: SegmentQuery): Entry[] =>
    receivedIn(hour)
      .filter(({ firstAt, lastAt }) => firstAt < to && lastAt >= from)
      .filter((entry) => hoursOf(entry).find((one) => one >= hourOf(from)) === hour)
      .toSorted((a, b) => compare(placeIn(a), placeIn(b)));

  return {
    find,
    receivedIn,

    hour(hour: number): HourSegments {
      const entries = receivedIn(hour).toSorted(byName);
      return { seq: entries.reduce((newest, { seq }) => Math.max(newest, seq), 0), segments: entries.map(listed) };
    },

    list(query: SegmentQuery): SegmentList {
      const limit = Math.min(query.limit, MOST_LISTED);
      const cursor = readCursor(query.after);
      const found: ListedSegment[] = [];
      const start = Math.max(cursor?.hour ?? 0, hourOf(query.from));
      for (const hour of hours.between(start, query.to)) {
        for (const entry of listedIn(hour, query)) {
          if (cursor?.hour === hour && compare(placeIn(entry), cursor.after) <= 0) continue;
          found.push(listed(entry));
          if (found.length >= limit) {
            return { segments: found, next: writeCursor({ hour, after: placeIn(entry) }) };
          }
        }
      }
      return { segments: found };
    },

    /** Null when the segment is an object of its own, or gone. */
    locate(key: string): SegmentPlace | null {
      const name = parseSegmentKey(key);
      if (name === undefined) return null;
      for (let hour = name.day; hour < name.day + DAY_MS; hour += HOUR_MS) {
        const found = files.find({ hour, shard: name.shard, segment: name.segment });
        if (found !== undefined) return found.place;
      }
      return null;
    },
  };
}
export type Listing = ReturnType<typeof listingOf>;
