import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DELIVERY, type Outcome } from "../../src/core/delivery.ts";
import { createSender, type AttemptRun } from "../../src/destinations/attempt-lines.ts";
import type { Send } from "../../src/destinations/decide.ts";
import type { DeliveredEvent, PerformCall } from "../../src/destinations/destination.ts";
import { testSends, testSubscription } from "../support/sends.ts";

const DELIVERED: Outcome = { status: "delivered" };
const FAILED: Outcome = { status: "retry", reason: "503" };
const REFUSED: Outcome = { status: "abandoned", reason: "400", who: "user", batchStatus: 400 };

type Perform = (events: readonly DeliveredEvent[], call: PerformCall) => Promise<readonly Outcome[]>;

/** A book that remembers outcomes by line and after which of them it was settled. */
function testBook(proceed: () => boolean = () => true) {
  const outcomes = new Map<number, Outcome>();
  const settled: number[] = [];
  let unbooked = 0;
  return {
    outcomes,
    settled,
    note(send: Send, outcome: Outcome) {
      outcomes.set(send.line.line, outcome);
      unbooked++;
    },
    get unbooked() {
      return unbooked;
    },
    async settle() {
      settled.push(unbooked);
      unbooked = 0;
      return proceed();
    },
  };
}

function setUp(perform: Perform, overrides: Partial<AttemptRun> = {}, book = testBook()) {
  const limits = new Map<AbortController, number>();
  const clock = {
    now: 0,
    /** Lets the limits of this many ms or fewer run out. */
    expire(ms: number) {
      for (const [controller, limit] of limits) if (limit <= ms) controller.abort();
    },
  };
  const sender = createSender({
    connection: { perform: (call) => perform(call.events, call) },
    book,
    concurrency: 6,
    mayBegin: () => clock.now < 1000,
    tools: { fetch: () => Promise.reject(new Error("unused")), hmacSha1Hex: async () => "", now: () => clock.now },
    timeLimit(ms) {
      const controller = new AbortController();
      limits.set(controller, ms);
      return { signal: controller.signal, clear: () => void limits.delete(controller) };
    },
    ...overrides,
  });
  return { sender, book, clock };
}

const lineOf = (event: DeliveredEvent | undefined): number => Number(event?.["line"]);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const statusesOf = (book: ReturnType<typeof testBook>) =>
  range(book.outcomes.size).map((line) => book.outcomes.get(line)?.status);

// What goes wrong on purpose is logged, which is none of the reader's business.
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

describe("sending events one at a time", () => {
  it("tries every event once and never more at a time than allowed", async () => {
    let underWay = 0;
    let most = 0;
    const sent: number[] = [];
    const { sender, book } = setUp(async ([event]) => {
      most = Math.max(most, ++underWay);
      sent.push(lineOf(event));
      await Promise.resolve();
      underWay--;
      return [DELIVERED];
    });
    await sender.sendSingles(testSends(50));
    expect(sent.toSorted((a, b) => a - b)).toEqual(range(50));
    expect(book.outcomes.size).toBe(50);
    expect(most).toBe(6);
  });

  it("says which action is meant, and with which mapping", async () => {
    const calls: PerformCall[] = [];
    const { sender } = setUp(async (_, call) => {
      calls.push(call);
      return [DELIVERED];
    });
    await sender.sendSingles(testSends(1, testSubscription({ actionId: "track", mapping: { a: 1 } })));
    expect(calls).toMatchObject([{ actionId: "track", mapping: { a: 1 } }]);
  });

  it("keeps the outcome of each event apart", async () => {
    const { sender, book } = setUp(async ([event]) => [lineOf(event) % 2 === 0 ? DELIVERED : FAILED]);
    await sender.sendSingles(testSends(6));
    const failed = [...book.outcomes].filter(([, outcome]) => outcome.status === "retry");
    expect(failed.map(([line]) => line)).toEqual([1, 3, 5]);
  });

  it("settles each portion before the next is begun, so that a crash can double only one", async () => {
    const begunAt: number[] = [];
    const { sender, book } = setUp(async () => {
      begunAt.push(book.unbooked);
      return [DELIVERED];
    });
    await sender.sendSingles(testSends(DELIVERY.chunkLines * 2 + 7));
    expect(book.settled).toEqual([DELIVERY.chunkLines, DELIVERY.chunkLines]);
    expect(book.unbooked).toBe(7);
    expect(Math.max(...begunAt)).toBeLessThan(DELIVERY.chunkLines);
  });
});

describe("stopping early", () => {
  it("leaves the rest untried once the destination asks for a pause", async () => {
    const { sender, book } = setUp(async () => [{ ...FAILED, retryAfterMs: 5000 } as Outcome]);
    await sender.sendSingles(testSends(100));
    expect(book.outcomes.size).toBe(6);
    expect(sender.mayGoOn()).toBe(false);
  });

  it("leaves the rest untried once it has failed ten times in a row", async () => {
    const { sender, book } = setUp(async () => [FAILED]);
    await sender.sendSingles(testSends(100));
    expect(book.outcomes.size).toBeLessThan(DELIVERY.downAfterFailures + 6);
  });

  it("leaves the rest untried, and nobody blamed, once this Worker may send no more requests", async () => {
    let sent = 0;
    const { sender, book } = setUp(async () => {
      if (++sent > 50) throw new Error("Too many subrequests.");
      return [DELIVERED];
    });
    await sender.sendSingles(testSends(100));
    expect([...book.outcomes.values()]).toEqual(Array.from({ length: 50 }, () => DELIVERED));
  });

  it("begins nothing new once the run's allowance is used up", async () => {
    const { sender, book, clock } = setUp(
      async () => {
        clock.now += 300;
        return [DELIVERED];
      },
      { concurrency: 1 },
    );
    await sender.sendSingles(testSends(100));
    expect(book.outcomes.size).toBe(4);
  });

  it("begins nothing new once the ledger has let the job go", async () => {
    const { sender, book } = setUp(
      async () => [DELIVERED],
      {},
      testBook(() => false),
    );
    await sender.sendSingles(testSends(DELIVERY.chunkLines * 2));
    expect(book.outcomes.size).toBe(DELIVERY.chunkLines);
  });
});

describe("sending batches", () => {
  it("hands each over whole and settles it as soon as it is done, before that worker takes another", async () => {
    const sizes: number[] = [];
    const { sender, book } = setUp(
      async (events) => {
        sizes.push(events.length);
        return events.map(() => DELIVERED);
      },
      { concurrency: 1 },
    );
    const sends = testSends(25);
    await sender.sendBatches([sends.slice(0, 10), sends.slice(10, 20), sends.slice(20)]);
    expect(sizes).toEqual([10, 10, 5]);
    expect(book.settled).toEqual([10, 10]);
    expect(book.outcomes.size).toBe(25);
  });

  it("keeps what a destination says of each event apart, without sending any again", async () => {
    let calls = 0;
    const { sender, book } = setUp(async (events) => {
      calls++;
      return events.map((event) =>
        lineOf(event) === 1 ? ({ status: "abandoned", reason: "400", who: "user" } as Outcome) : DELIVERED,
      );
    });
    await sender.sendBatches([testSends(3)]);
    expect(statusesOf(book)).toEqual(["delivered", "abandoned", "delivered"]);
    expect(calls).toBe(1);
  });

  it("halves a batch that is refused as a whole until the poisoned event stands alone", async () => {
    const sizes: number[] = [];
    const { sender, book } = setUp(async (events) => {
      sizes.push(events.length);
      const poisoned = events.some((event) => lineOf(event) === 5);
      return events.map(() => (poisoned ? REFUSED : DELIVERED));
    });
    await sender.sendBatches([testSends(8)]);
    expect(statusesOf(book)).toEqual(range(8).map((line) => (line === 5 ? "abandoned" : "delivered")));
    expect(sizes.toSorted((a, b) => b - a)).toEqual([8, 4, 4, 2, 2, 1, 1]);
  });

  it.each([413, 422])("halves a batch that is answered %i as well", async (status) => {
    const { sender, book } = setUp(async (events) =>
      events.map(() => (events.length > 2 ? { ...REFUSED, reason: `${status}`, batchStatus: status } : DELIVERED)),
    );
    await sender.sendBatches([testSends(8)]);
    expect(statusesOf(book)).toEqual(range(8).map(() => "delivered"));
  });

  it.each([401, 403, 404])("does not halve a batch that is answered %i, which no smaller one mends", async (status) => {
    let calls = 0;
    const { sender, book } = setUp(async (events) => {
      calls++;
      return events.map(() => ({ ...REFUSED, reason: `${status}`, batchStatus: status }));
    });
    await sender.sendBatches([testSends(8)]);
    expect(calls).toBe(1);
    expect(statusesOf(book)).toEqual(range(8).map(() => "abandoned"));
  });

  it("does not halve a batch that may be taken later", async () => {
    let calls = 0;
    const { sender, book } = setUp(async (events) => {
      calls++;
      return events.map(() => FAILED);
    });
    await sender.sendBatches([testSends(8)]);
    expect(calls).toBe(1);
    expect(statusesOf(book)).toEqual(range(8).map(() => "retry"));
  });

  it("settles on the way when a batch comes apart into many", async () => {
    const { sender, book } = setUp(async (events) => events.map(() => (events.length > 1 ? REFUSED : DELIVERED)));
    await sender.sendBatches([testSends(DELIVERY.chunkLines * 2 + 1)]);
    expect(book.outcomes.size).toBe(DELIVERY.chunkLines * 2 + 1);
    expect(book.settled).toEqual([DELIVERY.chunkLines, DELIVERY.chunkLines]);
  });

  it("leaves the halves untried that the run has no time for, once it has learned of some events", async () => {
    let left = 2;
    const { sender, book } = setUp(async (events) => events.map(() => (events.length > 2 ? REFUSED : DELIVERED)), {
      mayBegin: () => left-- > 0,
    });
    await sender.sendBatches([testSends(4)]);
    expect([...book.outcomes.keys()]).toEqual([0, 1]);
  });

  it("counts a failed attempt when nothing was learned, so that a slow refusal cannot go round for ever", async () => {
    let left = 2;
    const { sender, book } = setUp(async (events) => events.map(() => REFUSED), { mayBegin: () => left-- > 0 });
    await sender.sendBatches([testSends(8)]);
    expect(statusesOf(book)).toEqual(range(8).map(() => "retry"));
    expect(book.outcomes.get(0)).toMatchObject({ reason: "400", detail: expect.stringContaining("part of a batch") });
  });
});

describe("a destination whose code misbehaves", () => {
  it("counts one failed attempt when it throws", async () => {
    const { sender, book } = setUp(() => Promise.reject(new Error("no such property")));
    await sender.sendSingles(testSends(1));
    expect(book.outcomes.get(0)).toEqual({ status: "retry", reason: "INTERNAL", detail: "no such property" });
  });

  it("counts failed attempts for events that it forgets", async () => {
    const { sender, book } = setUp(async () => [DELIVERED]);
    await sender.sendBatches([testSends(3)]);
    expect(statusesOf(book)).toEqual(["delivered", "retry", "retry"]);
  });

  it("is asked to stop when its time is over and left alone a second later when it does not", async () => {
    let asked = false;
    const { sender, book, clock } = setUp((_events, { signal }) => {
      signal.addEventListener("abort", () => (asked = true));
      return new Promise(() => {});
    });
    const done = sender.sendSingles(testSends(1));
    clock.expire(DELIVERY.callTimeoutMs);
    expect(asked).toBe(true);
    clock.expire(DELIVERY.callTimeoutMs + 1000);
    await done;
    expect(book.outcomes.get(0)).toEqual({ status: "retry", reason: "ETIMEDOUT", detail: "no answer in time" });
  });

  it("may still say itself what it saw when its time is over", async () => {
    const own: Outcome = { status: "retry", reason: "ETIMEDOUT", detail: "mine" };
    const { sender, book, clock } = setUp(
      (_events, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve([own]))),
    );
    const done = sender.sendSingles(testSends(1));
    clock.expire(DELIVERY.callTimeoutMs);
    await done;
    expect(book.outcomes.get(0)).toEqual(own);
  });
});
