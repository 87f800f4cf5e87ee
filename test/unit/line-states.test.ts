import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SettledLine } from "../../src/core/ledger.ts";
import {
  applyOutcomes,
  currentRound,
  freshStates,
  packStates,
  readState,
  tally,
  unpackStates,
} from "../../src/core/line-states.ts";

const settled = (line: number, status: SettledLine["status"]): SettledLine => ({ line, status });

describe("packing", () => {
  it("gives back what it was given", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 })), fc.integer({ min: 1, max: 400 }), (seed, repeat) => {
        const states = Uint8Array.from(seed.flatMap((value) => Array<number>(repeat).fill(value << 6)));
        expect(unpackStates(packStates(states), states.length)).toEqual(states);
      }),
    );
  });

  it("takes a few bytes for lines that fared alike, however many", () => {
    expect(packStates(freshStates(100_000)).byteLength).toBeLessThanOrEqual(4);
  });

  it("refuses a text that describes another number of lines", () => {
    expect(() => unpackStates(packStates(freshStates(3)), 4)).toThrow("3 lines, not 4");
  });
});

describe("rounds", () => {
  it("begins with every line", () => {
    expect(currentRound(freshStates(3))).toEqual({ failures: 0, lines: [0, 1, 2] });
  });

  it("retries only the lines that failed, once nothing is left untried", () => {
    const { states } = applyOutcomes(freshStates(3), [settled(0, "delivered"), settled(1, "retry")], true);
    expect(currentRound(states)).toEqual({ failures: 0, lines: [2] });
    const after = applyOutcomes(states, [settled(2, "abandoned")], true).states;
    expect(currentRound(after)).toEqual({ failures: 1, lines: [1] });
    expect(tally(after)).toEqual({ pending: 1, failed: 1 });
  });

  it("has no lines left when all are final", () => {
    const outcomes = [settled(0, "delivered"), settled(1, "dropped")];
    const { states } = applyOutcomes(freshStates(2), outcomes, true);
    expect(currentRound(states).lines).toEqual([]);
    expect([...states].map(readState)).toEqual([
      { status: "delivered", failures: 0 },
      { status: "dropped", failures: 0 },
    ]);
  });
});

describe("outcomes", () => {
  it("count once: a final line stays as it is, and lines that do not exist are ignored", () => {
    const first = applyOutcomes(freshStates(2), [settled(0, "delivered")], true);
    const again = applyOutcomes(
      first.states,
      [settled(0, "retry"), settled(0, "abandoned"), settled(9, "delivered")],
      true,
    );
    expect(again.applied).toEqual([]);
    expect(again.states).toEqual(first.states);
  });

  it("leave no mark of a failure that does not count", () => {
    const { states, applied } = applyOutcomes(freshStates(1), [settled(0, "retry")], false);
    expect(tally(states)).toEqual({ pending: 1, failed: 0 });
    expect(applied).toHaveLength(1);
  });

  it("do not touch the states they were given", () => {
    const states = freshStates(1);
    applyOutcomes(states, [settled(0, "delivered")], true);
    expect(states).toEqual(freshStates(1));
  });
});
