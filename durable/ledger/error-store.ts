import type { ErrorGroup, ErrorSample } from "../../src/core/ledger-reports.ts";
import type { SettledCell } from "../../src/core/ledger.ts";
import { clip } from "../../src/core/mask.ts";
import { explainReason } from "../../src/core/reasons.ts";
import { reasonOf } from "../../src/core/settle-counts.ts";

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

function sampleOf(outcome: SettledCell, at: number): ErrorSample[] {
  if (outcome.sample === undefined) return [];
  const { sent, request, response } = outcome.sample;
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

  function record(status: string, reason: string, outcomes: readonly SettledCell[], at: number): void {
    const row = sql
      .exec<ErrorRow>(
        "SELECT status, reason, detail, last_at, samples FROM errors WHERE status = ? AND reason = ?",
        status,
        reason,
      )
      .toArray()[0];
    if (row === undefined) makeRoom();
    const older = row === undefined ? [] : (JSON.parse(row.samples) as ErrorSample[]);
    const samples = [...outcomes.flatMap((outcome) => sampleOf(outcome, at)), ...older].slice(0, MAX_SAMPLES);
    const detail = outcomes.findLast((outcome) => outcome.detail !== undefined)?.detail ?? row?.detail ?? "";
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
    /** Records every outcome but deliveries: one row per reason. */
    add(outcomes: readonly SettledCell[], at: number): void {
      const groups = Map.groupBy(
        outcomes.filter((outcome) => outcome.status !== "delivered"),
        (outcome) => `${outcome.status}:${reasonOf(outcome)}`,
      );
      for (const [name, members] of groups) {
        const [first] = members;
        if (first !== undefined) record(first.status, name.slice(first.status.length + 1), members, at);
      }
    },

    /** The groups that `counts` (`<status>:<reason>` → count, also of replays) knows of, the most frequent first. */
    groups(counts: ReadonlyMap<string, number>): ErrorGroup[] {
      const countOf = ({ status, reason }: ErrorRow): number =>
        (counts.get(`${status}:${reason}`) ?? 0) + (counts.get(`replay_${status}:${reason}`) ?? 0);
      return all()
        .map((row) => ({
          status: row.status as ErrorGroup["status"],
          reason: row.reason,
          detail: row.detail,
          count: countOf(row),
          lastAt: row.last_at,
          samples: JSON.parse(row.samples) as ErrorSample[],
          ...explainReason(row.reason),
        }))
        .filter((group) => group.count > 0)
        .toSorted((a, b) => b.count - a.count || b.lastAt - a.lastAt);
    },
  };
}
export type ErrorStore = ReturnType<typeof errorStore>;
