import type { ArchivedSegment } from "../../src/core/archive-index.ts";
import { segmentKey, utcDay } from "../../src/core/archive-key.ts";
import type { KindCount } from "../../src/core/event-kind.ts";
import { hoursOf } from "../../src/core/received-times.ts";

/** A segment by the hour of its commits. */
export interface SegmentId {
  readonly hour: number;
  readonly shard: number;
  readonly segment: number;
}

/** One that is an object of its own, without its kinds. */
export interface LooseSegment extends ArchivedSegment {
  readonly seq: number;
}

type Row = {
  hour: number;
  shard: number;
  segment: number;
  seq: number;
  count: number;
  bytes: number;
  first_at: number;
  last_at: number;
  hours: string | null;
};

const COLUMNS = "hour, shard, segment, seq, count, bytes, first_at, last_at, hours";

/** The segments that are objects of their own, and which hours other than their commits' they hold events of. */
export function segmentStore(sql: SqlStorage, sourceId: string) {
  const toSegment = (row: Row): LooseSegment => ({
    hour: row.hour,
    shard: row.shard,
    segment: row.segment,
    key: segmentKey(sourceId, utcDay(row.hour), row.shard, row.segment),
    seq: row.seq,
    count: row.count,
    bytes: row.bytes,
    firstAt: row.first_at,
    lastAt: row.last_at,
    ...(row.hours === null ? {} : { hours: JSON.parse(row.hours) as number[] }),
  });

  return {
    add(segment: ArchivedSegment, seq: number): void {
      const { hour, shard, segment: no, count, bytes, firstAt, lastAt, hours, kinds } = segment;
      sql.exec(
        `INSERT INTO segments (${COLUMNS}, kinds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        hour,
        shard,
        no,
        seq,
        count,
        bytes,
        firstAt,
        lastAt,
        hours === undefined ? null : JSON.stringify(hours),
        kinds === undefined ? null : JSON.stringify(kinds),
      );
      for (const other of hoursOf(segment)) {
        if (other !== hour) sql.exec("INSERT OR IGNORE INTO guests VALUES (?, ?, ?, ?)", other, hour, shard, no);
      }
    },

    /** One segment; undefined when it is unknown or in a compacted file. */
    find: ({ hour, shard, segment }: SegmentId): LooseSegment | undefined =>
      sql
        .exec<Row>(`SELECT ${COLUMNS} FROM segments WHERE hour = ? AND shard = ? AND segment = ?`, hour, shard, segment)
        .toArray()
        .map(toSegment)[0],

    /** Those committed in an hour, ordered by shard and number. */
    ofHour: (hour: number): LooseSegment[] =>
      sql
        .exec<Row>(`SELECT ${COLUMNS} FROM segments WHERE hour = ? ORDER BY shard, segment`, hour)
        .toArray()
        .map(toSegment),

    /** The kinds of one segment; empty when they are not known. */
    kindsOf({ hour, shard, segment }: SegmentId): KindCount[] {
      const query = "SELECT kinds FROM segments WHERE hour = ? AND shard = ? AND segment = ?";
      const [found] = sql.exec<{ kinds: string | null }>(query, hour, shard, segment).toArray();
      return typeof found?.kinds === "string" ? (JSON.parse(found.kinds) as KindCount[]) : [];
    },

    /** The kinds of those committed in an hour, one list per segment. */
    *kindsOfHour(hour: number): Generator<KindCount[]> {
      const rows = sql.exec<{ kinds: string }>("SELECT kinds FROM segments WHERE hour = ? AND kinds NOTNULL", hour);
      for (const { kinds } of rows) yield JSON.parse(kinds) as KindCount[];
    },

    remove: ({ hour, shard, segment }: SegmentId): void =>
      void sql.exec("DELETE FROM segments WHERE hour = ? AND shard = ? AND segment = ?", hour, shard, segment),

    /** Segments of other hours' commits that hold events received in `hour`. */
    guestsOf: (hour: number): SegmentId[] =>
      sql
        .exec<{ home: number; shard: number; segment: number }>(
          "SELECT home, shard, segment FROM guests WHERE hour = ?",
          hour,
        )
        .toArray()
        .map(({ home, shard, segment }) => ({ hour: home, shard, segment })),

    /** Hours of commits within `[from, to)` that have segments of their own. */
    hoursBetween: (from: number, to: number): number[] =>
      sql
        .exec<{ hour: number }>("SELECT DISTINCT hour FROM segments WHERE hour >= ? AND hour < ?", from, to)
        .toArray()
        .map(({ hour }) => hour),
  };
}
export type SegmentStore = ReturnType<typeof segmentStore>;
