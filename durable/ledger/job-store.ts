import { historyOf } from "../../src/core/line-history.ts";
import type { JobOpening, LaneTrace } from "../../src/core/ledger.ts";
import { freshGates, isQuiet, isSkipped, readState, tally } from "../../src/core/line-states.ts";
import { replayIdOf } from "../../src/core/replay.ts";
import {
  JOB_COLUMNS,
  nameOf,
  packCells,
  packHistory,
  readCounted,
  replayOf,
  toJob,
  writeCounted,
  type Job,
  type JobName,
  type JobRow,
} from "./job-row.ts";

/** A job that is due, without its states. */
export type DueJob = Pick<Job, "key" | "replayId" | "sourceId" | "nextAt" | "leaseUntil">;

/** One cell of a line as a trace shows it; nothing for a delivery that a re-send is not about. */
function traceCell(job: Job, lane: number, line: number): LaneTrace[] {
  const cell = lane * job.count + line;
  const state = job.states[cell];
  const { status, failures } = readState(state ?? 0);
  if (state === undefined || status === "skipped") return [];
  const subscriptionId = job.lanes?.[lane - 1];
  const past = isQuiet(state) ? { attempts: [] } : historyOf(job.history, cell);
  return [
    {
      ...(job.replayId === undefined ? {} : { replayId: job.replayId }),
      ...(subscriptionId === undefined ? {} : { subscriptionId }),
      status,
      failures,
      ...past,
      ...(status === "pending" ? { nextAttemptAt: job.nextAt } : {}),
    },
  ];
}

/** The jobs of one destination: every change is one row (two when the time it is due moves). */
export function jobStore(sql: SqlStorage) {
  function dueJobs(at: number, limit: number, offset: number): DueJob[] {
    type Row = Pick<JobRow, "key" | "replay" | "source_id" | "next_at" | "lease_until">;
    const rows = sql.exec<Row>(
      `SELECT key, replay, source_id, next_at, lease_until FROM jobs
       WHERE done_at IS NULL AND next_at <= ? ORDER BY next_at LIMIT ? OFFSET ?`,
      at,
      limit,
      offset,
    );
    return rows.toArray().map((row) => ({
      ...nameOf(row),
      sourceId: row.source_id,
      nextAt: row.next_at,
      leaseUntil: row.lease_until,
    }));
  }

  const rowsOf = (key: string) =>
    sql.exec<JobRow>(`SELECT ${JOB_COLUMNS} FROM jobs WHERE key = ? ORDER BY replay`, key);

  /** The live one and re-sends, in that order. Replays may have thousands of jobs of one segment. */
  const ofSegment = (key: string): Job[] => {
    const query = `SELECT ${JOB_COLUMNS} FROM jobs WHERE key = ? AND (replay < 'replay-' OR replay >= 'replay.')`;
    return sql.exec<JobRow>(`${query} ORDER BY replay`, key).toArray().map(toJob);
  };

  /** Those that are about one line: the live one, its replays and re-sends, in that order. */
  function aboutLine(key: string, line: number): Job[] {
    const jobs: Job[] = [];
    for (const row of rowsOf(key)) {
      const isOther = row.lanes !== null && isSkipped(new Uint8Array(row.states), line);
      if (line < row.count && !isOther) jobs.push(toJob(row));
    }
    return jobs;
  }

  return {
    /** False when the job exists already, in whatever state. Re-sends and replays come with `cells`; else nothing is decided. */
    open(opening: JobOpening, now: number, cells?: Pick<Job, "lanes" | "states">): boolean {
      const { key, sourceId, count } = opening;
      const opened = cells ?? { lanes: undefined, states: freshGates(count) };
      const { lanes, states } = packCells(opened);
      const cursor = sql.exec(
        `INSERT INTO jobs (key, replay, source_id, count, pending, failed, opened_at, next_at, lease_until, by_schedule,
           claims, done_at, states, lanes, history)
         VALUES (?, ?, ?, ?, ?, 0, ?, ?, 0, 0, 0, NULL, ?, ?, NULL) ON CONFLICT DO NOTHING`,
        key,
        replayOf(opening),
        sourceId,
        count,
        tally(opened.states, count).pending,
        now,
        now,
        states,
        lanes,
      );
      return cursor.rowsWritten > 0;
    },

    find(name: JobName): Job | undefined {
      const query = `SELECT ${JOB_COLUMNS} FROM jobs WHERE key = ? AND replay = ?`;
      const row = sql.exec<JobRow>(query, name.key, replayOf(name)).toArray()[0];
      return row === undefined ? undefined : toJob(row);
    },

    ofSegment,

    /** Gives the job away; its first claim fixes its lanes, which the states then have cells for. */
    lease(job: Job, until: number, claims: number): void {
      const { lanes, states } = packCells(job);
      sql.exec(
        "UPDATE jobs SET lease_until = ?, claims = ?, part = 0, lost = ?, lanes = ?, states = ? WHERE key = ? AND replay = ?",
        until,
        claims,
        job.lost,
        lanes,
        states,
        job.key,
        replayOf(job),
      );
    },

    /** Stores the new states; a job without pending cells is finished at `now`. `before`: the job as `find` gave it. */
    save(job: Job, before: Pick<Job, "nextAt">, now: number): void {
      const { pending, failed } = tally(job.states, job.count);
      // The index holds these two: naming them writes its row as well, also when nothing changes.
      const moves = pending === 0 || job.nextAt !== before.nextAt;
      const { lanes, states } = packCells(job);
      sql.exec(
        `UPDATE jobs SET ${moves ? "next_at = ?, done_at = ?," : ""} states = ?, lanes = ?, history = ?,
           pending = ?, failed = ?, lease_until = ?, by_schedule = ?, part = ?, lost = ?, counted = ?
         WHERE key = ? AND replay = ?`,
        ...(moves ? [job.nextAt, pending === 0 ? now : null] : []),
        states,
        lanes,
        packHistory(job.history),
        pending,
        failed,
        job.leaseUntil,
        Number(job.bySchedule),
        job.part,
        job.lost,
        writeCounted(job),
        job.key,
        replayOf(job),
      );
    },

    /** Unfinished jobs that hold counts. */
    counting(): (JobName & Pick<Job, "counted">)[] {
      // The bound on next_at is always met: it lets the index of unfinished jobs serve.
      const query = `SELECT key, replay, counted FROM jobs
        WHERE done_at IS NULL AND next_at < 9e15 AND counted IS NOT NULL`;
      const rows = sql.exec<Pick<JobRow, "key" | "replay" | "counted">>(query).toArray();
      return rows.map((row) => ({ ...nameOf(row), counted: readCounted(row) }));
    },

    /** The unfinished jobs of a replay; `failed`: lines that have failed before. */
    unfinishedOf(replay: string): { readonly name: JobName; readonly leaseUntil: number; readonly failed: number }[] {
      // The bound on next_at is always met: it lets the index of unfinished jobs serve.
      const rows = sql.exec<Pick<JobRow, "key" | "replay" | "lease_until"> & { failed: number }>(
        `SELECT key, replay, lease_until, failed FROM jobs
         WHERE done_at IS NULL AND next_at < 9e15 AND replay >= ? AND replay < ?`,
        `replay-${replay}-`,
        `replay-${replay}.`,
      );
      return rows
        .toArray()
        .filter((row) => replayIdOf(row.replay) === replay)
        .map((row) => ({ name: nameOf(row), leaseUntil: row.lease_until, failed: row.failed }));
    },

    /** Unfinished jobs that were due at `at`, the longest-waiting first; leased ones are among them. */
    due: (at: number, limit: number): DueJob[] => dueJobs(at, limit, 0),

    /** One of the jobs that `due` would give, chosen by `random` (0 to 1); none when there is none. */
    dueAnywhere(at: number, random: number): DueJob[] {
      const { count } = sql
        .exec<{ count: number }>("SELECT COUNT(*) AS count FROM jobs WHERE done_at IS NULL AND next_at <= ?", at)
        .one();
      return dueJobs(at, 1, Math.floor(random * count));
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

    /** When the oldest unfinished job was opened that is not of a replay. */
    oldestOpenedAt(): number | undefined {
      // The bound on next_at is always met: it lets the index of unfinished jobs serve.
      const query = `SELECT MIN(opened_at) AS at FROM jobs WHERE done_at IS NULL AND next_at < 9e15
        AND (replay < 'replay-' OR replay >= 'replay.')`;
      return sql.exec<{ at: number | null }>(query).one().at ?? undefined;
    },

    /** Every delivery of one line, gate first: the live one, its replays and re-sends. */
    trace(key: string, line: number): LaneTrace[] {
      return aboutLine(key, line).flatMap((job) =>
        Array.from({ length: 1 + (job.lanes?.length ?? 0) }, (_, lane) => traceCell(job, lane, line)).flat(),
      );
    },

    forgetFinished(before: number): void {
      sql.exec("DELETE FROM jobs WHERE done_at < ?", before);
    },
  };
}
export type JobStore = ReturnType<typeof jobStore>;
