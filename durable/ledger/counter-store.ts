import {
  addCounts,
  addUsed,
  EMPTY_HOUR,
  HOURS_KEPT_MS,
  MINUTES_KEPT_MS,
  readSeries,
  type Counts,
  type HourCounts,
  type SeriesStep,
} from "../../src/core/counters.ts";
import { HOUR_MS, hourOf, MINUTE_MS } from "../../src/core/durations.ts";
import { addKinds, readKinds, withoutMinutes, writeKinds, type TalliedKind } from "../../src/core/kind-counts.ts";
import type { CountedSegment } from "../../src/core/ledger.ts";
import type { ReportWindow } from "../../src/core/ledger-reports.ts";
import type { OverviewHour } from "../../src/core/overview.ts";
import { isUsageKey, usageKey, type Usage, type UsageQuery, type UsageReport } from "../../src/core/usage.ts";
import type { UsageTally } from "../usage.ts";
import type { MetaStore } from "./meta-store.ts";
import type { Unbooked } from "./unbooked.ts";

type HourRow = {
  hour: number; // start of the hour, ms since epoch
  minutes: string; // JSON: HourCounts.minutes
  totals: string; // JSON: HourCounts.totals
  last_at: number | null; // the latest accepted event counted here
  kinds: string | null; // core/kind-counts writeKinds
  segments: string | null; // JSON: SegmentMarks
};
/** By shard the last segment that was counted. Of the newest hour's row: those of others are out of date. */
type SegmentMarks = Readonly<Record<number, number>>;

const COLUMNS = "hour, minutes, totals, last_at, kinds, segments";
const NO_KINDS = "[]";

const countsOf = (row: Pick<HourRow, "minutes" | "totals">): HourCounts => ({
  minutes: JSON.parse(row.minutes) as HourCounts["minutes"],
  totals: JSON.parse(row.totals) as HourCounts["totals"],
});

/** The counts of an hour that fall into `[from, to)`; its minutes are read only when it is cut. */
function within(row: HourRow, from: number, to: number): Counts {
  const totals = JSON.parse(row.totals) as Counts;
  if ((from <= row.hour && to >= row.hour + HOUR_MS) || row.minutes === "{}") return totals;
  const minutes = JSON.parse(row.minutes) as HourCounts["minutes"];
  const isIn = (minute: string): boolean => {
    const at = row.hour + Number(minute) * MINUTE_MS;
    return at >= from && at < to;
  };
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.entries(counts).reduce((total, [minute, count]) => (isIn(minute) ? total + count : total), 0);
  return Object.fromEntries(Object.entries(minutes).map(([key, counts]) => [key, sum(counts)]));
}

/** Sums of what the cost meter reads: what was used, and what became of events. */
function totalsOf(rows: readonly Pick<HourRow, "totals">[]): Counts {
  const sums: Record<string, number> = {};
  for (const { totals } of rows) {
    for (const [key, count] of Object.entries(JSON.parse(totals) as Counts)) {
      const name = isUsageKey(key) ? key : key.split(":", 1)[0]!;
      if (name !== "latency") sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return sums;
}

/** What is counted at one moment. */
export interface Counting {
  readonly counts: Counts;
  /** What the counts are made of, as far as that is known. */
  readonly kinds?: readonly TalliedKind[];
  /** When the latest accepted event came, if one did. */
  readonly seenAt?: number | undefined;
}

/** A segment of a source's shard. */
export type SegmentMark = Pick<CountedSegment, "shard" | "segment">;
const nameOf = ({ shard }: SegmentMark): string => `counted:${shard}`;

/** `at`: ms since epoch. */
export type Counted = Counting & { readonly at: number };

/** An hour's row with more counted in it; the entries are of that hour. */
function rowWith(hour: number, row: HourRow | undefined, entries: readonly Counted[], usage: Usage = {}): HourRow {
  let counts = addUsed(row === undefined ? EMPTY_HOUR : countsOf(row), usage);
  let kinds = readKinds(row?.kinds ?? NO_KINDS);
  let lastAt = row?.last_at ?? 0;
  for (const entry of entries) {
    counts = addCounts(counts, entry.at, entry.counts);
    kinds = addKinds(kinds, Math.floor((entry.at - hour) / MINUTE_MS), entry.kinds ?? []);
    lastAt = Math.max(lastAt, entry.seenAt ?? 0);
  }
  return {
    hour,
    minutes: JSON.stringify(counts.minutes),
    totals: JSON.stringify(counts.totals),
    last_at: lastAt || null,
    kinds: writeKinds(kinds),
    segments: row?.segments ?? null,
  };
}

/**
 * Minute counters packed into one row per hour: counting costs one row written, whatever is counted.
 * @param unbooked is in all reports as if it were written here.
 */
export function counterStore(
  sql: SqlStorage,
  used: Pick<UsageTally, "take">,
  unbooked: Pick<Unbooked, "all">,
  meta: Pick<MetaStore, "get" | "set">,
) {
  const read = (hour: number) => sql.exec<HourRow>(`SELECT ${COLUMNS} FROM hours WHERE hour = ?`, hour).toArray()[0];

  function since(from: number, before: number): HourRow[] {
    const query = `SELECT ${COLUMNS} FROM hours WHERE hour >= ? AND hour < ?`;
    const rows = new Map(
      sql
        .exec<HourRow>(query, from, before)
        .toArray()
        .map((row) => [row.hour, row]),
    );
    for (const [hour, entries] of Map.groupBy(unbooked.all(), ({ at }) => hourOf(at))) {
      if (hour >= from && hour < before) rows.set(hour, rowWith(hour, rows.get(hour), entries));
    }
    return [...rows.values()].toSorted((a, b) => a.hour - b.hour);
  }

  /** Runs once per hour, when its row is new: needs no alarm, so a source's ledger can sleep. */
  function prune(hour: number): void {
    sql.exec("DELETE FROM hours WHERE hour < ?", hour - HOURS_KEPT_MS);
    const query = "SELECT hour, kinds FROM hours WHERE hour < ? AND minutes <> '{}'";
    for (const old of sql.exec<Pick<HourRow, "hour" | "kinds">>(query, hour - MINUTES_KEPT_MS).toArray()) {
      const kinds = writeKinds(withoutMinutes(readKinds(old.kinds ?? NO_KINDS)));
      sql.exec("UPDATE hours SET minutes = '{}', kinds = ? WHERE hour = ?", kinds, old.hour);
    }
  }

  function newest(): { readonly hour: number; readonly marks: SegmentMarks } {
    const query = "SELECT hour, segments FROM hours ORDER BY hour DESC LIMIT 1";
    const [row] = sql.exec<Pick<HourRow, "hour" | "segments">>(query).toArray();
    return { hour: row?.hour ?? 0, marks: JSON.parse(row?.segments ?? "{}") as SegmentMarks };
  }

  function write(row: HourRow): void {
    const { hour, minutes, totals, last_at: lastAt, kinds, segments } = row;
    const query = `INSERT OR REPLACE INTO hours (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`;
    sql.exec(query, hour, minutes, totals, lastAt, kinds, segments);
  }

  /** The marks as a row has them once it is written; what no row of an older hour may hold goes to `meta`. */
  function marksFor(row: HourRow, mark: SegmentMark | undefined): string | null {
    const { hour, marks } = newest();
    if (row.hour >= hour) {
      const next = mark === undefined ? marks : { ...marks, [mark.shard]: mark.segment };
      return Object.keys(next).length === 0 ? null : JSON.stringify(next);
    }
    if (mark !== undefined) meta.set(nameOf(mark), String(mark.segment));
    return row.segments;
  }

  return {
    /** Whether a segment, or a later one of its shard, was counted. */
    hasCounted(mark: SegmentMark): boolean {
      const last = Math.max(newest().marks[mark.shard] ?? -1, Number(meta.get(nameOf(mark)) ?? -1));
      return mark.segment <= last;
    },

    /** Each goes to its own minute; one row for each hour. `mark`: they are what this segment holds. */
    add(entries: readonly Counted[], mark?: SegmentMark): void {
      for (const [hour, ofHour] of Map.groupBy(entries, ({ at }) => hourOf(at))) {
        const row = read(hour);
        const next = rowWith(hour, row, ofHour, used.take());
        write({ ...next, segments: marksFor(next, mark) });
        if (row === undefined) prune(hour);
      }
    },

    series({ minutes, now }: ReportWindow): SeriesStep[] {
      const rows = since(hourOf(now - minutes * MINUTE_MS), Infinity);
      return readSeries(new Map(rows.map((row) => [row.hour, countsOf(row)])), minutes, now);
    },

    /** The hours that touch a window, with what they count by kind. */
    hours(from: number, to: number): OverviewHour[] {
      return since(hourOf(from), to).map((row) => ({
        hour: row.hour,
        ...countsOf(row),
        kinds: readKinds(row.kinds ?? NO_KINDS),
      }));
    },

    /** What was counted within `[from, to)`, exact to the minute where minutes are kept, else to the hour. */
    sums(from: number, to: number): Counts {
      const sums: Record<string, number> = {};
      for (const row of since(hourOf(from), to)) {
        for (const [key, count] of Object.entries(within(row, from, to))) sums[key] = (sums[key] ?? 0) + count;
      }
      return sums;
    },

    /** For the cost meter; see UsageReport. */
    usage({ monthStart, latelyStart, now }: UsageQuery): UsageReport {
      const rows = since(hourOf(Math.min(monthStart, latelyStart)), now + HOUR_MS);
      const ofMonth = rows.filter(({ hour }) => hour >= monthStart);
      const lately = rows.filter(({ hour }) => hour >= latelyStart);
      return {
        month: totalsOf(ofMonth),
        lately: totalsOf(lately),
        latelyMs: Math.max(HOUR_MS, now - Math.max(latelyStart, lately[0]?.hour ?? now)),
        activeHours: ofMonth.filter(({ totals }) => totals.includes(`"${usageKey("segments")}"`)).length,
      };
    },

    lastSeenAt: (): number | undefined =>
      sql.exec<{ at: number | null }>("SELECT MAX(last_at) AS at FROM hours").one().at ?? undefined,
  };
}
export type CounterStore = ReturnType<typeof counterStore>;
