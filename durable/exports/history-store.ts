import { EXPORTS } from "../../src/core/export-times.ts";
import type { Run } from "../../src/core/exports.ts";
import type { RunPage, RunQuery } from "../../src/core/export-views.ts";

type RunRow = { id: number; target: string; body: string };

/** What is known of a run when it ends. */
export type RunEnd = Pick<Run, "status" | "rows" | "newColumns" | "notices" | "error">;

const runOf = ({ id, body }: RunRow): Run => ({ ...(JSON.parse(body) as Omit<Run, "id">), id });

/** The sync history. */
export function historyStore(sql: SqlStorage) {
  const find = (id: number): Run | undefined =>
    sql.exec<RunRow>("SELECT * FROM runs WHERE id = ?", id).toArray().map(runOf)[0];

  return {
    find,

    /** A run that begins; the oldest of too many is forgotten. */
    begin({ target, hour, version, startedAt }: Pick<Run, "target" | "hour" | "version" | "startedAt">): number {
      const { id } = sql.exec<{ id: number }>("SELECT COALESCE(MAX(id), 0) + 1 AS id FROM runs").one();
      const run: Omit<Run, "id"> = {
        target,
        hour,
        version,
        startedAt,
        status: "running",
        rows: 0,
        newColumns: [],
        notices: [],
      };
      sql.exec("INSERT INTO runs VALUES (?, ?, ?)", id, target, JSON.stringify(run));
      sql.exec("DELETE FROM runs WHERE id <= ?", id - EXPORTS.runsKept);
      return id;
    },

    end(id: number, told: RunEnd, now: number): void {
      const run = find(id);
      if (run === undefined) return;
      const { newColumns, notices, error, ...rest } = told;
      const ended: Run = {
        ...run,
        ...rest,
        finishedAt: now,
        newColumns: newColumns.slice(0, EXPORTS.newColumnsTold),
        notices: notices.slice(0, EXPORTS.noticesTold),
        ...(error === undefined ? {} : { error: error.slice(0, EXPORTS.errorChars) }),
      };
      sql.exec("UPDATE runs SET body = ? WHERE id = ?", JSON.stringify(ended), id);
    },

    /** The newest first; `cursor` is the id before which a page begins. */
    list({ target, limit, cursor }: RunQuery): RunPage {
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      const rows = sql
        .exec<RunRow>(
          "SELECT * FROM runs WHERE id < ?1 AND (?2 IS NULL OR target = ?2) ORDER BY id DESC LIMIT ?3",
          before,
          target ?? null,
          limit + 1,
        )
        .toArray();
      const runs = rows.slice(0, limit).map(runOf);
      return rows.length > limit ? { runs, next: String(runs.at(-1)!.id) } : { runs };
    },
  };
}
