import type { ArchivePiece, PieceList, PieceQuery } from "../../src/core/archive-listing.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import type { CompactedFile, FileStore } from "./file-store.ts";
import type { SegmentStore } from "./segment-store.ts";

export interface PiecesRoom {
  readonly sql: SqlStorage;
  readonly segments: SegmentStore;
  readonly files: FileStore;
}

/** An answer ends after the hour that brings it to so many pieces. */
const ENOUGH = 1000;
const HOURS_AT_ONCE = 500;

interface Times {
  readonly firstAt: number;
  readonly lastAt: number;
}

interface Member extends Times {
  readonly offset: number;
  readonly length: number;
}

type Range = Pick<PieceQuery, "from" | "to">;

const touches = ({ from, to }: Range, { firstAt, lastAt }: Times): boolean => firstAt < to && lastAt >= from;
const holds = ({ from, to }: Range, { firstAt, lastAt }: Times): boolean => firstAt >= from && lastAt < to;

/** Members that lie side by side, all of them inside of the range, are one piece. */
function join(pieces: readonly ArchivePiece[]): ArchivePiece[] {
  const joined: ArchivePiece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const beside = last?.inside === true && piece.inside && last.offset + last.length === piece.offset;
    if (beside) joined[joined.length - 1] = { ...last, length: last.length + piece.length };
    else joined.push(piece);
  }
  return joined;
}

/** Which bytes hold the events of a range. Of files that lie across its ends only the members that matter. */
export function piecesOf({ sql, segments, files }: PiecesRoom) {
  function membersOf(file: CompactedFile): Member[] {
    const together = Map.groupBy(files.segmentsOfFile(file), ({ place }) => place.offset);
    const members = [...together].map(([offset, inside]) => ({
      offset,
      length: inside[0]!.place.length,
      firstAt: Math.min(...inside.map(({ firstAt }) => firstAt)),
      lastAt: Math.max(...inside.map(({ lastAt }) => lastAt)),
    }));
    return members.toSorted((a, b) => a.offset - b.offset);
  }

  function fromFile(file: CompactedFile, range: Range): ArchivePiece[] {
    const { key, bytes } = file;
    if (holds(range, file)) return [{ key, offset: 0, length: bytes, inside: true }];
    const members = membersOf(file).filter((member) => touches(range, member));
    return join(members.map((one) => ({ key, offset: one.offset, length: one.length, inside: holds(range, one) })));
  }

  const ofHour = (hour: number, range: Range): ArchivePiece[] => [
    ...files
      .between(hour, hour + HOUR_MS)
      .filter((file) => touches(range, file))
      .flatMap((file) => fromFile(file, range)),
    ...segments
      .ofHour(hour)
      .filter((segment) => touches(range, segment))
      .map((one) => ({ key: one.key, offset: 0, length: one.bytes, inside: holds(range, one) })),
  ];

  const hoursAfter = (after: number, { from, to }: Range): number[] =>
    sql
      .exec<{ hour: number }>(
        `SELECT hour FROM files WHERE hour > ?1 AND first_at < ?2 AND last_at >= ?3
         UNION SELECT hour FROM segments WHERE hour > ?1 AND first_at < ?2 AND last_at >= ?3
         ORDER BY hour LIMIT ?4`,
        after,
        to,
        from,
        HOURS_AT_ONCE,
      )
      .toArray()
      .map(({ hour }) => hour);

  return {
    /** Every segment is in one piece, also when files are made of some while a caller goes on from answer to answer. */
    list({ from, to, after = -1 }: PieceQuery): Omit<PieceList, "adopting"> {
      const pieces: ArchivePiece[] = [];
      const hours = hoursAfter(after, { from, to });
      for (const hour of hours) {
        pieces.push(...ofHour(hour, { from, to }));
        if (pieces.length >= ENOUGH) return { pieces, next: hour };
      }
      const last = hours.at(-1);
      return { pieces, ...(hours.length === HOURS_AT_ONCE && last !== undefined ? { next: last } : {}) };
    },
  };
}
