import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DELIVERY, type Outcome } from "../../src/core/delivery.ts";
import { DELIVERED, FAILED, lineOf, range, REFUSED, setUpSender, statusesOf } from "../support/attempts.ts";
import { testSends } from "../support/sends.ts";

// What goes wrong on purpose is logged, which is none of the reader's business.
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

describe("sending batches", () => {
  it("hands each over whole, and books before another when so many are done that a crash would double too much", async () => {
    const sizes: number[] = [];
    const { sender, book } = setUpSender(
      async (events) => {
        sizes.push(events.length);
        return events.map(() => DELIVERED);
      },
      { concurrency: 1 },
    );
    const [most, half] = [DELIVERY.chunkLines, DELIVERY.chunkLines / 2];
    const sends = testSends(2 * most + 5);
    const ends = [0, half, most, 2 * most, 2 * most + 5];
    await sender.sendBatches(ends.slice(1).map((end, i) => sends.slice(ends[i], end)));
    expect(sizes).toEqual([half, half, most, 5]);
    expect(book.settled).toEqual([most, most]);
    expect(book.outcomes.size).toBe(2 * most + 5);
  });

  it("keeps what a destination says of each event apart, without sending any again", async () => {
    let calls = 0;
    const { sender, book } = setUpSender(async (events) => {
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
    const { sender, book } = setUpSender(async (events) => {
      sizes.push(events.length);
      const poisoned = events.some((event) => lineOf(event) === 5);
      return events.map(() => (poisoned ? REFUSED : DELIVERED));
    });
    await sender.sendBatches([testSends(8)]);
    expect(statusesOf(book)).toEqual(range(8).map((line) => (line === 5 ? "abandoned" : "delivered")));
    expect(sizes.toSorted((a, b) => b - a)).toEqual([8, 4, 4, 2, 2, 1, 1]);
  });

  it("sends the halves without fault before it looks for the event that is to blame", async () => {
    let left = 3;
    const { sender, book } = setUpSender(
      async (events) => events.map(() => (events.some((event) => lineOf(event) === 0) ? REFUSED : DELIVERED)),
      { mayBegin: () => left-- > 0 },
    );
    await sender.sendBatches([testSends(100)]);
    expect([...book.outcomes.keys()]).toEqual(range(100).slice(50));
  });

  it("halves only what was refused together, not what the destination's code had sorted out before", async () => {
    const batches: number[][] = [];
    const { sender, book } = setUpSender(async (events) => {
      batches.push(events.map(lineOf));
      const poisoned = events.some((event) => lineOf(event) === 5);
      return events.map((event) => {
        if (lineOf(event) < 2) return { status: "abandoned", reason: "MESSAGE_REJECTED", who: "user" };
        return poisoned ? REFUSED : DELIVERED;
      });
    });
    await sender.sendBatches([testSends(6)]);
    expect(batches).toEqual([[0, 1, 2, 3, 4, 5], [2, 3], [4, 5], [4], [5]]);
    expect(statusesOf(book)).toEqual(["abandoned", "abandoned", "delivered", "delivered", "delivered", "abandoned"]);
  });

  it.each([413, 422])("halves a batch that is answered %i as well", async (status) => {
    const { sender, book } = setUpSender(async (events) =>
      events.map(() => (events.length > 2 ? { ...REFUSED, reason: `${status}`, batchStatus: status } : DELIVERED)),
    );
    await sender.sendBatches([testSends(8)]);
    expect(statusesOf(book)).toEqual(range(8).map(() => "delivered"));
  });

  it.each([401, 403, 404])("does not halve a batch that is answered %i, which no smaller one mends", async (status) => {
    let calls = 0;
    const { sender, book } = setUpSender(async (events) => {
      calls++;
      return events.map(() => ({ ...REFUSED, reason: `${status}`, batchStatus: status }));
    });
    await sender.sendBatches([testSends(8)]);
    expect(calls).toBe(1);
    expect(statusesOf(book)).toEqual(range(8).map(() => "abandoned"));
  });

  it("does not halve a batch that may be taken later", async () => {
    let calls = 0;
    const { sender, book } = setUpSender(async (events) => {
      calls++;
      return events.map(() => FAILED);
    });
    await sender.sendBatches([testSends(8)]);
    expect(calls).toBe(1);
    expect(statusesOf(book)).toEqual(range(8).map(() => "retry"));
  });

  it("is taken for down after ten batches that failed, not after one with ten events", async () => {
    let calls = 0;
    const { sender } = setUpSender(
      async (events) => {
        calls++;
        return events.map(() => FAILED);
      },
      { concurrency: 1 },
    );
    const sends = testSends(400);
    await sender.sendBatches(range(20).map((batch) => sends.slice(batch * 20, batch * 20 + 20)));
    expect(calls).toBe(DELIVERY.downAfterFailures);
  });

  it("settles on the way when a batch comes apart into many", async () => {
    const { sender, book } = setUpSender(async (events) => events.map(() => (events.length > 1 ? REFUSED : DELIVERED)));
    await sender.sendBatches([testSends(DELIVERY.chunkLines * 2 + 1)]);
    expect(book.outcomes.size).toBe(DELIVERY.chunkLines * 2 + 1);
    expect(book.settled).toEqual([DELIVERY.chunkLines, DELIVERY.chunkLines]);
  });

  it("leaves the halves untried that the run has no time for, once it has learned of some events", async () => {
    let left = 2;
    const { sender, book } = setUpSender(
      async (events) => events.map(() => (events.length > 2 ? REFUSED : DELIVERED)),
      {
        mayBegin: () => left-- > 0,
      },
    );
    await sender.sendBatches([testSends(4)]);
    expect([...book.outcomes.keys()]).toEqual([0, 1]);
  });

  it("counts a failed attempt when nothing was learned, so that a slow refusal cannot go round for ever", async () => {
    let left = 2;
    const { sender, book } = setUpSender(async (events) => events.map(() => REFUSED), { mayBegin: () => left-- > 0 });
    await sender.sendBatches([testSends(8)]);
    expect(statusesOf(book)).toEqual(range(8).map(() => "retry"));
    expect(book.outcomes.get(0)).toMatchObject({ reason: "400", detail: expect.stringContaining("part of a batch") });
  });
});
