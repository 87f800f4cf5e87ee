import { describe, expect, it } from "vitest";
import {
  compactsBefore,
  COMPACTION,
  fileKey,
  planFile,
  retryAfter,
  type LooseSegment,
} from "../../src/core/compaction.ts";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-11-22T12:00:00.000Z");

const segment = (n: number, bytes: number, firstAt = n): LooseSegment => ({
  key: `segment-logs/s/0/0-${String(n).padStart(9, "0")}.gz`,
  bytes,
  firstAt,
});
const many = (count: number, bytes: number) => Array.from({ length: count }, (_, n) => segment(n, bytes));
const bytesOf = (plan: readonly LooseSegment[]) => plan.reduce((sum, { bytes }) => sum + bytes, 0);

describe("the next file of an hour", () => {
  it("holds its small segments in the order of their time", () => {
    const plan = planFile([segment(3, 10, 500), segment(1, 10, 900), segment(2, 10, 500)]);
    expect(plan.map(({ key }) => key.slice(-5, -3))).toEqual(["02", "03", "01"]);
  });

  it("is not worth making of one segment, nor of large ones", () => {
    expect(planFile([])).toEqual([]);
    expect(planFile([segment(1, 10)])).toEqual([]);
    expect(planFile([segment(1, 10), segment(2, COMPACTION.smallBytes), segment(3, 30_000_000)])).toEqual([]);
    expect(planFile([segment(1, 10), segment(2, COMPACTION.smallBytes - 1)])).toHaveLength(2);
  });

  it("holds at most 32 MB and 2500 segments; the rest goes into the next one", () => {
    const large = many(20, 3_000_000);
    const first = planFile(large);
    expect(bytesOf(first)).toBe(30_000_000);
    expect(planFile(large.filter((one) => !first.includes(one)))).toHaveLength(10);
    expect(planFile(many(6000, 100))).toHaveLength(COMPACTION.fileSegments);
  });

  it("takes every segment but for a single last one, file after file", () => {
    let left = many(5001, 9_000);
    const files: number[] = [];
    for (let plan = planFile(left); plan.length > 0; plan = planFile(left)) {
      files.push(plan.length);
      left = left.filter((one) => !plan.includes(one));
    }
    expect([files, left.length]).toEqual([[2500, 2500], 1]);
  });
});

describe("when", () => {
  it("an hour is compacted: two hours after its end", () => {
    expect(compactsBefore(NOON)).toBe(NOON - 2 * HOUR);
    expect(compactsBefore(NOON + HOUR - 1)).toBe(NOON - 2 * HOUR);
  });

  it("one that failed is tried again: after a minute, then ever later, at most an hour", () => {
    expect([1, 2, 3, 7, 50].map(retryAfter)).toEqual([60_000, 120_000, 240_000, HOUR, HOUR]);
  });
});

it("a file lies beside the segments of its day and is named by its hour", () => {
  expect(fileKey("s1", { hour: NOON - 5 * HOUR, no: 3 })).toBe(
    `segment-logs/s1/${Date.parse("2026-11-22T00:00:00.000Z")}/hour-07-3.gz`,
  );
});
