import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inRuns, numbersOf, runsOf, sizeOf, sliceRuns } from "../../src/core/cell-runs.ts";
import { chosenGates, endings, fixLanes, isSkipped, packStates, readState } from "../../src/core/line-states.ts";
import { replayIdOf, replayJobId } from "../../src/core/replay.ts";
import { NOTHING_YET } from "../../src/core/replay-ledger.ts";
import { aheadAfter, allowanceAt, firstAhead, nextLines, REPLAY_PACE, roomAt } from "../../src/core/replay-pacing.ts";
import { addSums, NO_SUMS, reportOf, type DryRunSums } from "../../src/core/replay-report.ts";
import { compileSelection } from "../../src/core/replay-select.ts";

const AT = Date.parse("2026-11-01T00:00:00.000Z");
const CRITERIA = { sourceId: "src_1", from: AT, to: AT + 1000, types: [], events: [] };
const event = (fields: Record<string, unknown> = {}) => ({
  type: "track",
  event: "A",
  receivedAt: "2026-11-01T00:00:00.500Z",
  ...fields,
});

describe("the name of a replay's jobs", () => {
  it.each(["r1", "a-b-3", "x".repeat(40), "0", "_-_"])("holds the id %s", (id) => {
    expect(replayIdOf(replayJobId(id, 12))).toBe(id);
  });

  it("is none of live traffic or of re-sends", () => {
    expect([undefined, "resend-r1-0", "replay-", "replay-r1", "replay-r1-x", "xreplay-r1-0"].map(replayIdOf)).toEqual(
      Array.from({ length: 6 }),
    );
  });
});

describe("what a replay is about", () => {
  it.each([
    ["from its first moment on", { receivedAt: "2026-11-01T00:00:00.000Z" }, "selected"],
    ["not of the moment it ends", { receivedAt: "2026-11-01T00:00:01.000Z" }, "outside"],
    ["not from before it", { receivedAt: "2026-10-31T23:59:59.999Z" }, "outside"],
    ["nothing without a time", { receivedAt: undefined }, "unreadable"],
    ["nothing whose time cannot be read", { receivedAt: "soon" }, "unreadable"],
  ])("events %s", (_, fields, selected) => {
    expect(compileSelection(CRITERIA)(event(fields))).toBe(selected);
  });

  it("is all types and names unless some are named; names are of track calls", () => {
    const select = (criteria: object, fields: Record<string, unknown>) =>
      compileSelection({ ...CRITERIA, ...criteria })(event(fields));
    expect(select({}, { type: "identify" })).toBe("selected");
    expect(select({ types: ["page"] }, {})).toBe("other");
    expect(select({ events: ["A"] }, {})).toBe("selected");
    expect(select({ events: ["B"] }, {})).toBe("other");
    expect(select({ events: ["A"] }, { type: "identify" })).toBe("other");
    expect(select({ events: ["A"], types: ["track", "identify"] }, { type: "identify", event: undefined })).toBe(
      "selected",
    );
    expect(select({ events: ["A"], types: ["page"] }, {})).toBe("other");
  });

  it("is what the filter lets through; what it cannot decide is counted apart", () => {
    const select = compileSelection({ ...CRITERIA, filter: "properties.n > 3" });
    expect(select(event({ properties: { n: 4 } }))).toBe("selected");
    expect(select(event({ properties: { n: 3 } }))).toBe("other");
    expect(select(event())).toBe("other");
    expect(select(event({ properties: { n: "many" } }))).toBe("unreadable");
    expect(select(undefined)).toBe("unreadable");
  });
});

describe("lines of a segment", () => {
  it("are cut into pieces that are all of them, once", () => {
    const lines = fc.array(fc.nat(300), { maxLength: 60 }).map(runsOf);
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 50 }), (runs, size) => {
        const pieces: number[] = [];
        for (let taken = 0; taken < sizeOf(runs);) {
          const piece = sliceRuns(runs, taken, size);
          pieces.push(...numbersOf(piece));
          taken += sizeOf(piece);
        }
        expect(pieces).toEqual(numbersOf(runs));
      }),
    );
  });

  it("that a job is not about are in none of its lanes", () => {
    const states = fixLanes(chosenGates(4, [[1, 3]]), 2);
    const statuses = [...states].map((state) => readState(state).status);
    expect(statuses.slice(0, 4)).toEqual(["skipped", "pending", "pending", "skipped"]);
    expect(statuses.slice(4)).toEqual([...statuses.slice(0, 4), ...statuses.slice(0, 4)]);
    expect(endings(states, 4, { status: "dropped" }).map(({ cell }) => cell)).toEqual([1, 2]);
  });
});

describe("a job's packed states", () => {
  it("tell whether it is about a line without being unpacked", () => {
    const lines = fc.array(fc.nat(299), { maxLength: 40 }).map(runsOf);
    fc.assert(
      fc.property(lines, fc.nat(3), (runs, lanes) => {
        const packed = packStates(fixLanes(chosenGates(300, runs), lanes));
        for (let line = 0; line < 300; line++) expect(isSkipped(packed, line)).toBe(!inRuns(runs, line));
      }),
      { numRuns: 30 },
    );
  });
});

describe("the pace", () => {
  it("keeps to the rate, and saves up for a few seconds only", () => {
    expect(allowanceAt({ allowance: 0, at: 0 }, 100, 500)).toBe(50);
    expect(allowanceAt({ allowance: 0, at: 0 }, 100, 3_600_000)).toBe(400);
    expect(allowanceAt({ allowance: 0, at: 1000 }, 100, 0)).toBe(0);
    expect(nextLines([[0, 10]], 4, 3.9, 100)).toEqual([[4, 7]]);
    expect(nextLines([[0, 10]], 4, 0.9, 100)).toEqual([]);
    expect(nextLines([[0, 10]], 4, 100, 100)).toEqual([[4, 10]]);
  });

  it("opens ahead as much as is done within some seconds", () => {
    expect(firstAhead(1)).toBe(5);
    expect(firstAhead(10_000)).toBe(REPLAY_PACE.leastAhead);
    expect(aheadAfter(0, 2000, 10_000)).toBe(REPLAY_PACE.leastAhead);
    expect(aheadAfter(1000, 2000, 10_000)).toBe(3750);
    expect(aheadAfter(1000, 2000, 100)).toBe(500);
  });

  it("leaves room by what has not been tried yet, and none where nothing is sent", () => {
    const seen = (more: object) => ({ ...NOTHING_YET, opened: 1000, ...more });
    expect(roomAt(seen({ pending: 0 }), 200)).toBe(200);
    expect(roomAt(seen({ pending: 150 }), 200)).toBe(0);
    expect(roomAt(seen({ pending: 150, retrying: 100 }), 200)).toBe(150);
    expect(roomAt(seen({ pending: 20_000, retrying: 20_000 }), 200)).toBe(0);
    expect(roomAt(seen({ pending: 0, heldBy: "destination_paused" }), 200)).toBe(0);
    // One that is down is probed with an event: without any it would never be found to be up.
    expect(roomAt(seen({ pending: 0, heldBy: "destination_down" }), 200)).toBe(200);
    expect(roomAt(seen({ pending: 1, heldBy: "destination_down" }), 200)).toBe(0);
  });
});

const all = (parts: readonly DryRunSums[]): DryRunSums => parts.reduce((sums, one) => addSums(sums, one), NO_SUMS);

describe("a report", () => {
  it("is the same however its sums were cut, and adds up", () => {
    const part = (n: number): DryRunSums => ({
      ...NO_SUMS,
      segments: 1,
      matched: n,
      kinds: { [`track\n\nEvent ${n}`]: n },
      destinations: {
        d: {
          would: { s: n * 0.3, t: n },
          dropped: { FILTERED_BY_RULES: n * 0.7 },
          sampledBy: ["Lots"],
          before: { delivered: n, "not:400": 1 },
          diff: { alreadyDelivered: n * 0.3, newlySent: n * 0.5, unknown: n * 0.5, notSentNow: n },
        },
      },
    });
    const parts = [1, 2, 3, 4, 5].map(part);
    const whole = reportOf(all(parts), ["d"]);
    const nested = reportOf(addSums(all(parts.slice(0, 2)), all(parts.slice(2))), ["d"]);
    expect(nested).toEqual(whole);
    expect(whole.matched).toBe(15);
    expect(whole.events[0]).toEqual({ type: "track", name: "Event 5", count: 5 });
    const [one] = whole.destinations;
    expect(one!.wouldSend).toBe(one!.would.reduce((sum, { count }) => sum + count, 0));
    const { alreadyDelivered, newlySent, unknown } = one!.diff;
    expect(alreadyDelivered + newlySent + unknown).toBe(one!.wouldSend);
    expect(one!.before.notDelivered).toEqual({ "400": 5 });
  });

  it("keeps the number of its names small", () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ ...NO_SUMS, matched: 1, kinds: { [`track\n\n${i}`]: 1 } }));
    const { events } = reportOf(all(many), []);
    expect(events).toHaveLength(201);
    expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(events[0]).toEqual({ type: "track", name: "(other)", count: 800 });
  });

  it("keeps the reasons of then few: destinations may answer with any", () => {
    const part = (reason: string): DryRunSums => {
      const before = { delivered: 1, unknown: 1, [`not:${reason}`]: 1 };
      return { ...NO_SUMS, destinations: { d: { would: {}, dropped: {}, sampledBy: [], before, diff: {} } } };
    };
    const parts = Array.from({ length: 1000 }, (_, i) => part(i % 2 === 0 ? "400" : `request ${i}`));
    const { before } = reportOf(all(parts), ["d"]).destinations[0]!;
    expect(before).toMatchObject({ delivered: 1000, unknown: 1000, notDelivered: { "400": 500 } });
    expect(Object.keys(before.notDelivered)).toHaveLength(101);
    expect(Object.values(before.notDelivered).reduce((sum, count) => sum + count, 0)).toBe(1000);
  });

  it("knows no destination but those asked for, and is not misled by names of old", () => {
    const sums = { ...NO_SUMS, kinds: { "track\n\n__proto__": 2, "track\n\nconstructor": 1 }, matched: 3 };
    expect(reportOf(addSums(sums, NO_SUMS), []).events.map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
  });
});
