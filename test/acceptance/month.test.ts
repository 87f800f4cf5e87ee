import { expect, it } from "vitest";
import { runMonth } from "../../bench/month/run.ts";

const DAY = 86_400_000;

// The same with 2,000,000 events of 30 days: npm run bench -- --month.
it("DuckDB reads from the exported tables what the raw segments say, late and repeated events included", async () => {
  const report = await runMonth({
    start: (Math.floor(Date.now() / DAY) - 3) * DAY,
    days: 1,
    events: 3000,
    seed: 7,
    shards: 2,
    linesEach: 60,
    late: 0.02,
    compareSpeed: false,
    log: () => undefined,
  });
  expect(report.differences).toEqual([]);
  expect(report.lateDifferences).toEqual([]);
  expect(report.lateEvents).toBeGreaterThan(40);
  expect(report.tables).toBeGreaterThan(40);
  expect(report.hours).toBe(24);
});
