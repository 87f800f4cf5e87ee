import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEBUGGER } from "../../src/core/debugger.ts";
import { chooseSamples, FULL_ALLOWANCE, refill, sampleObservation } from "../../src/core/debugger-sample.ts";
import type { Sample, SampleStatus } from "../../src/core/sample.ts";

const samples = (count: number, status: SampleStatus = "accepted"): Sample[] =>
  Array.from({ length: count }, (_unused, n) => ({ receivedAt: n, status, raw: `${n}` }));
const count = (list: readonly Sample[], status: SampleStatus) => list.filter((s) => s.status === status).length;
const observe = (list: Sample[], counts: Record<string, number>) => ({ sourceId: "s", at: 0, counts, samples: list });

describe("sampling a hot source", () => {
  it("shows everything of a quiet one", () => {
    expect(chooseSamples(samples(20), 200)).toHaveLength(20);
  });

  it("favours refused events, so that they are not drowned", () => {
    const kept = chooseSamples([...samples(90), ...samples(10, "refused")], 40);
    expect(kept).toHaveLength(40);
    expect(count(kept, "refused")).toBe(10);
  });

  it("leaves a quarter to accepted events when refused ones would take everything", () => {
    const kept = chooseSamples([...samples(50, "refused"), ...samples(50)], 40);
    expect([count(kept, "refused"), count(kept, "accepted")]).toEqual([30, 10]);
  });

  it("keeps the newest and their order", () => {
    expect(chooseSamples(samples(10), 3).map((sample) => sample.raw)).toEqual(["7", "8", "9"]);
  });

  it("never keeps more than there is room for, and never wastes room", () => {
    const status = fc.constantFrom<SampleStatus>("accepted", "duplicate", "refused", "blocked");
    fc.assert(
      fc.property(fc.array(status, { maxLength: 60 }), fc.nat({ max: 70 }), (statuses, room) => {
        const list = statuses.map((s, n) => ({ receivedAt: n, status: s, raw: `${n}` }));
        const kept = chooseSamples(list, room);
        expect(kept).toHaveLength(Math.min(room, list.length));
        expect(list.filter((sample) => kept.includes(sample))).toEqual(kept);
      }),
    );
  });

  it("counts as hidden what happened but is not shown, also beyond what Intake sampled", () => {
    const result = sampleObservation(
      observe(samples(100), { accepted: 990, "refused:bad_request": 10 }),
      FULL_ALLOWANCE,
      1000,
    );
    expect(result.kept).toHaveLength(100);
    expect(result.hidden).toBe(900);
  });

  it("has one burst and then a rate per second", () => {
    const start = 1_000_000;
    const busy = observe(samples(300), { accepted: 300 });
    const first = sampleObservation(busy, FULL_ALLOWANCE, start);
    expect(first.kept).toHaveLength(DEBUGGER.burst);
    const second = sampleObservation(busy, first.allowance, start + 2000);
    expect(second.kept).toHaveLength(2 * DEBUGGER.perSecond);
    expect(second.hidden).toBe(300 - 2 * DEBUGGER.perSecond);
  });

  it("earns nothing when the clock steps back", () => {
    expect(refill({ tokens: 3, at: 5000 }, 1000)).toEqual({ tokens: 3, at: 1000 });
  });
});
