import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OpenDestination } from "../../src/core/catalog.ts";
import { DELIVERY, type DeliveryPointer } from "../../src/core/delivery.ts";
import type { FilterRecord } from "../../src/core/filter-record.ts";
import { deliverJob } from "../../src/destinations/deliver-job.ts";
import { claimOf, memoryDelivery, openedDestination, type MemoryDelivery } from "../support/memory-delivery.ts";
import { testSubscription } from "../support/sends.ts";

const POINTER: DeliveryPointer = {
  destinationId: "dst_1",
  sourceId: "src_1",
  key: "segment-logs/src_1/1795305600000/0-000000001.gz",
};
const opened = (overrides: Partial<OpenDestination> = {}) => openedDestination("dst_1", "src_1", overrides);
const track = (messageId: string, extra: Record<string, unknown> = {}) => ({ type: "track", messageId, ...extra });
const events = (count: number) => Array.from({ length: count }, (_, i) => track(`m${i}`));
const PAGES = testSubscription({ id: "sub_pages", trigger: 'type = "page"' });
const WHOLE = { size: 1000, bytes: 4_000_000, keyOf: () => "same" };

const run = ({ deps, limits }: MemoryDelivery, pointer = POINTER) => deliverJob(pointer, deps, limits);
const outcomesOf = ({ settlements }: MemoryDelivery) =>
  settlements.flatMap(({ outcomes }) => outcomes).map(({ cell, status, reason }) => [cell, reason ?? status]);
const releases = ({ settlements }: MemoryDelivery) => settlements.map(({ release }) => release);

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

describe("what a delivery asks the ledger for", () => {
  it("is the subscriptions that are on now", async () => {
    const off = testSubscription({ id: "off", enabled: false });
    const memory = memoryDelivery({
      opened: opened({ subscriptions: [testSubscription(), off, PAGES] }),
      claim: claimOf(0, []),
      lines: [],
    });
    await run(memory, { ...POINTER, replayId: "r1" });
    expect(memory.asked).toEqual([{ key: POINTER.key, replayId: "r1", lanes: ["sub_1", "sub_pages"] }]);
  });
});

describe("a delivery", () => {
  it("sends each event to each subscription that wants it and settles all of it at once when it is short", async () => {
    const memory = memoryDelivery({
      opened: opened({ subscriptions: [testSubscription(), PAGES] }),
      claim: claimOf(3, ["sub_1", "sub_pages"]),
      lines: [track("a"), { type: "page", messageId: "b" }, { type: "identify", messageId: "c" }],
    });
    await run(memory);
    expect(memory.sent).toEqual([["a"], ["b"]]);
    expect(memory.settlements).toHaveLength(1);
    expect(memory.settlements[0]).toMatchObject({ passed: [0, 1], unmatched: [6, 4], release: true });
    expect(outcomesOf(memory)).toEqual([
      [2, "NO_MATCHING_MAPPING"],
      [3, "delivered"],
      [7, "delivered"],
    ]);
  });

  it("reads and parses the segment once, however many subscriptions there are", async () => {
    const subscriptions = Array.from({ length: 5 }, (_, i) => testSubscription({ id: `s${i}` }));
    let read = 0;
    const base = memoryDelivery({ opened: null, claim: claimOf(0, []), lines: events(10) });
    const memory = memoryDelivery({
      opened: opened({ subscriptions }),
      claim: claimOf(
        10,
        subscriptions.map(({ id }) => id),
      ),
      lines: [],
      deps: {
        readSegment: (key) => {
          read++;
          return base.deps.readSegment(key);
        },
      },
    });
    const parse = vi.spyOn(JSON, "parse");
    await run(memory);
    expect({ read, parsed: parse.mock.calls.length, sent: memory.sent.length }).toEqual({
      read: 1,
      parsed: 10,
      sent: 50,
    });
  });

  it("books at least every so many single events, so that a crash doubles no more", async () => {
    const count = DELIVERY.chunkLines * 2 + 5;
    const memory = memoryDelivery({ opened: opened(), claim: claimOf(count, ["sub_1"]), lines: events(count) });
    await run(memory);
    expect(memory.settlements.map(({ outcomes }) => outcomes.length)).toEqual([
      DELIVERY.chunkLines,
      DELIVERY.chunkLines,
      5,
    ]);
    expect(releases(memory)).toEqual([false, false, true]);
  });

  it("sends what belongs together as one batch, and books batches as it books single events", async () => {
    const half = DELIVERY.chunkLines / 2;
    const count = DELIVERY.chunkLines + 5;
    const memory = memoryDelivery({
      opened: opened(),
      claim: claimOf(count, ["sub_1"]),
      lines: events(count),
      batching: () => ({ ...WHOLE, size: half }),
      limits: { concurrency: 1 },
    });
    await run(memory);
    expect(memory.sent.map(({ length }) => length)).toEqual([half, half, 5]);
    expect(memory.settlements.map(({ outcomes }) => outcomes.length)).toEqual([DELIVERY.chunkLines, 5]);
  });

  it("drops what a filter stops without a request, one settlement for all", async () => {
    const filter: FilterRecord = {
      id: "f",
      destinationId: "dst_1",
      sourceId: "src_1",
      title: "None",
      if: "all",
      actions: [{ type: "DROP" }],
      enabled: true,
      createdAt: 0,
      updatedAt: 0,
    };
    const memory = memoryDelivery({
      opened: opened({ filters: [filter] }),
      claim: claimOf(500, ["sub_1"]),
      lines: events(500),
    });
    await run(memory);
    expect(memory.sent).toEqual([]);
    expect(memory.settlements).toHaveLength(1);
    expect(new Set(outcomesOf(memory).map(([, reason]) => reason))).toEqual(new Set(["FILTERED_BY_RULES"]));
  });

  it("asks gate and triggers of a line once: a later attempt sends it whatever they say", async () => {
    const memory = memoryDelivery({
      opened: opened({ subscriptions: [testSubscription({ trigger: 'type = "page"' })] }),
      claim: claimOf(3, ["sub_1"], { cells: [4], attempt: 2 }),
      lines: [track("a"), track("b", { integrations: { Test: false } }), track("c")],
    });
    await run(memory);
    expect(memory.sent).toEqual([["b"]]);
    expect(memory.settlements).toMatchObject([{ passed: [], unmatched: [], outcomes: [{ cell: 4 }] }]);
  });

  it("stops when its time is up, books what it has and lets the job go", async () => {
    let left = 5;
    const memory = memoryDelivery({
      opened: opened(),
      claim: claimOf(100, ["sub_1"]),
      lines: events(100),
      limits: { mayBegin: () => left-- > 0 },
    });
    await run(memory);
    expect(memory.sent).toHaveLength(5);
    expect(releases(memory)).toEqual([true]);
    expect(outcomesOf(memory)).toHaveLength(5);
  });

  it("says that it is alive when the archive does not answer, and leaves everything as it was", async () => {
    const memory = memoryDelivery({
      opened: opened(),
      claim: claimOf(2, ["sub_1"]),
      lines: events(2),
      deps: { readSegment: () => Promise.reject(new Error("the archive is down")) },
    });
    await expect(run(memory)).rejects.toThrow("the archive is down");
    expect(memory.settlements).toMatchObject([{ part: 1, passed: [], outcomes: [], letters: [], release: false }]);
  });

  it("books what was sent meanwhile when one settlement fails, and sends nothing more", async () => {
    const told: number[] = [];
    const memory = memoryDelivery({
      opened: opened(),
      claim: claimOf(200, ["sub_1"]),
      lines: events(200),
      deps: {
        settle: async (_, { outcomes }) => {
          told.push(outcomes.length);
          throw new Error("the ledger is out of reach");
        },
      },
    });
    await expect(run(memory)).rejects.toThrow("out of reach");
    expect(told).toEqual([DELIVERY.chunkLines]);
    expect(memory.sent).toHaveLength(DELIVERY.chunkLines);
  });
});

describe("a probe", () => {
  it("sends one event and no more, deciding as many lines as that takes", async () => {
    const memory = memoryDelivery({
      opened: opened({ subscriptions: [testSubscription(), testSubscription({ id: "sub_2" })] }),
      claim: claimOf(4, ["sub_1", "sub_2"], { mode: "probe" }),
      lines: [{ type: "page", messageId: "a" }, track("b"), track("c"), track("d")],
    });
    await run(memory);
    expect(memory.sent).toEqual([["b"]]);
    expect(memory.settlements).toMatchObject([{ mode: "probe", passed: [1], release: true }]);
    expect(outcomesOf(memory)).toEqual([
      [0, "NO_MATCHING_MAPPING"],
      [5, "delivered"],
    ]);
  });

  it("is not used up by what waits for a subscription that is off", async () => {
    const memory = memoryDelivery({
      opened: opened({ subscriptions: [testSubscription({ enabled: false }), testSubscription({ id: "sub_2" })] }),
      claim: claimOf(3, ["sub_1", "sub_2"], { mode: "probe", cells: [3, 4, 7, 8] }),
      lines: events(3),
    });
    await run(memory);
    expect(memory.sent).toEqual([["m1"]]);
    expect(outcomesOf(memory)).toEqual([
      [3, "subscription_disabled"],
      [4, "subscription_disabled"],
      [7, "delivered"],
    ]);
  });

  it("of a batch sends one event of it", async () => {
    const memory = memoryDelivery({
      opened: opened(),
      claim: claimOf(3, ["sub_1"], { mode: "probe", cells: [4, 5] }),
      lines: events(3),
      batching: () => WHOLE,
    });
    await run(memory);
    expect(memory.sent).toEqual([["m1"]]);
  });
});
