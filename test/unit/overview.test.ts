import { describe, expect, it } from "vitest";
import { addCounts, EMPTY_HOUR, type HourCounts } from "../../src/core/counters.ts";
import { DAY_MS, HOUR_MS, hourOf, MINUTE_MS } from "../../src/core/durations.ts";
import { addKinds, type KindEntry, type TalliedKind } from "../../src/core/kind-counts.ts";
import { overviewProblem, overviewRows, type OverviewHour, type OverviewQuery } from "../../src/core/overview.ts";

const DAY = Date.parse("2026-11-22T00:00:00.000Z");
const NOON = DAY + 12 * HOUR_MS;

type Happened = [at: number, ...tallies: TalliedKind[]];
const keyOf = ({ metric, reason }: TalliedKind) => (reason === undefined ? metric : `${metric}:${reason}`);

/** Hours in which this was counted, as the ledger counts it; `unknown` has no kind. */
function hoursOf(happened: readonly Happened[], unknown: readonly [at: number, counts: Record<string, number>][] = []) {
  const hours = new Map<number, { counts: HourCounts; kinds: KindEntry[] }>();
  const of = (at: number) => hours.get(hourOf(at)) ?? { counts: EMPTY_HOUR, kinds: [] };
  for (const [at, ...tallies] of happened) {
    const { counts, kinds } = of(at);
    const minute = Math.floor((at - hourOf(at)) / MINUTE_MS);
    const summed = tallies.reduce((hour, tally) => addCounts(hour, at, { [keyOf(tally)]: tally.count }), counts);
    hours.set(hourOf(at), { counts: summed, kinds: addKinds(kinds, minute, tallies) });
  }
  for (const [at, more] of unknown) {
    const { counts, kinds } = of(at);
    hours.set(hourOf(at), { counts: addCounts(counts, at, more), kinds });
  }
  return [...hours].map(([hour, { counts, kinds }]): OverviewHour => ({ hour, ...counts, kinds }));
}

const query = (more: Partial<OverviewQuery>): OverviewQuery => ({
  metric: "successful-delivery",
  from: NOON,
  to: NOON + HOUR_MS,
  granularity: "MINUTE",
  groupBy: [],
  filter: {},
  ...more,
});
const delivered = (name: string, more: Partial<TalliedKind> = {}): TalliedKind => ({
  metric: "delivered",
  type: "track",
  name,
  subscriptionId: "sub",
  sourceId: "src",
  count: 1,
  ...more,
});

describe("the delivery overview", () => {
  const hours = hoursOf([
    [NOON, delivered("A", { count: 3 }), delivered("B")],
    [
      NOON + MINUTE_MS,
      delivered("A", { appVersion: "2" }),
      { ...delivered("A"), metric: "retry", reason: "503", count: 4 },
    ],
    [NOON + 59 * MINUTE_MS, delivered("B", { subscriptionId: "other" })],
    [NOON + HOUR_MS, delivered("A", { count: 100 })],
  ]);

  it("adds everything up by the step, from inclusive to exclusive, with the retries beside", () => {
    expect(overviewRows(hours, query({}))).toEqual([
      {
        total: 6,
        totalRetries: 4,
        series: [
          { at: NOON, count: 4, retries: 0 },
          { at: NOON + MINUTE_MS, count: 1, retries: 4 },
          { at: NOON + 59 * MINUTE_MS, count: 1, retries: 0 },
        ],
      },
    ]);
    expect(overviewRows(hours, query({ from: NOON + MINUTE_MS, to: NOON + 2 * MINUTE_MS }))[0]!.total).toBe(1);
  });

  it("groups by what was asked, the largest group first", () => {
    const rows = overviewRows(hours, query({ groupBy: ["eventName", "subscriptionId"] }));
    expect(rows.map(({ eventName, subscriptionId, total }) => [eventName, subscriptionId, total])).toEqual([
      ["A", "sub", 4],
      ["B", "sub", 1],
      ["B", "other", 1],
    ]);
    const byVersion = overviewRows(hours, query({ groupBy: ["appVersion"] }));
    expect(byVersion.map(({ appVersion, total }) => [appVersion, total])).toEqual([
      [undefined, 5],
      ["2", 1],
    ]);
  });

  it.each([
    ["eventName", ["B"], 2],
    ["eventName", ["A", "B"], 6],
    ["appVersion", ["2"], 1],
    ["subscriptionId", ["other"], 1],
    ["eventType", ["page"], undefined],
    ["sourceId", ["src"], 6],
    ["sourceId", ["another"], undefined],
  ] as const)("counts only what passes the filter %s %j", (dimension, values, total) => {
    expect(overviewRows(hours, query({ filter: { [dimension]: values } }))[0]?.total).toBe(total);
  });

  it("answers by the hour and by the UTC day out of totals", () => {
    const far = { from: DAY, to: DAY + DAY_MS } as const;
    const minutesGone = hours.map((hour) => ({
      ...hour,
      minutes: {},
      kinds: hour.kinds.map((entry) => ({ ...entry, minutes: {} })),
    }));
    expect(overviewRows(minutesGone, query({ ...far, granularity: "HOUR" }))[0]!.series).toEqual([
      { at: NOON, count: 6, retries: 4 },
      { at: NOON + HOUR_MS, count: 100, retries: 0 },
    ]);
    expect(overviewRows(minutesGone, query({ ...far, granularity: "DAY" }))[0]!.series).toEqual([
      { at: DAY, count: 106, retries: 4 },
    ]);
  });

  it("knows drops and failures by reason, and shows retries nowhere but beside deliveries", () => {
    const failed = hoursOf([
      [NOON, { metric: "dropped", type: "page", reason: "FILTERED_BY_RULES", count: 2 }],
      [
        NOON,
        { metric: "abandoned", type: "track", reason: "400", count: 3 },
        { metric: "retry", reason: "503", count: 9 },
      ],
      [
        NOON,
        { metric: "refused", type: "track", reason: "no_user_anon_id", count: 5 },
        { metric: "accepted", type: "page", count: 7 },
      ],
    ]);
    const rows = (metric: OverviewQuery["metric"]) =>
      overviewRows(failed, query({ metric, groupBy: ["discardReason", "eventType"] })).map(
        ({ series: _series, ...row }) => row,
      );
    expect(rows("filtered-at-destination")).toEqual([
      { discardReason: "FILTERED_BY_RULES", eventType: "page", total: 2 },
    ]);
    expect(rows("failed-delivery")).toEqual([{ discardReason: "400", eventType: "track", total: 3 }]);
    expect(rows("failed-on-ingest")).toEqual([{ discardReason: "no_user_anon_id", eventType: "track", total: 5 }]);
    expect(rows("successfully-received")).toEqual([{ eventType: "page", total: 7 }]);
    expect(rows("filtered-at-source")).toEqual([]);
  });

  it("counts what no kind is known of without dimensions but its reason, so that totals are exact", () => {
    const mixed = hoursOf(
      [[NOON, { metric: "abandoned", type: "track", reason: "400", count: 3 }]],
      [
        [NOON, { "abandoned:400": 2, "abandoned:500": 4, abandonedly: 50, "abandonedly:400": 50 }],
        [NOON + MINUTE_MS, { "abandoned:400": 1, accepted: 6 }],
      ],
    );
    const rows = overviewRows(mixed, query({ metric: "failed-delivery", groupBy: ["discardReason", "eventType"] }));
    expect(rows.map(({ discardReason, eventType, total }) => [discardReason, eventType, total])).toEqual([
      ["500", undefined, 4],
      ["400", "track", 3],
      ["400", undefined, 3],
    ]);
    expect(overviewRows(mixed, query({ metric: "failed-delivery", granularity: "HOUR" }))[0]!.total).toBe(10);
    expect(overviewRows(mixed, query({ metric: "successfully-received" }))[0]!.total).toBe(6);
  });

  it("counts nothing twice when reasons were folded in one place and not in the other", () => {
    const many = Array.from({ length: 320 }, (_, i): TalliedKind => ({
      metric: "abandoned",
      reason: `r${i}`,
      count: 1,
    }));
    const folded = hoursOf([[NOON, ...many]]);
    expect(overviewRows(folded, query({ metric: "failed-delivery" }))[0]!.total).toBe(320);
  });
});

describe("Segment's limits on a window", () => {
  const now = NOON;
  it.each([
    ["MINUTE", 4 * HOUR_MS, undefined],
    ["MINUTE", 4 * HOUR_MS + 1, "endTime"],
    ["HOUR", 14 * DAY_MS, undefined],
    ["HOUR", 14 * DAY_MS + 1, "endTime"],
    ["DAY", 30 * DAY_MS, undefined],
    ["DAY", 30 * DAY_MS + 1, "endTime"],
    ["DAY", 0, "endTime"],
  ] as const)("%s: a length of %d ms", (granularity, length, field) => {
    expect(overviewProblem({ from: now - length, to: now, granularity }, now)?.field).toBe(field);
  });

  it.each([
    ["MINUTE", 48 * HOUR_MS, undefined],
    ["MINUTE", 49 * HOUR_MS, "startTime"],
    ["HOUR", 30 * DAY_MS, undefined],
    ["HOUR", 31 * DAY_MS, "startTime"],
    ["DAY", 32 * DAY_MS, "startTime"],
  ] as const)("%s: a window that began %d ms ago", (granularity, age, field) => {
    const from = now - age;
    const problem = overviewProblem({ from, to: from + MINUTE_MS, granularity }, now);
    expect(problem?.field).toBe(field);
    if (field !== undefined) expect(problem?.message).toContain("within the last");
  });
});
