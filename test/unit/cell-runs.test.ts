import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inRuns, joinRuns, numbersOf, packRuns, runsOf, sizeOf, unpackRuns } from "../../src/core/cell-runs.ts";

const numbers = fc.array(fc.integer({ min: 0, max: 40 }));
const distinct = (list: readonly number[]) => [...new Set(list)].toSorted((a, b) => a - b);

describe("a set of numbers as runs", () => {
  it("holds what it was made of, also through storage", () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const runs = unpackRuns(packRuns(runsOf(list)));
        expect(numbersOf(runs)).toEqual(distinct(list));
        expect(sizeOf(runs)).toBe(distinct(list).length);
        expect(Array.from({ length: 42 }, (_, n) => inRuns(runs, n))).toEqual(
          Array.from({ length: 42 }, (_, n) => list.includes(n)),
        );
      }),
    );
  });

  it("joined with another holds both, in as few runs as there can be", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(joinRuns(runsOf(a), runsOf(b))).toEqual(runsOf([...a, ...b]));
      }),
    );
  });

  it("covers what is quiet between its runs, and nothing else", () => {
    expect(joinRuns(runsOf([1, 9]), runsOf([4]), (number) => number < 5)).toEqual([
      [1, 5],
      [9, 10],
    ]);
  });
});
