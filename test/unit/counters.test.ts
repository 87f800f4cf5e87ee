import { describe, expect, it } from "vitest";
import {
  addCounts,
  EMPTY_HOUR,
  latencyBucket,
  latencyPercentile,
  readSeries,
  sumOf,
  type HourCounts,
} from "../../src/core/counters.ts";
import { HOUR_MS, hourOf, MINUTE_MS } from "../../src/core/durations.ts";
import { deliveryReport, volumeReport } from "../../src/core/reports.ts";

const NOW = Date.parse("2026-11-22T12:01:30.000Z");
const HOUR = hourOf(NOW);

const counted = (...entries: [at: number, counts: Record<string, number>][]): Map<number, HourCounts> => {
  const hours = new Map<number, HourCounts>();
  for (const [at, counts] of entries) {
    hours.set(hourOf(at), addCounts(hours.get(hourOf(at)) ?? EMPTY_HOUR, at, counts));
  }
  return hours;
};

describe("minute counters", () => {
  it("give one step per minute up to now, across the turn of the hour", () => {
    const hours = counted(
      [NOW, { accepted: 2 }],
      [NOW - 2 * MINUTE_MS, { accepted: 3 }],
      [NOW - 2 * MINUTE_MS, { accepted: 4 }],
    );
    expect(readSeries(hours, 3, NOW)).toEqual([
      { at: HOUR - MINUTE_MS, counts: { accepted: 7 } },
      { at: HOUR, counts: {} },
      { at: HOUR + MINUTE_MS, counts: { accepted: 2 } },
    ]);
  });

  it("answer longer ranges than 48 hours by the hour, from totals that outlive the minutes", () => {
    const [hour, counts] = [...counted([NOW - 50 * HOUR_MS, { accepted: 5 }])][0]!;
    const steps = readSeries(new Map([[hour, { minutes: {}, totals: counts.totals }]]), 60 * 60, NOW);
    expect(steps).toHaveLength(60);
    expect(steps[9]).toEqual({ at: hour, counts: { accepted: 5 } });
  });

  it("sum a name with its reasons, and no other name that begins alike", () => {
    expect(sumOf({ refused: 1, "refused:a": 2, "refused:b": 3, refusedly: 9 }, "refused")).toBe(6);
  });

  it("ignore counts that add nothing and fold names past the bound into one", () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`retry:${i}`, 1]));
    const hour = addCounts(addCounts(EMPTY_HOUR, NOW, { a: 0, b: -1, c: Number.NaN }), NOW, many);
    expect(Object.keys(hour.totals).length).toBeLessThanOrEqual(301);
    expect(sumOf(hour.totals, "retry")).toBe(1000);
    expect(hour.totals["retry:other"]).toBe(700);
  });
});

describe("reports", () => {
  it("tell a source's volume with its reasons, the most frequent first", () => {
    const hours = counted([NOW, { accepted: 5, duplicate: 1, "refused:bad_request": 2, "refused:unknown_source": 3 }]);
    const window = { minutes: 1, now: NOW };
    expect(volumeReport(readSeries(hours, 1, NOW), window, NOW)).toEqual({
      stepMs: MINUTE_MS,
      minutes: [{ at: HOUR + MINUTE_MS, accepted: 5, duplicate: 1, refused: 5 }],
      totals: { accepted: 5, duplicate: 1, refused: 5 },
      reasons: [
        { reason: "unknown_source", count: 3 },
        { reason: "bad_request", count: 2 },
      ],
      lastEventAt: NOW,
    });
  });

  it("tell a destination's deliveries with percentiles out of the latency buckets", () => {
    const fast = `latency:${latencyBucket(100)}`;
    const slow = `latency:${latencyBucket(4000)}`;
    const hours = counted([
      NOW,
      { delivered: 100, [fast]: 90, [slow]: 10, "retry:503": 4, "abandoned:400": 2, "dropped:x": 1 },
    ]);
    const report = deliveryReport(readSeries(hours, 1, NOW), { minutes: 1, now: NOW });
    expect(report).toMatchObject({ delivered: 100, retried: 4, abandoned: 2, dropped: 1 });
    expect(report.p50Ms).toBeGreaterThanOrEqual(100);
    expect(report.p50Ms).toBeLessThanOrEqual(119);
    expect(report.p95Ms).toBeGreaterThanOrEqual(4000);
    expect(report.p95Ms).toBeLessThanOrEqual(4760);
  });

  it("tell how long deliveries took in each step, and nothing where there were none", () => {
    const hours = counted(
      [NOW, { delivered: 1, [`latency:${latencyBucket(2000)}`]: 1 }],
      [NOW - 2 * MINUTE_MS, { delivered: 2, [`latency:${latencyBucket(100)}`]: 2 }],
    );
    const { minutes } = deliveryReport(readSeries(hours, 3, NOW), { minutes: 3, now: NOW });
    expect(minutes.map(({ p50Ms, p95Ms }) => [p50Ms, p95Ms])).toEqual([
      [108, 108],
      [undefined, undefined],
      [2048, 2048],
    ]);
  });

  it("name no percentile when nothing was delivered", () => {
    expect(latencyPercentile(new Map(), 0.5)).toBeUndefined();
  });
});
