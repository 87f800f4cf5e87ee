import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  HISTORY_CHARS,
  historyOf,
  NO_HISTORY,
  readHistory,
  remember,
  writeHistory,
  type LineHistory,
} from "../../src/core/line-history.ts";
import type { SettledCell, Settlement } from "../../src/core/ledger.ts";
import { applyOutcomes, fixLanes, freshGates, type CellStates } from "../../src/core/line-states.ts";

const AT = Date.parse("2026-11-22T12:00:00.000Z");
const MINUTE = 60_000;

/** A job that is settled step by step, its history going through storage each time. */
function job(count: number, lanes: number) {
  let states: CellStates = fixLanes(freshGates(count), lanes);
  let history: LineHistory = NO_HISTORY;
  return {
    settle(at: number, given: Partial<Settlement>, counts = true): string {
      const settled = { passed: [], unmatched: [], outcomes: [], ...given };
      const { states: after, applied } = applyOutcomes(states, count, settled, counts ? "all" : "none");
      const text = writeHistory(remember(history, { at, outcomes: applied, before: states, after }));
      history = readHistory(text);
      states = after;
      return text;
    },
    of: (cell: number) => historyOf(history, cell),
  };
}

const all = (from: number, to: number, outcome: Omit<SettledCell, "cell">): SettledCell[] =>
  Array.from({ length: to - from }, (_, i) => ({ cell: from + i, ...outcome }));
const gates = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("the history of a job", () => {
  it("tells each attempt of a line with its time, number, outcome and reason", () => {
    const one = job(2, 1);
    one.settle(AT, {
      passed: [0, 1],
      outcomes: [
        { cell: 2, status: "retry", reason: "503", detail: "Busy" },
        { cell: 3, status: "delivered" },
      ],
    });
    one.settle(AT + MINUTE, { outcomes: [{ cell: 2, status: "retry", reason: "429", detail: "Slow down" }] });
    one.settle(AT + 3 * MINUTE, { outcomes: [{ cell: 2, status: "delivered" }] });
    expect(one.of(2)).toEqual({
      attempts: [
        { at: AT, attempt: 1, status: "retry", reason: "503" },
        { at: AT + MINUTE, attempt: 2, status: "retry", reason: "429" },
        { at: AT + 3 * MINUTE, attempt: 3, status: "delivered" },
      ],
    });
    expect(one.of(3)).toEqual({ attempts: [{ at: AT, attempt: 1, status: "delivered" }] });
  });

  it("gives the reason and detail of the last attempt", () => {
    const one = job(1, 1);
    one.settle(AT, { passed: [0], outcomes: [{ cell: 1, status: "retry", reason: "503", detail: "Busy" }] });
    one.settle(AT + MINUTE, { outcomes: [{ cell: 1, status: "abandoned", reason: "400", detail: "No email" }] });
    expect(one.of(1)).toMatchObject({ reason: "400", detail: "No email" });
  });

  it("tells a gate that stopped a line why, and nothing of one that let it through", () => {
    const one = job(2, 1);
    const drop = { status: "dropped", reason: "FILTERED_BY_RULES", detail: "filter Internal" } as const;
    one.settle(AT, { passed: [0], outcomes: [{ cell: 1, ...drop }] });
    expect(one.of(1)).toMatchObject({
      attempts: [{ status: "dropped", reason: "FILTERED_BY_RULES" }],
      detail: drop.detail,
    });
    expect(one.of(0)).toEqual({ attempts: [] });
  });

  it("counts what left no mark in one place, with the last time", () => {
    const one = job(1, 1);
    const probe = { outcomes: [{ cell: 1, status: "retry", reason: "503" }] } as const;
    for (let i = 0; i < 200; i++) one.settle(AT + i * MINUTE, { passed: [0], ...probe }, false);
    one.settle(AT + 201 * MINUTE, { outcomes: [{ cell: 1, status: "delivered" }] });
    expect(one.of(1).attempts).toEqual([
      { at: AT + 199 * MINUTE, attempt: 1, status: "retry", reason: "503", uncounted: 200 },
      { at: AT + 201 * MINUTE, attempt: 1, status: "delivered" },
    ]);
  });

  it("counts what left no mark for each line by itself", () => {
    const one = job(2, 1);
    const probe = (cell: number) => ({ outcomes: [{ cell, status: "retry", reason: "503" }] }) as const;
    one.settle(AT, { passed: [0, 1], ...probe(2) }, false);
    one.settle(AT + 1, probe(3), false);
    one.settle(AT + 2, probe(3), false);
    expect([2, 3].map((cell) => one.of(cell).attempts.map(({ at, uncounted }) => [at, uncounted]))).toEqual([
      [[AT, 1]],
      [[AT + 2, 2]],
    ]);
  });

  it("keeps outcomes apart that differ in time, reason, detail or attempt", () => {
    const one = job(4, 1);
    const retry = { status: "retry", reason: "503", detail: "a" } as const;
    one.settle(AT, {
      passed: gates(4),
      outcomes: [
        { cell: 4, ...retry },
        { cell: 5, ...retry, detail: "b" },
      ],
    });
    one.settle(AT + 5000, {
      outcomes: [
        { cell: 6, ...retry },
        { cell: 7, ...retry, reason: "500" },
      ],
    });
    expect(
      [4, 5, 6, 7].map((cell) => [one.of(cell).attempts[0]?.at, one.of(cell).reason, one.of(cell).detail]),
    ).toEqual([
      [AT, "503", "a"],
      [AT, "503", "b"],
      [AT + 5000, "503", "a"],
      [AT + 5000, "500", "a"],
    ]);
  });
});

describe("the room it takes", () => {
  it("is little for a segment that was delivered part by part, also when triggers pick lines here and there", () => {
    const count = 6000;
    const one = job(count, 2);
    let text = "";
    for (let start = 0; start < count; start += 60) {
      const lines = Array.from({ length: 60 }, (_, i) => start + i);
      const lane = (line: number) => (line % 7 < 3 ? 1 : 2);
      text = one.settle(AT + start, {
        passed: lines,
        unmatched: lines.map((line) => (3 - lane(line)) * count + line),
        outcomes: lines.map((line) => ({ cell: lane(line) * count + line, status: "delivered" })),
      });
    }
    expect(text.length).toBeLessThan(400);
    expect(one.of(count + 1).attempts).toHaveLength(1);
    const [late] = one.of(2 * count + 5998).attempts;
    expect(AT + 5940 - late!.at).toBeLessThan(1000);
    expect(late!.at).toBeLessThanOrEqual(AT + 5940);
  });

  it("is bounded whatever happens; then times get coarser before attempts are forgotten, and that shows", () => {
    const count = 20_000;
    const one = job(count, 1);
    one.settle(AT, { passed: gates(count) });
    const odd = all(count, 2 * count, { status: "retry", reason: "503" }).filter(({ cell }) => cell % 2 === 1);
    const even = all(count, 2 * count, { status: "retry", reason: "500" }).filter(({ cell }) => cell % 2 === 0);
    for (let attempt = 0; attempt < 3; attempt++) {
      const text = one.settle(AT + attempt * MINUTE, { outcomes: [...odd, ...even] });
      expect(text.length).toBeLessThanOrEqual(HISTORY_CHARS);
    }
    expect(one.of(count + 1)).toMatchObject({ attemptsForgotten: true });
  });

  it("forgets what left no mark first, then failures, and what became of a line last", () => {
    const count = 12_000;
    const one = job(count, 1);
    const every = (step: number, outcome: Omit<SettledCell, "cell">) =>
      all(count, 2 * count, outcome).filter(({ cell }) => cell % step === 0);
    one.settle(AT, { passed: gates(count) });
    one.settle(AT, { outcomes: every(4, { status: "delivered" }) });
    one.settle(AT, { outcomes: every(2, { status: "retry", reason: "503" }) });
    one.settle(AT, { outcomes: every(3, { status: "retry", reason: "500" }) }, false);
    one.settle(AT, { outcomes: every(5, { status: "retry", reason: "429" }) }, false);
    for (let attempt = 0; attempt < 6; attempt++) {
      one.settle(AT, { outcomes: every(7 + 2 * attempt, { status: "retry", reason: `${attempt}` }) });
    }
    expect(one.of(count)).toMatchObject({ attempts: [{ status: "delivered" }], attemptsForgotten: true });
    const reasons = gates(count).flatMap((line) => one.of(count + line).attempts.map(({ reason }) => reason));
    expect(new Set(reasons).has("500")).toBe(false);
    expect(new Set(reasons).has("5")).toBe(true);
  });

  it("only makes times coarser when that is enough", () => {
    const one = job(1000, 1);
    one.settle(AT, { passed: gates(1000) });
    for (let line = 0; line < 1000; line++) {
      one.settle(AT + line * 2000, { outcomes: [{ cell: 1000 + line, status: "delivered" }] });
    }
    const last = one.of(1999);
    expect(last.attemptsForgotten).toBeUndefined();
    expect(last.attempts).toHaveLength(1);
    expect(AT + 999 * 2000 - last.attempts[0]!.at).toBeLessThan(MINUTE);
  });

  it("holds up against destinations that make up reasons and details", () => {
    const one = job(500, 1);
    const outcomes = Array.from({ length: 500 }, (_, i) => ({
      cell: 500 + i,
      status: "abandoned" as const,
      reason: `reason ${i}`,
      detail: "x".repeat(1000) + i,
    }));
    const text = one.settle(AT, { passed: gates(500), outcomes });
    expect(text.length).toBeLessThanOrEqual(HISTORY_CHARS);
    expect(one.of(500).reason).toBe("reason 0");
    expect(one.of(999)).toMatchObject({ reason: "other", attempts: [{ status: "abandoned", reason: "other" }] });
  });

  it("never tells of a line what happened to another", () => {
    const step = fc.record({
      cell: fc.integer({ min: 0, max: 9 }),
      status: fc.constantFrom("delivered", "retry", "abandoned"),
      wait: fc.integer({ min: 0, max: 3000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const one = job(10, 1);
        const expected = new Map<number, string[]>();
        const final = new Set<number>();
        let at = AT;
        one.settle(at, { passed: gates(10) });
        for (const { cell, status, wait } of steps) {
          one.settle((at += wait), {
            outcomes: [{ cell: 10 + cell, status, ...(status === "delivered" ? {} : { reason: "r" }) }],
          });
          const known = expected.get(cell) ?? [];
          if (final.has(cell) || known.length >= 15) continue;
          expected.set(cell, [...known, status]);
          if (status !== "retry") final.add(cell);
        }
        for (const [cell, statuses] of expected) {
          const { attempts } = one.of(10 + cell);
          expect(attempts.slice(0, statuses.length).map(({ status }) => status)).toEqual(statuses);
        }
      }),
    );
  });
});
