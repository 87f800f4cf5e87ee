import type { ErrorGroup, ErrorSample, SettledLine } from "../../src/core/ledger.ts";
import { clip } from "../../src/core/mask.ts";

const MAX_GROUPS = 100;
const MAX_SAMPLES = 10;
/** Characters of each text of a sample: ten samples of a group fit one row well. */
const SAMPLE_CHARS = 4000;

type ErrorRow = {
  status: string;
  reason: string;
  detail: string;
  last_at: number; // ms since epoch
  samples: string; // JSON: ErrorSample[], newest first
};

function sampleOf(line: SettledLine, at: number): ErrorSample[] {
  if (line.sample === undefined) return [];
  const { sent, request, response } = line.sample;
  return [
    {
      at,
      sent: clip(sent, SAMPLE_CHARS),
      request: clip(request, SAMPLE_CHARS),
      response: clip(response, SAMPLE_CHARS),
    },
  ];
}

/** What went wrong at one destination, grouped by status and reason; how often is the counters' to say. */
export function errorStore(sql: SqlStorage) {
  const all = () => sql.exec<ErrorRow>("SELECT status, reason, detail, last_at, samples FROM errors").toArray();

  function makeRoom(): void {
    const { groups } = sql.exec<{ groups: number }>("SELECT COUNT(*) AS groups FROM errors").one();
    if (groups < MAX_GROUPS) return;
    sql.exec(
      "DELETE FROM errors WHERE (status, reason) = (SELECT status, reason FROM errors ORDER BY last_at LIMIT 1)",
    );
  }

  function record(status: string, reason: string, lines: readonly SettledLine[], at: number): void {
    const row = sql
      .exec<ErrorRow>(
        "SELECT status, reason, detail, last_at, samples FROM errors WHERE status = ? AND reason = ?",
        status,
        reason,
      )
      .toArray()[0];
    if (row === undefined) makeRoom();
    const older = row === undefined ? [] : (JSON.parse(row.samples) as ErrorSample[]);
    const samples = [...lines.flatMap((line) => sampleOf(line, at)), ...older].slice(0, MAX_SAMPLES);
    const detail = lines.findLast((line) => line.detail !== undefined)?.detail ?? row?.detail ?? "";
    sql.exec(
      "INSERT OR REPLACE INTO errors (status, reason, detail, last_at, samples) VALUES (?, ?, ?, ?, ?)",
      status,
      reason,
      clip(detail, 300),
      at,
      JSON.stringify(samples),
    );
  }

  return {
    /** Records every line that was not delivered: one row per reason. */
    add(lines: readonly SettledLine[], at: number): void {
      const groups = Map.groupBy(
        lines.filter((line) => line.status !== "delivered"),
        (line) => `${line.status}:${line.reason ?? "INTERNAL"}`,
      );
      for (const [name, members] of groups) {
        const [first] = members;
        if (first !== undefined) record(first.status, name.slice(first.status.length + 1), members, at);
      }
    },

    /** The groups that `counts` (`<status>:<reason>` → count) knows of, the most frequent first. */
    groups(counts: ReadonlyMap<string, number>): ErrorGroup[] {
      return all()
        .map((row) => ({
          status: row.status as ErrorGroup["status"],
          reason: row.reason,
          detail: row.detail,
          count: counts.get(`${row.status}:${row.reason}`) ?? 0,
          lastAt: row.last_at,
          samples: JSON.parse(row.samples) as ErrorSample[],
        }))
        .filter((group) => group.count > 0)
        .toSorted((a, b) => b.count - a.count || b.lastAt - a.lastAt);
    },
  };
}
export type ErrorStore = ReturnType<typeof errorStore>;
