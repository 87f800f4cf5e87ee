import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { liveOutcomesOf, withoutJob } from "../../src/core/replay-ledger.ts";
import { TRACE } from "../../src/core/trace.ts";

const NOW = Date.parse("2026-11-22T12:00:00.000Z");

describe("a segment of which the ledger holds no job", () => {
  it("was never handed over, unless its job may be forgotten or still to come", () => {
    const age = fc.integer({ min: 0, max: 3 * DELIVERY.finishedKeptMs });
    fc.assert(
      fc.property(age, age, (segmentAge, destinationAge) => {
        const known = withoutJob({ count: 3, firstAt: NOW - segmentAge }, NOW - destinationAge, NOW);
        const isForgotten = Math.min(segmentAge, destinationAge) >= DELIVERY.finishedKeptMs;
        expect(known === null).toBe(isForgotten || segmentAge < TRACE.routingMs);
      }),
    );
  });

  it("says so of every line", () => {
    const lineOf = liveOutcomesOf(withoutJob({ count: 3, firstAt: NOW - 2 * TRACE.routingMs }, NOW, NOW)!);
    for (const line of [0, 1, 2]) expect(lineOf(line)).toEqual([{ status: "dropped", reason: "not_connected" }]);
  });
});
