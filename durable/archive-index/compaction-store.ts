import { COMPACTION, type FileName, type LeftReason } from "../../src/core/compaction.ts";

/**
 * - compactions: attempts at a file. `writing`: a consumer builds it until `until`. `dropped`: its writer failed or was
 *   too slow, and what it may have left in R2 is to be cleared. `gone`: cleared; the row keeps its number from being used
 *   again, and its hour waiting until `until`. Once a file is in place its row is in `files`.
 * - left_loose: segments that stay objects of their own, for good.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS compactions (
    hour INTEGER NOT NULL, no INTEGER NOT NULL, state TEXT NOT NULL, until INTEGER NOT NULL, upload TEXT,
    PRIMARY KEY (hour, no)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS left_loose (
    hour INTEGER NOT NULL, shard INTEGER NOT NULL, segment INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (hour, shard, segment)
  ) WITHOUT ROWID;
`;

export type AttemptState = "writing" | "dropped" | "gone";

/** An attempt at a file. */
export interface Attempt extends FileName {
  readonly state: AttemptState;
  readonly until: number;
  /** Of its multipart upload, once there is one. */
  readonly upload: string | null;
}

export function compactionStore(sql: SqlStorage) {
  sql.exec(TABLES);
  const all = <T>(query: string, ...args: SqlStorageValue[]) =>
    sql.exec<T & Record<string, SqlStorageValue>>(query, ...args).toArray();
  const lastIn = (table: "files" | "compactions", hour: number): number =>
    all<{ no: number | null }>(`SELECT MAX(no) AS no FROM ${table} WHERE hour = ?`, hour)[0]?.no ?? 0;

  return {
    /** Hours before `before` with at least two small segments, the oldest first. */
    dueHours: (before: number): number[] =>
      all<{ hour: number }>(
        "SELECT hour FROM segments WHERE hour < ? AND bytes < ? GROUP BY hour HAVING COUNT(*) > 1 ORDER BY hour",
        before,
        COMPACTION.smallBytes,
      ).map(({ hour }) => hour),
    /** No file or attempt of the hour has had this number. */
    nextNumber: (hour: number): number => Math.max(lastIn("files", hour), lastIn("compactions", hour)) + 1,
    /** How often an hour has failed, and before when it is not tried again. */
    failuresOf: (hour: number): { failures: number; until: number } => {
      const [found] = all<{ failures: number; until: number | null }>(
        "SELECT COUNT(*) AS failures, MAX(until) AS until FROM compactions WHERE hour = ? AND state <> 'writing'",
        hour,
      );
      return { failures: found?.failures ?? 0, until: found?.until ?? 0 };
    },

    attempts: (state: AttemptState): Attempt[] =>
      all("SELECT hour, no, state, until, upload FROM compactions WHERE state = ? ORDER BY hour, no", state),
    isWriting: ({ hour, no }: FileName): boolean =>
      all("SELECT 1 FROM compactions WHERE hour = ? AND no = ? AND state = 'writing'", hour, no).length > 0,
    plan: ({ hour, no }: FileName, until: number) =>
      void sql.exec("INSERT INTO compactions (hour, no, state, until) VALUES (?, ?, 'writing', ?)", hour, no, until),
    noteUpload: ({ hour, no }: FileName, upload: string) =>
      void sql.exec("UPDATE compactions SET upload = ? WHERE hour = ? AND no = ?", upload, hour, no),
    setState: ({ hour, no }: FileName, state: AttemptState, until: number) =>
      void sql.exec("UPDATE compactions SET state = ?, until = ? WHERE hour = ? AND no = ?", state, until, hour, no),
    remove: ({ hour, no }: FileName) => void sql.exec("DELETE FROM compactions WHERE hour = ? AND no = ?", hour, no),

    leave: ({ hour, shard, segment }: { hour: number; shard: number; segment: number }, reason: LeftReason) =>
      void sql.exec("INSERT OR REPLACE INTO left_loose VALUES (?, ?, ?, ?)", hour, shard, segment, reason),
    left: (hour: number): { shard: number; segment: number }[] =>
      all("SELECT shard, segment FROM left_loose WHERE hour = ?", hour),
    /** Attempts that are cleared away, of hours before `before`: nobody will number files of those any more. */
    forgetGone: (before: number) => void sql.exec("DELETE FROM compactions WHERE hour < ? AND state = 'gone'", before),
    /** Which segments of an hour were left; whoever still writes to it is given up. */
    forget: (hour: number, now: number) => {
      sql.exec("DELETE FROM left_loose WHERE hour = ?", hour);
      sql.exec("UPDATE compactions SET state = 'dropped', until = ? WHERE hour = ? AND state = 'writing'", now, hour);
    },
  };
}
export type CompactionStore = ReturnType<typeof compactionStore>;
