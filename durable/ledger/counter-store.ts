import {
  addCounts,
  EMPTY_HOUR,
  hourOf,
  HOURS_KEPT_MS,
  MINUTES_KEPT_MS,
  readSeries,
  type Counts,
  type HourCounts,
  type SeriesStep,
} from "../../src/core/counters.ts";
import { MINUTE_MS } from "../../src/core/durations.ts";
import type { ReportWindow } from "../../src/core/ledger.ts";

type HourRow = {
  hour: number; // start of the hour, ms since epoch
  minutes: string; // JSON: HourCounts.minutes
  totals: string; // JSON: HourCounts.totals
  last_at: number | null; // the latest accepted event counted here
};

const countsOf = (row: Pick<HourRow, "minutes" | "totals">): HourCounts => ({
  minutes: JSON.parse(row.minutes) as HourCounts["minutes"],
  totals: JSON.parse(row.totals) as HourCounts["totals"],
});

/** Minute counters packed into one row per hour: counting costs one row written, whatever is counted. */
export function counterStore(sql: SqlStorage) {
  const read = (hour: number) =>
    sql.exec<HourRow>("SELECT hour, minutes, totals, last_at FROM hours WHERE hour = ?", hour).toArray()[0];

  /** Runs once per hour, when its row is new: needs no alarm, so a source's ledger can sleep. */
  function prune(hour: number): void {
    sql.exec("DELETE FROM hours WHERE hour < ?", hour - HOURS_KEPT_MS);
    sql.exec("UPDATE hours SET minutes = '{}' WHERE hour < ? AND minutes <> '{}'", hour - MINUTES_KEPT_MS);
  }

  return {
    /** Adds to the minute of `at`; `seenAt` is when the latest accepted event came, if one did. */
    add(at: number, counts: Counts, seenAt?: number): void {
      const hour = hourOf(at);
      const row = read(hour);
      const next = addCounts(row === undefined ? EMPTY_HOUR : countsOf(row), at, counts);
      const lastAt = Math.max(row?.last_at ?? 0, seenAt ?? 0) || null;
      sql.exec(
        "INSERT OR REPLACE INTO hours (hour, minutes, totals, last_at) VALUES (?, ?, ?, ?)",
        hour,
        JSON.stringify(next.minutes),
        JSON.stringify(next.totals),
        lastAt,
      );
      if (row === undefined) prune(hour);
    },

    series({ minutes, now }: ReportWindow): SeriesStep[] {
      const from = hourOf(now - minutes * MINUTE_MS);
      const rows = sql
        .exec<HourRow>("SELECT hour, minutes, totals, last_at FROM hours WHERE hour >= ?", from)
        .toArray();
      return readSeries(new Map(rows.map((row) => [row.hour, countsOf(row)])), minutes, now);
    },

    lastSeenAt: (): number | undefined =>
      sql.exec<{ at: number | null }>("SELECT MAX(last_at) AS at FROM hours").one().at ?? undefined,
  };
}
export type CounterStore = ReturnType<typeof counterStore>;
