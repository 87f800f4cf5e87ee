import type { ResendRecord, ResendRequest } from "../../src/core/dead-letter.ts";
import type { SettledCell } from "../../src/core/ledger.ts";

type ResendRow = {
  id: string;
  at: number; // ms since epoch
  criteria: string; // JSON: ResendRecord["criteria"]
  cursor: string | null; // the letters it has come to; null once it is through
  steps: number;
  objects: number;
  lines: number;
  delivered: number;
  abandoned: number;
  dropped: number;
};

/** A re-send that still takes letters up. */
export interface Unfinished {
  readonly id: string;
  readonly criteria: ResendRecord["criteria"];
  readonly cursor: string;
  readonly steps: number;
}

/** One step of a re-send. `cursor`: null when there are no more letters. */
export interface ResendStep {
  readonly cursor: string | null;
  readonly objects: number;
  readonly lines: number;
}

const LISTED = 100;

const toRecord = ({ criteria, cursor, steps: _steps, ...row }: ResendRow): ResendRecord => ({
  ...row,
  criteria: JSON.parse(criteria) as ResendRecord["criteria"],
  opening: cursor !== null,
  waiting: row.lines - row.delivered - row.abandoned - row.dropped,
});

/** The re-sends of this destination's dead letters, and how far each is. */
export function resendStore(sql: SqlStorage) {
  return {
    find(id: string): ResendRecord | undefined {
      const row = sql.exec<ResendRow>("SELECT * FROM resends WHERE id = ?", id).toArray()[0];
      return row === undefined ? undefined : toRecord(row);
    },

    add({ id, ...criteria }: ResendRequest, at: number): void {
      sql.exec("INSERT INTO resends VALUES (?, ?, ?, '', 0, 0, 0, 0, 0, 0)", id, at, JSON.stringify(criteria));
    },

    /** The 100 latest, newest first. */
    list: (): ResendRecord[] =>
      sql.exec<ResendRow>("SELECT * FROM resends ORDER BY at DESC, id LIMIT ?", LISTED).toArray().map(toRecord),

    unfinished(): Unfinished | undefined {
      const row = sql
        .exec<ResendRow>("SELECT * FROM resends WHERE cursor IS NOT NULL ORDER BY at LIMIT 1")
        .toArray()[0];
      if (row === undefined) return undefined;
      const criteria = JSON.parse(row.criteria) as ResendRecord["criteria"];
      return { id: row.id, criteria, cursor: row.cursor ?? "", steps: row.steps };
    },

    advance(id: string, { cursor, objects, lines }: ResendStep): void {
      sql.exec(
        "UPDATE resends SET cursor = ?, steps = steps + 1, objects = objects + ?, lines = lines + ? WHERE id = ?",
        cursor,
        objects,
        lines,
        id,
      );
    },

    /** Adds what became of a re-send's deliveries. */
    book(id: string, outcomes: readonly SettledCell[]): void {
      const count = (status: SettledCell["status"]) => outcomes.filter((outcome) => outcome.status === status).length;
      sql.exec(
        "UPDATE resends SET delivered = delivered + ?, abandoned = abandoned + ?, dropped = dropped + ? WHERE id = ?",
        count("delivered"),
        count("abandoned"),
        count("dropped"),
        id,
      );
    },

    forget(before: number): void {
      sql.exec("DELETE FROM resends WHERE at < ? AND cursor IS NULL", before);
    },
  };
}
export type ResendStore = ReturnType<typeof resendStore>;
