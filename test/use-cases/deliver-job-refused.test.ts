import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OpenDestination } from "../../src/core/catalog.ts";
import { DELIVERY, type DeliveryPointer } from "../../src/core/delivery.ts";
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

const run = ({ deps, limits }: MemoryDelivery, pointer = POINTER) => deliverJob(pointer, deps, limits);
const outcomesOf = ({ settlements }: MemoryDelivery) =>
  settlements.flatMap(({ outcomes }) => outcomes).map(({ cell, status, reason }) => [cell, reason ?? status]);
const releases = ({ settlements }: MemoryDelivery) => settlements.map(({ release }) => release);

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

describe("what cannot be sent", () => {
  it("is dropped unread when the destination is off, gone or has lost its source: at the gate what was not decided yet, else on its lanes", async () => {
    const off = opened();
    const cases: [OpenDestination | null, string][] = [
      [null, "destination_deleted"],
      [{ ...off, destination: { ...off.destination, enabled: false } }, "destination_disabled"],
      [{ ...off, destination: { ...off.destination, sourceIds: ["src_2"] } }, "source_disconnected"],
    ];
    for (const [destination, reason] of cases) {
      const memory = memoryDelivery({
        opened: destination,
        claim: claimOf(2, ["sub_1"], { cells: [0, 2, 3] }),
        lines: events(2),
        deps: { readSegment: () => Promise.reject(new Error("not to be read")) },
      });
      await run(memory);
      expect(outcomesOf(memory)).toEqual([
        [0, reason],
        [3, reason],
      ]);
      expect(releases(memory)).toEqual([true]);
    }
  });

  it("is given up with a letter for each subscription that wants it, when its kind or settings are no good", async () => {
    const unknown = { findDestination: async () => undefined };
    const wrong = {
      findDestination: async () => ({
        id: "test",
        name: "Test",
        open: () => ({ ok: false as const, error: "apiKey: missing" }),
      }),
    };
    for (const [deps, detail] of [
      [unknown, "no destination is called test"],
      [wrong, "apiKey: missing"],
    ] as const) {
      const memory = memoryDelivery({
        opened: opened({ subscriptions: [testSubscription(), PAGES] }),
        claim: claimOf(2, ["sub_1", "sub_pages"]),
        lines: [track("a"), { type: "identify", messageId: "b" }],
        deps,
      });
      await run(memory);
      expect(outcomesOf(memory)).toEqual([
        [1, "NO_MATCHING_MAPPING"],
        [2, "INVALID_SETTINGS"],
      ]);
      expect(memory.letters).toMatchObject([
        { messageId: "a", subscriptionId: "sub_1", reason: "INVALID_SETTINGS", detail },
      ]);
      expect(memory.settlements[0]!.letters).toMatchObject([{ cells: [2] }]);
    }
  });

  it("is given up after the gate has let it through when a destination was down for too long", async () => {
    const memory = memoryDelivery({
      opened: opened(),
      claim: claimOf(2, ["sub_1"], { mode: "give_up" }),
      lines: [track("a", { integrations: { All: false } }), track("b")],
    });
    await run(memory);
    expect(memory.sent).toEqual([]);
    expect(outcomesOf(memory)).toEqual([
      [0, "FILTERED_BY_INTEGRATIONS_OBJECT"],
      [3, "RETRY"],
    ]);
    expect(memory.letters).toMatchObject([
      { messageId: "b", detail: "the destination was down for 24 hours, or every attempt ended the consumer" },
    ]);
  });

  it("waits while secrets cannot be opened, which the ledger hears of one cell", async () => {
    const memory = memoryDelivery({
      opened: opened({ unreadable: ["apiKey"] }),
      claim: claimOf(3, ["sub_1"]),
      lines: events(3),
    });
    await run(memory);
    expect(memory.settlements).toMatchObject([
      { mode: "probe", outcomes: [{ status: "retry", reason: "INVALID_SETTINGS", retryAfterMs: DELIVERY.holdMs }] },
    ]);
  });

  it("waits, visibly, while the destination's code cannot be loaded, instead of going round unseen", async () => {
    const memory = memoryDelivery({
      opened: opened(),
      claim: claimOf(3, ["sub_1"]),
      lines: events(3),
      deps: { findDestination: () => Promise.reject(new Error("no such module")) },
    });
    await run(memory);
    const held = { status: "retry", reason: "INTERNAL", retryAfterMs: DELIVERY.holdMs };
    expect(memory.settlements).toMatchObject([{ mode: "probe", outcomes: [held], release: true }]);
  });

  it("is given up at the gate, never to be asked for again, when the archive has lost it", async () => {
    const gone = memoryDelivery({ opened: opened(), claim: claimOf(2, ["sub_1"]), lines: null });
    await run(gone);
    expect(outcomesOf(gone)).toEqual([
      [0, "INTERNAL"],
      [1, "INTERNAL"],
    ]);
    const short = memoryDelivery({ opened: opened(), claim: claimOf(3, ["sub_1"]), lines: events(1) });
    await run(short);
    expect(outcomesOf(short)).toEqual([
      [1, "INTERNAL"],
      [2, "INTERNAL"],
      [3, "delivered"],
    ]);
  });

  it("is dropped by that name when retention has ended the events, and is nobody's dead letter", async () => {
    const memory = memoryDelivery({
      opened: opened(),
      claim: claimOf(2, ["sub_1"]),
      lines: null,
      deps: { isRemoved: async (key) => key === POINTER.key },
    });
    await run(memory);
    expect(outcomesOf(memory)).toEqual([
      [0, "event_gone"],
      [1, "event_gone"],
    ]);
    expect(memory.letters).toEqual([]);
  });

  it("for a great many lines is told in bounded settlements", async () => {
    const memory = memoryDelivery({ opened: null, claim: claimOf(12_000, []), lines: null });
    await run(memory);
    expect(memory.settlements.map(({ outcomes }) => outcomes.length)).toEqual([5000, 5000, 2000]);
    expect(releases(memory)).toEqual([false, false, true]);
  });
});

describe("a re-send", () => {
  const RESEND = { ...POINTER, replayId: "resend-r1-0" };

  it("sends exactly what it is about, though the trigger would not want it now, unless consent forbids it now", async () => {
    const memory = memoryDelivery({
      opened: opened({ subscriptions: [PAGES], consentCategories: ["ads"] }),
      claim: claimOf(3, ["sub_pages"], { cells: [3, 5] }),
      lines: [
        track("a", { context: { consent: { categoryPreferences: { ads: true } } } }),
        track("b"),
        track("c", { context: { consent: { categoryPreferences: { ads: false } } } }),
      ],
    });
    await run(memory, RESEND);
    expect(memory.sent).toEqual([["a"]]);
    expect(outcomesOf(memory)).toEqual([
      [5, "FILTERED_BY_END_USER_CONSENT"],
      [3, "delivered"],
    ]);
  });

  it("drops by name what was for a subscription that is off or gone", async () => {
    const memory = memoryDelivery({
      opened: opened({ subscriptions: [testSubscription({ enabled: false })] }),
      claim: claimOf(1, ["sub_1", "gone"], { cells: [1, 2] }),
      lines: events(1),
    });
    await run(memory, RESEND);
    expect(outcomesOf(memory)).toEqual([
      [1, "subscription_disabled"],
      [2, "subscription_deleted"],
    ]);
  });
});
