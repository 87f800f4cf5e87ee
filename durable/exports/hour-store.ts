import { defined } from "../../src/core/defined.ts";
import type { HourView } from "../../src/core/export-views.ts";
import { hourRetryMs } from "../../src/core/export-times.ts";
import { DUE } from "./schema.ts";

export type HourRow = {
  hour: number;
  wanted: number;
  done: number;
  asked: number;
  answered: number;
  version: number;
  no: number | null;
  segments: number;
  rows: number;
  events: number;
  bytes: number;
  failures: number;
  retry_at: number;
  error: string | null;
};

/** What a finished run has made of its hour. */
export interface HourEnd {
  readonly hour: number;
  readonly seq: number;
  readonly asked: number;
  /** Absent: there was nothing to publish. */
  readonly published?: {
    readonly no: number;
    readonly segments: number;
    readonly rows: number;
    readonly events: number;
    readonly bytes: number;
  };
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** The hours of a source: which wait, which are published, which have failed. */
export function hourStore(sql: SqlStorage) {
  const one = (query: string, ...args: unknown[]) => sql.exec<HourRow>(query, ...args).toArray()[0];
  const find = (hour: number): HourRow | undefined => one("SELECT * FROM hours WHERE hour = ?", hour);
  const ensure = (hour: number): void =>
    void sql.exec("INSERT OR IGNORE INTO hours VALUES (?, 0, 0, 0, 0, 0, NULL, 0, 0, 0, 0, 0, 0, NULL)", hour);

  return {
    find,

    /** The archive has more of the hour. What has been told before changes nothing. */
    want(hour: number, seq: number): void {
      if ((find(hour)?.wanted ?? 0) >= seq) return;
      ensure(hour);
      sql.exec("UPDATE hours SET wanted = ?, retry_at = 0 WHERE hour = ?", seq, hour);
    },

    /** Somebody wants the hour made (again), whatever the archive says. */
    ask(hour: number): void {
      ensure(hour);
      sql.exec("UPDATE hours SET asked = asked + 1, failures = 0, retry_at = 0 WHERE hour = ?", hour);
    },

    /** Those of the window that have been published or wait. */
    known: ({ from, to }: Window): number[] =>
      sql
        .exec<{ hour: number }>("SELECT hour FROM hours WHERE hour >= ? AND hour < ? ORDER BY hour", from, to)
        .toArray()
        .map(({ hour }) => hour),

    /** Nothing of the window waits for its next try. */
    retryNow({ from, to }: Window): void {
      sql.exec("UPDATE hours SET retry_at = 0 WHERE hour >= ? AND hour < ? AND retry_at > 0", from, to);
    },

    /** The oldest one whose time has come. */
    due: (now: number): HourRow | undefined =>
      one(`SELECT * FROM hours WHERE ${DUE} AND retry_at <= ? ORDER BY hour LIMIT 1`, now),

    /** When the next one may be tried; undefined when nothing waits. */
    nextDueAt: (): number | undefined =>
      sql.exec<{ at: number | null }>(`SELECT MIN(retry_at) AS at FROM hours WHERE ${DUE}`).one().at ?? undefined,

    /** A version that no run has had. */
    nextVersion(hour: number): number {
      sql.exec("UPDATE hours SET version = version + 1 WHERE hour = ?", hour);
      return find(hour)!.version;
    },

    finish({ hour, seq, asked, published }: HourEnd): void {
      sql.exec(
        "UPDATE hours SET done = MAX(done, ?), answered = MAX(answered, ?), failures = 0, retry_at = 0, error = NULL WHERE hour = ?",
        seq,
        asked,
        hour,
      );
      if (published === undefined) return;
      const { no, segments, rows, events, bytes } = published;
      sql.exec(
        "UPDATE hours SET no = ?, segments = ?, rows = ?, events = ?, bytes = ? WHERE hour = ?",
        no,
        segments,
        rows,
        events,
        bytes,
        hour,
      );
    },

    fail(hour: number, error: string, now: number): void {
      const failures = (find(hour)?.failures ?? 0) + 1;
      sql.exec(
        "UPDATE hours SET failures = ?, retry_at = ?, error = ? WHERE hour = ?",
        failures,
        now + hourRetryMs(failures),
        error,
        hour,
      );
    },

    note(hour: number, error: string): void {
      sql.exec("UPDATE hours SET error = ? WHERE hour = ?", error, hour);
    },

    /** Given up until the archive tells of more or somebody asks again. */
    giveUp({ hour, seq, asked }: HourEnd, error: string): void {
      sql.exec(
        "UPDATE hours SET done = MAX(done, ?), answered = MAX(answered, ?), failures = 0, retry_at = 0, error = ? WHERE hour = ?",
        seq,
        asked,
        error,
        hour,
      );
    },

    list: ({ from, to }: Window): HourRow[] =>
      sql.exec<HourRow>("SELECT * FROM hours WHERE hour >= ? AND hour < ? ORDER BY hour", from, to).toArray(),

    totals: () =>
      sql
        .exec<{ published: number; waiting: number; oldest: number | null; newest: number | null; events: number }>(
          `SELECT COUNT(no) AS published, COUNT(*) FILTER (WHERE ${DUE}) AS waiting, SUM(events) AS events,
             MIN(hour) FILTER (WHERE ${DUE}) AS oldest, MAX(hour) FILTER (WHERE no IS NOT NULL) AS newest FROM hours`,
        )
        .one(),
  };
}

/** An hour as the console shows it. `running`: the hour of the run under way. */
export function viewOf(row: HourRow, running: number | undefined, publishedAt: number | undefined): HourView {
  const { hour, version, rows, events, bytes, error, retry_at: retryAt } = row;
  const waits = row.wanted > row.done || row.asked > row.answered;
  const settled = row.no === null ? "empty" : "published";
  const state = hour === running ? "running" : error !== null ? "failed" : waits ? "waiting" : settled;
  return {
    hour,
    state,
    version,
    rows,
    events,
    bytes,
    ...defined("publishedAt", publishedAt),
    ...defined("error", error),
    ...(waits && retryAt > 0 ? { retryAt } : {}),
  };
}
