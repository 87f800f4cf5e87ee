import type { ArchiveObject } from "../../src/core/archive-index.ts";
import { segmentKey, utcDay } from "../../src/core/archive-key.ts";
import type { KindCount } from "../../src/core/event-kind.ts";
import { mayHold, readPacked, writePacked, writeSpans, type PackedSegment } from "./packed.ts";
import type { SegmentId, SegmentStore } from "./segment-store.ts";

/** A compacted file: the `no`th of its hour. */
export interface CompactedFile extends ArchiveObject {
  readonly hour: number;
  readonly no: number;
  readonly kinds: readonly KindCount[];
}

type Row = {
  hour: number;
  no: number;
  key: string;
  bytes: number;
  segments: number;
  events: number;
  first_at: number;
  last_at: number;
  kinds: string;
};

const COLUMNS = "hour, no, key, bytes, segments, events, first_at, last_at, kinds";

const toFile = ({ first_at, last_at, kinds, ...row }: Row): CompactedFile => ({
  ...row,
  firstAt: first_at,
  lastAt: last_at,
  kinds: JSON.parse(kinds) as KindCount[],
});

/** The compacted files, and which segments lie where in them. */
export function fileStore(sql: SqlStorage, sourceId: string, segments: SegmentStore) {
  const packedIn = (hour: number, { key, packed }: { key: string; packed: string }): PackedSegment[] =>
    readPacked(packed, {
      hour,
      file: key,
      keyOf: (shard, no) => segmentKey(sourceId, utcDay(hour), shard, no),
    });

  return {
    /** Puts a file in the place of the segments it holds. */
    add(file: CompactedFile, packed: readonly PackedSegment[]): void {
      sql.exec(
        `INSERT INTO files (${COLUMNS}, spans, packed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        file.hour,
        file.no,
        file.key,
        file.bytes,
        file.segments,
        file.events,
        file.firstAt,
        file.lastAt,
        JSON.stringify(file.kinds),
        writeSpans(packed),
        writePacked(packed),
      );
      for (const segment of packed) segments.remove(segment);
    },

    remove: ({ hour, no }: Pick<CompactedFile, "hour" | "no">): void =>
      void sql.exec("DELETE FROM files WHERE hour = ? AND no = ?", hour, no),

    /** A segment that lies in a file. */
    find({ hour, shard, segment }: SegmentId): PackedSegment | undefined {
      const rows = sql
        .exec<{ no: number; spans: string }>("SELECT no, spans FROM files WHERE hour = ?", hour)
        .toArray();
      for (const { no } of rows.filter(({ spans }) => mayHold(spans, shard, segment))) {
        const found = this.segmentsOfFile({ hour, no }).find((one) => one.shard === shard && one.segment === segment);
        if (found !== undefined) return found;
      }
      return undefined;
    },

    segmentsOfFile: ({ hour, no }: Pick<CompactedFile, "hour" | "no">): PackedSegment[] =>
      sql
        .exec<{ key: string; packed: string }>("SELECT key, packed FROM files WHERE hour = ? AND no = ?", hour, no)
        .toArray()
        .flatMap((row) => packedIn(hour, row)),

    /** All that lie in files of an hour of commits. */
    segmentsOf: (hour: number): PackedSegment[] =>
      sql
        .exec<{ key: string; packed: string }>("SELECT key, packed FROM files WHERE hour = ? ORDER BY no", hour)
        .toArray()
        .flatMap((row) => packedIn(hour, row)),

    /** Files of the hours of commits within `[from, to)`. */
    between: (from: number, to: number): CompactedFile[] =>
      sql
        .exec<Row>(`SELECT ${COLUMNS} FROM files WHERE hour >= ? AND hour < ? ORDER BY hour, no`, from, to)
        .toArray()
        .map(toFile),
  };
}
export type FileStore = ReturnType<typeof fileStore>;
