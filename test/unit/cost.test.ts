import { describe, expect, it } from "vitest";
import { destinationLines, dollarsOf, sourceLines, storageLine } from "../../src/core/cost.ts";
import { budgetFindings, costReport, monthOf, type CostDeps } from "../../src/core/cost-report.ts";
import { PRICES, PRICES_AS_OF } from "../../src/core/prices.ts";
import type { UsageReport } from "../../src/core/usage.ts";

const DAY = 86_400_000;
/** The 16th of a month of 30 days, half of it over. */
const NOW = Date.parse("2026-11-16T00:00:00Z");
const SILENT: UsageReport = { month: {}, lately: {}, latelyMs: 7 * DAY, activeHours: 0 };
const CALLS = { "op:calls": 1_000_000 };
/** $0.30 for the calls and $0.02 for their processor time. */
const A_MILLION_CALLS = 0.32;

const depsOf = (other: Partial<CostDeps> = {}): CostDeps => ({
  sources: async () => [{ id: "shop", name: "Shop" }],
  destinations: async () => [{ id: "crm", name: "CRM" }],
  sourceUsage: async () => SILENT,
  destinationUsage: async () => SILENT,
  stored: async () => ({ bytes: 0, objectsWritten: 0 }),
  budget: async () => null,
  now: () => NOW,
  ...other,
});

describe("the price list", () => {
  it("is of one day, each with its source", () => {
    for (const { source, asOf, dollars } of Object.values(PRICES)) {
      expect(source).toMatch(/pricing|workers-logs/);
      expect(asOf).toBe(PRICES_AS_OF);
      expect(dollars).toBeGreaterThan(0);
    }
  });
});

describe("a bill", () => {
  it("counts nothing where nothing was used", () => {
    expect(sourceLines({}, 0)).toEqual([]);
    expect(destinationLines({})).toEqual([]);
    expect(dollarsOf([])).toBe(0);
  });

  it("prices each thing by the million, storage by the GB and month", () => {
    const lines = Object.fromEntries(
      sourceLines({ ...CALLS, "op:rows": 2e6, accepted: 5e6 }, 0).map((one) => [one.what, one.dollars]),
    );
    expect(lines).toEqual({ requests: 0.3, rows: 2, processor: (1e6 + 1e6) * 0.02e-6 });
    expect(storageLine(2e9).dollars).toBeCloseTo(0.03);
  });

  it("adds to a segment what is done with it elsewhere, and to an hour what is done with it later", () => {
    const now = dollarsOf(sourceLines({ "op:segments": 1000 }, 0));
    const later = dollarsOf(sourceLines({ "op:segments": 1000 }, 24));
    expect(now).toBeGreaterThan(0);
    expect(later).toBeGreaterThan(now);
  });

  it("counts what became of events for a destination's processor time, replays too, and not their reasons apart", () => {
    const [line] = destinationLines({ delivered: 10, "retry:503": 5, replayed: 5, "latency:40": 10 });
    expect(line).toMatchObject({ what: "processor", amount: 4 });
  });
});

describe("the month's estimate", () => {
  it("is of the UTC month, the last day of a year too", () => {
    expect(monthOf(Date.parse("2026-12-31T23:59:59Z"))).toEqual({
      start: Date.parse("2026-12-01T00:00:00Z"),
      end: Date.parse("2027-01-01T00:00:00Z"),
    });
  });

  it("goes on as it went lately, and keeps what is stored for the whole month", async () => {
    const usage: UsageReport = { month: CALLS, lately: { "op:calls": 7_000_000 }, latelyMs: 7 * DAY, activeHours: 0 };
    const stored = async () => ({ bytes: 100e9, objectsWritten: 0 });
    const report = await costReport(depsOf({ sourceUsage: async () => usage, stored }));
    const [shop] = report.rows;
    expect(shop?.soFar).toBeCloseTo(A_MILLION_CALLS + 0.75);
    // A million a day for the 15 days that are left.
    expect(shop?.projected).toBeCloseTo(16 * A_MILLION_CALLS + 1.5);
    expect([report.soFar, report.projected]).toEqual([shop?.soFar, shop?.projected]);
  });

  it("counts the objects that tables were written with, whatever tables there are by now", async () => {
    const stored = async () => ({ bytes: 0, objectsWritten: 1_000_000 });
    const [shop] = (await costReport(depsOf({ stored }))).rows;
    expect(shop?.lines).toEqual([{ what: "r2", amount: 1_000_000, dollars: 4.5 }]);
    // Half of the month is over.
    expect(shop?.projected).toBeCloseTo(9);
  });

  it("takes a young source's pace from the time it is there", async () => {
    const usage: UsageReport = { month: CALLS, lately: CALLS, latelyMs: DAY, activeHours: 0 };
    const report = await costReport(depsOf({ sourceUsage: async () => usage }));
    expect(report.projected).toBeCloseTo(16 * A_MILLION_CALLS);
  });

  it("projects nothing before the first full day, and finds no budget that will be passed from it", async () => {
    const minutes: UsageReport = { month: CALLS, lately: CALLS, latelyMs: DAY / 24, activeHours: 0 };
    const young = (dollars: number) =>
      costReport(depsOf({ sourceUsage: async () => minutes, budget: async () => dollars }));
    const report = await young(1);
    expect([report.projected, ...report.rows.map(({ projected }) => projected)]).toEqual([null, null, null]);
    expect(report.soFar).toBeCloseTo(A_MILLION_CALLS);
    expect(budgetFindings(report)).toEqual([]);
    expect(budgetFindings(await young(0.1)).map(({ code }) => code)).toEqual(["budget_passed"]);
  });

  it("counts what a newcomer used for its first day, next to those that are there for longer", async () => {
    const minutes: UsageReport = { month: CALLS, lately: CALLS, latelyMs: DAY / 24, activeHours: 0 };
    const older: UsageReport = { month: {}, lately: { delivered: 1 }, latelyMs: 7 * DAY, activeHours: 0 };
    const report = await costReport(depsOf({ sourceUsage: async () => minutes, destinationUsage: async () => older }));
    expect(report.rows[0]?.projected).toBeCloseTo(16 * A_MILLION_CALLS);
    expect(report.projected).not.toBeNull();
  });

  it("names who did not answer, and shows the dearest first", async () => {
    const report = await costReport(
      depsOf({
        sources: async () => [
          { id: "a", name: "A" },
          { id: "b", name: "B" },
        ],
        sourceUsage: async (id) => (id === "b" ? { ...SILENT, month: CALLS } : SILENT),
        destinationUsage: () => Promise.reject(new Error("overloaded")),
      }),
    );
    expect(report.rows.map(({ subject }) => subject.id)).toEqual(["b", "a"]);
    expect(report.missing).toEqual([{ kind: "destination", id: "crm", name: "CRM" }]);
  });

  it("finds a budget that will be passed, worse once it is", async () => {
    const usage: UsageReport = { month: CALLS, lately: { "op:calls": 7_000_000 }, latelyMs: 7 * DAY, activeHours: 0 };
    const found = async (dollars: number | null) =>
      budgetFindings(await costReport(depsOf({ sourceUsage: async () => usage, budget: async () => dollars }))).map(
        ({ code, severity }) => [code, severity],
      );
    expect(await found(null)).toEqual([]);
    expect(await found(100)).toEqual([]);
    expect(await found(1)).toEqual([["budget_will_pass", "warning"]]);
    expect(await found(0.1)).toEqual([["budget_passed", "critical"]]);
  });
});
