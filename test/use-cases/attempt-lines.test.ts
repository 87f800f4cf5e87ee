import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DELIVERY, type Outcome } from "../../src/core/delivery.ts";
import { attemptLines, type AttemptRun } from "../../src/destinations/attempt-lines.ts";
import type { DeliveredEvent } from "../../src/destinations/destination.ts";
import type { Perform } from "../../src/destinations/webhook-kind.ts";

const DELIVERED: Outcome = { status: "delivered" };
const FAILED: Outcome = { status: "retry", reason: "503" };

/** Lines 0 … n−1 whose event says which line it is. */
const linesOf = (count: number) => Array.from({ length: count }, (_, line) => ({ line, event: { line } }));

interface Clock {
  now: number;
  /** Lets the limits of this many ms or fewer run out. */
  expire(ms: number): void;
}

function setUp(
  count: number,
  perform: Perform,
  overrides: Partial<AttemptRun> = {},
): { run: AttemptRun; clock: Clock } {
  const limits = new Map<AbortController, number>();
  const clock: Clock = {
    now: 0,
    expire(ms) {
      for (const [controller, limit] of limits) if (limit <= ms) controller.abort();
    },
  };
  const run: AttemptRun = {
    perform,
    batchSize: 1,
    lines: linesOf(count),
    concurrency: 6,
    mayBegin: () => clock.now < 1000,
    tools: { fetch: () => Promise.reject(new Error("unused")), hmacSha1Hex: async () => "", now: () => clock.now },
    timeLimit(ms) {
      const controller = new AbortController();
      limits.set(controller, ms);
      return { signal: controller.signal, clear: () => void limits.delete(controller) };
    },
    ...overrides,
  };
  return { run, clock };
}

const lineOf = (event: DeliveredEvent | undefined): number => Number(event?.["line"]);

// What goes wrong on purpose is logged, which is none of the reader's business.
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

describe("sending lines", () => {
  it("tries every line once and never more at a time than allowed", async () => {
    let underWay = 0;
    let most = 0;
    const sent: number[] = [];
    const { run } = setUp(50, async ([event]) => {
      most = Math.max(most, ++underWay);
      sent.push(lineOf(event));
      await Promise.resolve();
      underWay--;
      return [DELIVERED];
    });
    const outcomes = await attemptLines(run);
    expect(sent.toSorted((a, b) => a - b)).toEqual(run.lines.map(({ line }) => line));
    expect(outcomes.size).toBe(50);
    expect(most).toBe(6);
  });

  it("hands lines over in batches of the size that the destination takes", async () => {
    const sizes: number[] = [];
    const { run } = setUp(
      25,
      async (events) => {
        sizes.push(events.length);
        return events.map(() => DELIVERED);
      },
      { batchSize: 10 },
    );
    expect((await attemptLines(run)).size).toBe(25);
    expect(sizes).toEqual([10, 10, 5]);
  });

  it("keeps the outcome of each line apart", async () => {
    const { run } = setUp(6, async ([event]) => [lineOf(event) % 2 === 0 ? DELIVERED : FAILED]);
    const outcomes = await attemptLines(run);
    expect([...outcomes].filter(([, outcome]) => outcome.status === "retry").map(([line]) => line)).toEqual([1, 3, 5]);
  });
});

describe("stopping early", () => {
  it("leaves the rest untried once the destination asks for a pause", async () => {
    const { run } = setUp(100, async () => [{ ...FAILED, retryAfterMs: 5000 } as Outcome]);
    expect((await attemptLines(run)).size).toBe(run.concurrency);
  });

  it("leaves the rest untried once it has failed ten times in a row", async () => {
    const { run } = setUp(100, async () => [FAILED]);
    expect((await attemptLines(run)).size).toBeLessThan(DELIVERY.downAfterFailures + run.concurrency);
  });

  it("leaves the rest untried, and nobody blamed, once this Worker may send no more requests", async () => {
    let sent = 0;
    const { run } = setUp(100, async () => {
      if (++sent > 50) throw new Error("Too many subrequests.");
      return [DELIVERED];
    });
    const outcomes = await attemptLines(run);
    expect([...outcomes.values()]).toEqual(Array.from({ length: 50 }, () => DELIVERED));
  });

  it("begins nothing new once the run's allowance is used up", async () => {
    const { run, clock } = setUp(
      100,
      async () => {
        clock.now += 300;
        return [DELIVERED];
      },
      { concurrency: 1 },
    );
    expect((await attemptLines(run)).size).toBe(4);
  });
});

describe("a destination whose code misbehaves", () => {
  it("counts one failed attempt when it throws", async () => {
    const { run } = setUp(1, () => Promise.reject(new Error("no such property")));
    expect((await attemptLines(run)).get(0)).toEqual({
      status: "retry",
      reason: "INTERNAL",
      detail: "no such property",
    });
  });

  it("counts failed attempts for events that it forgets", async () => {
    const { run } = setUp(3, async () => [DELIVERED], { batchSize: 3 });
    const outcomes = await attemptLines(run);
    expect([...outcomes.values()].map((outcome) => outcome.status)).toEqual(["delivered", "retry", "retry"]);
  });

  it("is asked to stop after ten seconds and left alone a second later when it does not", async () => {
    let asked = false;
    const { run, clock } = setUp(1, (_events, _tools, signal) => {
      signal.addEventListener("abort", () => (asked = true));
      return new Promise(() => {});
    });
    const done = attemptLines(run);
    clock.expire(DELIVERY.requestTimeoutMs);
    expect(asked).toBe(true);
    clock.expire(DELIVERY.requestTimeoutMs + 1000);
    expect((await done).get(0)).toEqual({ status: "retry", reason: "ETIMEDOUT", detail: "no answer in time" });
  });

  it("may still say itself what it saw when its time is over", async () => {
    const own: Outcome = { status: "retry", reason: "ETIMEDOUT", detail: "mine" };
    const { run, clock } = setUp(
      1,
      (_events, _tools, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve([own]))),
    );
    const done = attemptLines(run);
    clock.expire(DELIVERY.requestTimeoutMs);
    expect((await done).get(0)).toEqual(own);
  });
});
