import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import type { SettledCell, Settlement } from "../../src/core/ledger.ts";
import {
  applyOutcomes,
  askedStates,
  currentRound,
  fixLanes,
  freshGates,
  packStates,
  probeCells,
  readState,
  tally,
  unpackOldStates,
  unpackStates,
  type CellStates,
  type CountedFailures,
} from "../../src/core/line-states.ts";

const settled = (cell: number, status: SettledCell["status"]): SettledCell => ({ cell, status });
type Given = Partial<Pick<Settlement, "passed" | "unmatched" | "outcomes">>;
const apply = (states: CellStates, count: number, given: Given, counted: CountedFailures = "all") =>
  applyOutcomes(states, count, { passed: [], unmatched: [], outcomes: [], ...given }, counted);
const read = (states: CellStates) => [...states].map((state) => readState(state).status);
/** Three lines on two lanes: gates 0–2, the first lane 3–5, the second 6–8. */
const COUNT = 3;
const fresh = () => fixLanes(freshGates(COUNT), 2);

describe("packing", () => {
  it("gives back what it was given, whatever the states and runs", () => {
    const run = fc.tuple(fc.integer({ min: 0, max: 111 }), fc.integer({ min: 1, max: 400 }));
    fc.assert(
      fc.property(fc.array(run), (runs) => {
        const states = Uint8Array.from(runs.flatMap(([state, length]) => Array<number>(length).fill(state)));
        expect(unpackStates(packStates(states), states.length)).toEqual(states);
      }),
    );
  });

  it("takes a few bytes for lines that fared alike, and never more than one for each cell", () => {
    expect(packStates(freshGates(100_000)).byteLength).toBeLessThanOrEqual(4);
    expect(packStates(Uint8Array.from({ length: 1000 }, (_, i) => i % 2)).byteLength).toBe(1000);
  });

  it("refuses a text that describes another number of cells", () => {
    expect(() => unpackStates(packStates(freshGates(3)), 4)).toThrow("3 cells, not 4");
  });

  it("reads what was stored before there were lanes: status in two bits, failures in six", () => {
    const old = Uint8Array.from([0, 2, 3, 1, (1 << 6) | 2, 130, 1, 2 << 6, 1, (3 << 6) | 1, 1]);
    const states = unpackOldStates(old, 135);
    expect(Array.from(states.slice(0, 4), readState)).toEqual([
      { status: "pending", failures: 0 },
      { status: "pending", failures: 0 },
      { status: "pending", failures: 3 },
      { status: "delivered", failures: 2 },
    ]);
    expect(read(states).filter((status) => status === "delivered")).toHaveLength(130);
    expect(read(states).slice(-2)).toEqual(["abandoned", "dropped"]);
    expect(() => unpackOldStates(old, 134)).toThrow("not 134");
  });
});

describe("lanes", () => {
  it("give each line a gate and one cell per subscription, all undecided", () => {
    expect(currentRound(fresh())).toEqual({ failures: 0, cells: [0, 1, 2, 3, 4, 5, 6, 7, 8] });
    expect(currentRound(fixLanes(freshGates(2), 0)).cells).toEqual([0, 1]);
  });

  it("of a job from before ask only for what was not final, and know how often that has failed", () => {
    const old = unpackOldStates(Uint8Array.from([1 << 6, 1, 4, 1, 0, 1]), 3);
    const states = fixLanes(old, 1);
    expect(read(states)).toEqual(["delivered", "pending", "pending", "unmatched", "pending", "pending"]);
    expect(currentRound(states)).toEqual({ failures: 0, cells: [1, 2, 5] });
    expect(readState(states[4]!).failures).toBe(4);
  });

  it("of a re-send ask for the deliveries named and nothing else", () => {
    const states = askedStates(3, 2, [4, 8]);
    expect(currentRound(states).cells).toEqual([4, 8]);
    expect(read(states).join(" ")).toBe("skipped passed passed skipped pending skipped skipped skipped pending");
  });
});

describe("rounds", () => {
  it("retry only what failed, once nothing is left untried", () => {
    const first = apply(fresh(), COUNT, {
      passed: [0, 1],
      unmatched: [7],
      outcomes: [settled(3, "delivered"), settled(4, "retry"), settled(6, "delivered")],
    }).states;
    expect(currentRound(first)).toEqual({ failures: 0, cells: [2, 5, 8] });
    const second = apply(first, COUNT, { outcomes: [settled(2, "dropped")] }).states;
    expect(currentRound(second)).toEqual({ failures: 1, cells: [4] });
  });

  it("are empty when every cell is final", () => {
    const { states } = apply(fixLanes(freshGates(2), 1), 2, {
      passed: [0],
      outcomes: [settled(2, "abandoned"), settled(1, "dropped")],
    });
    expect(currentRound(states).cells).toEqual([]);
    expect(read(states)).toEqual(["passed", "dropped", "abandoned", "unmatched"]);
  });

  it("count a line as failed when any of its deliveries has failed", () => {
    for (const cell of [3, 6]) {
      const { states } = apply(fresh(), COUNT, { passed: [0], outcomes: [settled(cell, "retry")] });
      expect(tally(states, COUNT)).toEqual({ pending: 3, failed: 1 });
    }
  });

  it("count lines, not cells: one that waits at two subscriptions waits once", () => {
    const { states } = apply(fresh(), COUNT, { passed: [0], outcomes: [settled(3, "retry"), settled(6, "retry")] });
    expect(tally(states, COUNT)).toEqual({ pending: 3, failed: 1 });
    const done = apply(states, COUNT, { outcomes: [settled(3, "delivered")] }).states;
    expect(tally(done, COUNT)).toEqual({ pending: 3, failed: 1 });
    expect(tally(apply(done, COUNT, { outcomes: [settled(6, "delivered")] }).states, COUNT)).toEqual({
      pending: 2,
      failed: 0,
    });
  });
});

describe("a probe", () => {
  it("gets cells of lines that were let through, not more than a chunk of them", () => {
    const { states } = apply(fresh(), COUNT, { passed: [1] });
    expect(probeCells(states, COUNT, currentRound(states).cells, 0)).toEqual([4, 7]);
    const many = fixLanes(freshGates(500), 1);
    const passed = Array.from({ length: 500 }, (_, gate) => gate);
    const decided = apply(many, 500, { passed }).states;
    const cells = probeCells(decided, 500, currentRound(decided).cells, 0);
    expect(cells).toEqual(passed.slice(0, DELIVERY.chunkLines).map((line) => 500 + line));
  });

  it("gets whole undecided lines when there is none, not more than one chunk of them", () => {
    expect(probeCells(fresh(), COUNT, currentRound(fresh()).cells, 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const many = fixLanes(freshGates(500), 1);
    const cells = probeCells(many, 500, currentRound(many).cells, 0);
    expect(cells).toHaveLength(DELIVERY.chunkLines * 2);
    expect(Math.max(...cells.map((cell) => cell % 500))).toBe(DELIVERY.chunkLines - 1);
  });

  it("begins anywhere in the job, so that an event which always fails is not all that is asked", () => {
    const many = fixLanes(freshGates(500), 1);
    const passed = Array.from({ length: 400 }, (_, gate) => gate);
    const { states } = apply(many, 500, { passed });
    expect(probeCells(states, 500, currentRound(states).cells, 0.5)[0]).toBe(500 + 200);
    expect(probeCells(states, 500, currentRound(states).cells, 0.9999)).toEqual([500 + 399]);
    expect(probeCells(many, 500, currentRound(many).cells, 0.9999)).toEqual([499, 999]);
  });
});

describe("what is settled", () => {
  it("counts once: a final cell stays as it is, and cells that do not exist are ignored", () => {
    const first = apply(fresh(), COUNT, { passed: [0], outcomes: [settled(3, "delivered")] });
    const again = apply(first.states, COUNT, {
      passed: [99],
      unmatched: [3, 99],
      outcomes: [settled(3, "retry"), settled(3, "abandoned"), settled(0, "dropped"), settled(99, "delivered")],
    });
    expect(again.applied).toEqual([]);
    expect(again.states).toEqual(first.states);
  });

  it("ends a line's lanes when it is stopped at the gate, but not what was delivered already", () => {
    const { states } = apply(fresh(), COUNT, { outcomes: [settled(3, "delivered"), settled(0, "dropped")] });
    expect([states[0], states[3], states[6]].map((state) => readState(state!).status)).toEqual([
      "dropped",
      "delivered",
      "unmatched",
    ]);
  });

  it("decides a gate once: what a late consumer thinks of the lanes is not heard", () => {
    const { states } = apply(fresh(), COUNT, { passed: [0], unmatched: [6] });
    const late = apply(states, COUNT, { unmatched: [3], outcomes: [settled(0, "dropped")] });
    expect(late.states).toEqual(states);
    expect(late.applied).toEqual([]);
  });

  it("lets nothing through that was stopped, and takes nothing back that was delivered while a gate was open", () => {
    const stopped = apply(fresh(), COUNT, { outcomes: [settled(0, "dropped"), settled(4, "delivered")] });
    const { states } = apply(stopped.states, COUNT, { passed: [0, 1], unmatched: [4, 7] });
    expect([states[0], states[1], states[4], states[7]].map((state) => readState(state!).status)).toEqual([
      "dropped",
      "passed",
      "delivered",
      "unmatched",
    ]);
  });

  it("takes no gate for delivered and no lane for let through", () => {
    const { states, applied } = apply(fresh(), COUNT, {
      passed: [3],
      unmatched: [0],
      outcomes: [settled(1, "delivered")],
    });
    expect(states).toEqual(fresh());
    expect(applied).toEqual([]);
  });

  it("leaves no mark of a failure that does not count, nor ever at a gate", () => {
    const uncounted = apply(fresh(), COUNT, { passed: [0], outcomes: [settled(3, "retry")] }, "none");
    expect(tally(uncounted.states, COUNT).failed).toBe(0);
    expect(uncounted.applied).toHaveLength(1);
    for (const [reason, failed] of [
      ["503", 0],
      ["INTERNAL", 1],
    ] as const) {
      const probe = apply(fresh(), COUNT, { passed: [0], outcomes: [{ ...settled(3, "retry"), reason }] }, "code");
      expect(tally(probe.states, COUNT).failed).toBe(failed);
    }
    expect(tally(apply(fresh(), COUNT, { outcomes: [settled(0, "retry")] }).states, COUNT).failed).toBe(0);
  });

  it("keeps a line that fails for ever pending", () => {
    let states = apply(fixLanes(freshGates(1), 1), 1, { passed: [0] }).states;
    for (let i = 0; i < 40; i++) states = apply(states, 1, { outcomes: [settled(1, "retry")] }).states;
    expect(readState(states[1]!)).toEqual({ status: "pending", failures: 15 });
    expect(DELIVERY.maxAttempts).toBeLessThan(15);
  });

  it("does not touch the states it was given", () => {
    const states = fresh();
    apply(states, COUNT, { passed: [0], outcomes: [settled(3, "delivered")] });
    expect(states).toEqual(fresh());
  });
});
