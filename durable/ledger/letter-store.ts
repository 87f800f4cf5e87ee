import type { Counts } from "../../src/core/counters.ts";
import type { LetterCriteria, LetterPage, LetterQuery, ListedLetters } from "../../src/core/dead-letter.ts";
import {
  describeEntries,
  goesAsReplay,
  readEntries,
  reasonsOf,
  writeEntries,
  type LetterEntry,
} from "../../src/core/letters.ts";
import type { Job } from "./job-row.ts";

type LetterRow = {
  at: number; // ms since epoch
  key: string;
  segment: string;
  replay: string; // "" = live traffic
  source_id: string;
  count: number; // lines of the segment
  entries: string; // core/letters writeEntries
};

/** A row as a re-send needs it. */
export interface StoredLetters {
  readonly place: LetterPlace;
  readonly segmentKey: string;
  /** Of the job that gave them up. */
  readonly replayId: string | undefined;
  readonly sourceId: string;
  readonly count: number;
  readonly entries: readonly LetterEntry[];
}
/** Where a row stands in the order of time. */
export interface LetterPlace {
  readonly at: number;
  readonly key: string;
}

const COLUMNS = "at, key, segment, replay, source_id, count, entries";
const MAX_PAGE = 1000;
/** Objects that are read to say what is given up: it is asked every few minutes. */
const LOOKED_AT = 200;

/** How the row's `reasons` spells a reason; no other text in it can look like that. */
const spelling = (reason: string | undefined): string => (reason === undefined ? "" : `${JSON.stringify(reason)}:`);

export const writePlace = ({ at, key }: LetterPlace): string => `${at}:${key}`;
export function readPlace(text: string | undefined): LetterPlace | undefined {
  const [, at, key] = /^(\d{1,16}):(.+)$/s.exec(text ?? "") ?? [];
  return at === undefined || key === undefined ? undefined : { at: Number(at), key };
}

const listed = (row: LetterRow): ListedLetters => ({
  key: row.key,
  at: row.at,
  segmentKey: row.segment,
  ...(row.replay === "" ? {} : { replayId: row.replay }),
  ...describeEntries(readEntries(row.entries)),
});

/** The objects of dead letters that this destination has: what was given up, why, and in which re-sends it went again. */
export function letterStore(sql: SqlStorage) {
  return {
    /** Books an object at `at`. Called once for each: its outcomes are applied once. */
    add(at: number, key: string, job: Job, entries: readonly LetterEntry[]): void {
      sql.exec(
        `INSERT OR REPLACE INTO letters (${COLUMNS}, reasons) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        at,
        key,
        job.key,
        job.replayId ?? "",
        job.sourceId,
        job.count,
        writeEntries(entries),
        JSON.stringify(reasonsOf(entries)),
      );
    },

    note({ at, key }: LetterPlace, entries: readonly LetterEntry[]): void {
      sql.exec("UPDATE letters SET entries = ? WHERE at = ? AND key = ?", writeEntries(entries), at, key);
    },

    /** Newest first. `oldest` (ms) hides what is due to be forgotten. */
    list({ reason, from = 0, to = Infinity, limit, cursor }: LetterQuery, oldest: number): LetterPage {
      const before = readPlace(cursor) ?? { at: Infinity, key: "" };
      const wanted = Math.min(Math.max(Math.floor(limit), 1), MAX_PAGE);
      const rows = sql
        .exec<LetterRow>(
          `SELECT ${COLUMNS} FROM letters
           WHERE at >= ? AND at < ? AND (at, key) < (?, ?) AND INSTR(reasons, ?) > 0 ORDER BY at DESC, key DESC LIMIT ?`,
          Math.max(from, oldest),
          to,
          before.at,
          before.key,
          spelling(reason),
          wanted + 1,
        )
        .toArray();
      const objects = rows.slice(0, wanted).map(listed);
      const last = objects.at(-1);
      return { objects, ...(rows.length > wanted && last !== undefined ? { next: writePlace(last) } : {}) };
    },

    /** Oldest first, after `cursor`. */
    after({ reason, from = 0, to = Infinity }: LetterCriteria, cursor: LetterPlace, limit: number): StoredLetters[] {
      const rows = sql.exec<LetterRow>(
        `SELECT ${COLUMNS} FROM letters
         WHERE at >= ? AND at < ? AND (at, key) > (?, ?) AND INSTR(reasons, ?) > 0 ORDER BY at, key LIMIT ?`,
        from,
        to,
        cursor.at,
        cursor.key,
        spelling(reason),
        limit,
      );
      return rows.toArray().map(({ at, key, segment, replay, source_id, count, entries }) => ({
        place: { at, key },
        segmentKey: segment,
        replayId: replay === "" ? undefined : replay,
        sourceId: source_id,
        count,
        entries: readEntries(entries),
      }));
    },

    /**
     * What live traffic gave up since `from` (ms) and no re-send has taken up, as counts of `abandoned:<reason>`: of the
     * newest 200 objects.
     */
    openSince(from: number): Counts {
      const query = "SELECT replay, entries FROM letters WHERE at >= ? ORDER BY at DESC, key DESC LIMIT ?";
      const rows = sql.exec<Pick<LetterRow, "replay" | "entries">>(query, from, LOOKED_AT).toArray();
      const entries = rows.flatMap((row) => (goesAsReplay(row.replay) ? [] : readEntries(row.entries)));
      const open = Object.entries(reasonsOf(entries.filter(({ resent }) => resent.length === 0)));
      return Object.fromEntries(open.map(([reason, count]) => [`abandoned:${reason}`, count]));
    },

    forget(before: number): void {
      sql.exec("DELETE FROM letters WHERE at < ?", before);
    },
  };
}
export type LetterStore = ReturnType<typeof letterStore>;
