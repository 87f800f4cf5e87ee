import type { JobOpening, LineTrace } from "../../src/core/ledger.ts";
import {
  freshStates,
  packStates,
  readState,
  tally,
  unpackStates,
  type LineStates,
} from "../../src/core/line-states.ts";

/** Names one job within the ledger of its destination. */
export interface JobName {
  readonly key: string;
  readonly replayId?: string;
}

export interface Job extends JobName {
  readonly sourceId: string;
  readonly count: number;
  readonly states: LineStates;
  readonly nextAt: number;
  /** 0 = free. */
  readonly leaseUntil: number;
  /** A line of the current round failed without the destination asking for a pause. */
  readonly bySchedule: boolean;
  readonly claims: number;
  readonly done: boolean;
}

type JobRow = {
  key: string;
  replay: string; // "" = live traffic
  source_id: string;
  count: number;
  next_at: number; // ms since epoch
  lease_until: number; // ms since epoch, 0 = free
  by_schedule: number; // 0 or 1
  claims: number;
  done_at: number | null; // ms since epoch
  states: ArrayBuffer;
};

/** A job that is due, without its states. */
export type DueJob = Pick<Job, "key" | "replayId" | "sourceId" | "nextAt" | "leaseUntil">;

const replayOf = (name: JobName): string => name.replayId ?? "";
const nameOf = (row: Pick<JobRow, "key" | "replay">): JobName =>
  row.replay === "" ? { key: row.key } : { key: row.key, replayId: row.replay };

const COLUMNS = "key, replay, source_id, count, next_at, lease_until, by_schedule, claims, done_at, states";

/** The jobs of one destination: every change is one row (two when the time it is due moves). */
export function jobStore(sql: SqlStorage) {
  const toJob = (row: JobRow): Job => ({
    ...nameOf(row),
    sourceId: row.source_id,
    count: row.count,
    states: unpackStates(new Uint8Array(row.states), row.count),
    nextAt: row.next_at,
    leaseUntil: row.lease_until,
    bySchedule: row.by_schedule === 1,
    claims: row.claims,
    done: row.done_at !== null,
  });

  return {
    /** False when the job exists already, in whatever state. */
    open(opening: JobOpening, now: number): boolean {
      const { key, sourceId, count } = opening;
      const states = packStates(freshStates(count));
      const cursor = sql.exec(
        `INSERT INTO jobs (key, replay, source_id, count, pending, failed, opened_at, next_at, lease_until, by_schedule, claims, done_at, states)
         VALUES (?, ?, ?, ?, ?, 0, ?, ?, 0, 0, 0, NULL, ?) ON CONFLICT DO NOTHING`,
        key,
        replayOf(opening),
        sourceId,
        count,
        count,
        now,
        now,
        states,
      );
      return cursor.rowsWritten > 0;
    },

    find(name: JobName): Job | undefined {
      const rows = sql.exec<JobRow>(
        `SELECT ${COLUMNS} FROM jobs WHERE key = ? AND replay = ?`,
        name.key,
        replayOf(name),
      );
      const row = rows.toArray()[0];
      return row === undefined ? undefined : toJob(row);
    },

    lease(name: JobName, until: number, claims: number): void {
      sql.exec(
        "UPDATE jobs SET lease_until = ?, claims = ? WHERE key = ? AND replay = ?",
        until,
        claims,
        name.key,
        replayOf(name),
      );
    },

    /** Stores the new states; a job without pending lines is finished at `now`. `before`: the job as `find` gave it. */
    save(job: Job, before: Pick<Job, "nextAt">, now: number): void {
      const { pending, failed } = tally(job.states);
      // The index holds these two: naming them writes its row as well, also when nothing changes.
      const moves = pending === 0 || job.nextAt !== before.nextAt;
      sql.exec(
        `UPDATE jobs SET ${moves ? "next_at = ?, done_at = ?," : ""}
           states = ?, pending = ?, failed = ?, lease_until = ?, by_schedule = ? WHERE key = ? AND replay = ?`,
        ...(moves ? [job.nextAt, pending === 0 ? now : null] : []),
        packStates(job.states),
        pending,
        failed,
        job.leaseUntil,
        Number(job.bySchedule),
        job.key,
        replayOf(job),
      );
    },

    /** Unfinished jobs that were due at `at`, the longest-waiting first; leased ones are among them. */
    due(at: number, limit: number): DueJob[] {
      type Row = Pick<JobRow, "key" | "replay" | "source_id" | "next_at" | "lease_until">;
      const rows = sql.exec<Row>(
        `SELECT key, replay, source_id, next_at, lease_until FROM jobs
         WHERE done_at IS NULL AND next_at <= ? ORDER BY next_at LIMIT ?`,
        at,
        limit,
      );
      return rows.toArray().map((row) => ({
        ...nameOf(row),
        sourceId: row.source_id,
        nextAt: row.next_at,
        leaseUntil: row.lease_until,
      }));
    },

    /** When the next unfinished job after `at` falls due. */
    nextDueAfter(at: number): number | undefined {
      const row = sql
        .exec<{ at: number | null }>("SELECT MIN(next_at) AS at FROM jobs WHERE done_at IS NULL AND next_at > ?", at)
        .one();
      return row.at ?? undefined;
    },

    gauges(): { readonly waiting: number; readonly retrying: number; readonly nextAt: number | null } {
      return sql
        .exec<{ waiting: number; retrying: number; nextAt: number | null }>(
          `SELECT COALESCE(SUM(pending), 0) AS waiting, COALESCE(SUM(failed), 0) AS retrying, MIN(next_at) AS nextAt
           FROM jobs WHERE done_at IS NULL`,
        )
        .one();
    },

    /** Every delivery of one line: the live one and its replays. */
    trace(key: string, line: number): LineTrace[] {
      const rows = sql.exec<JobRow>(`SELECT ${COLUMNS} FROM jobs WHERE key = ? ORDER BY replay`, key).toArray();
      return rows.map(toJob).flatMap((job) => {
        const byte = job.states[line];
        if (byte === undefined) return [];
        const state = readState(byte);
        return [
          {
            ...(job.replayId === undefined ? {} : { replayId: job.replayId }),
            ...state,
            ...(state.status === "pending" ? { nextAttemptAt: job.nextAt } : {}),
          },
        ];
      });
    },

    forgetFinished(before: number): void {
      sql.exec("DELETE FROM jobs WHERE done_at < ?", before);
    },
  };
}
export type JobStore = ReturnType<typeof jobStore>;
