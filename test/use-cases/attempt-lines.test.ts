import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DELIVERY, type Outcome } from "../../src/core/delivery.ts";
import type { PerformCall } from "../../src/destinations/destination.ts";
import { DELIVERED, FAILED, lineOf, range, setUpSender, statusesOf, testBook } from "../support/attempts.ts";
import { testSends, testSubscription } from "../support/sends.ts";

// What goes wrong on purpose is logged, which is none of the reader's business.
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

describe("sending events one at a time", () => {
  it("tries every event once and never more at a time than allowed", async () => {
    let underWay = 0;
    let most = 0;
    const sent: number[] = [];
    const { sender, book } = setUpSender(async ([event]) => {
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
    const { sender } = setUpSender(async (_, call) => {
      calls.push(call);
      return [DELIVERED];
    });
    await sender.sendSingles(testSends(1, testSubscription({ actionId: "track", mapping: { a: 1 } })));
    expect(calls).toMatchObject([{ actionId: "track", mapping: { a: 1 } }]);
  });

  it("keeps the outcome of each event apart", async () => {
    const { sender, book } = setUpSender(async ([event]) => [lineOf(event) % 2 === 0 ? DELIVERED : FAILED]);
    await sender.sendSingles(testSends(6));
    const failed = [...book.outcomes].filter(([, outcome]) => outcome.status === "retry");
    expect(failed.map(([line]) => line)).toEqual([1, 3, 5]);
  });

  it("settles each portion before the next is begun, so that a crash can double only one", async () => {
    const begunAt: number[] = [];
    const { sender, book } = setUpSender(async () => {
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
    const { sender, book } = setUpSender(async () => [{ ...FAILED, retryAfterMs: 5000 } as Outcome]);
    await sender.sendSingles(testSends(100));
    expect(book.outcomes.size).toBe(6);
    expect(sender.mayGoOn()).toBe(false);
  });

  it("leaves the rest untried once it has failed ten times in a row", async () => {
    const { sender, book } = setUpSender(async () => [FAILED]);
    await sender.sendSingles(testSends(100));
    expect(book.outcomes.size).toBeLessThan(DELIVERY.downAfterFailures + 6);
  });

  it("leaves the rest untried, and nobody blamed, once this Worker may send no more requests", async () => {
    let sent = 0;
    const { sender, book } = setUpSender(async () => {
      if (++sent > 50) throw new Error("Too many subrequests.");
      return [DELIVERED];
    });
    await sender.sendSingles(testSends(100));
    expect([...book.outcomes.values()]).toEqual(Array.from({ length: 50 }, () => DELIVERED));
  });

  it("begins nothing new once the run's allowance is used up", async () => {
    const { sender, book, clock } = setUpSender(
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
    const { sender, book } = setUpSender(
      async () => [DELIVERED],
      {},
      testBook(() => false),
    );
    await sender.sendSingles(testSends(DELIVERY.chunkLines * 2));
    expect(book.outcomes.size).toBe(DELIVERY.chunkLines);
  });
});

describe("a destination whose code misbehaves", () => {
  it("counts one failed attempt when it throws", async () => {
    const { sender, book } = setUpSender(() => Promise.reject(new Error("no such property")));
    await sender.sendSingles(testSends(1));
    expect(book.outcomes.get(0)).toEqual({ status: "retry", reason: "INTERNAL", detail: "no such property" });
  });

  it("counts failed attempts for events that it forgets", async () => {
    const { sender, book } = setUpSender(async () => [DELIVERED]);
    await sender.sendBatches([testSends(3)]);
    expect(statusesOf(book)).toEqual(["delivered", "retry", "retry"]);
  });

  it("is asked to stop when its time is over and left alone a second later when it does not", async () => {
    let asked = false;
    const { sender, book, clock } = setUpSender((_events, { signal }) => {
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
    const { sender, book, clock } = setUpSender(
      (_events, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve([own]))),
    );
    const done = sender.sendSingles(testSends(1));
    clock.expire(DELIVERY.callTimeoutMs);
    await done;
    expect(book.outcomes.get(0)).toEqual(own);
  });
});
