import { describe, expect, it } from "vitest";
import type { OpenDestination } from "../../src/core/catalog.ts";
import type { FilterAction, FilterRecord } from "../../src/core/filter-record.ts";
import { deliverJob } from "../../src/destinations/deliver-job.ts";
import { claimOf, memoryDelivery, openedDestination, type MemoryDelivery } from "../support/memory-delivery.ts";
import { testSubscription } from "../support/sends.ts";

const POINTER = {
  destinationId: "dst_1",
  sourceId: "src_1",
  key: "segment-logs/src_1/1795305600000/0-000000001.gz",
  replayId: "replay-r1-0",
};
const opened = (overrides: Partial<OpenDestination> = {}) => openedDestination("dst_1", "src_1", overrides);
const filter = (condition: string, actions: FilterAction[]): FilterRecord => ({
  id: "flt_1",
  destinationId: "dst_1",
  sourceId: "src_1",
  title: "Rule",
  if: condition,
  actions,
  enabled: true,
  createdAt: 0,
  updatedAt: 0,
});

/** Delivers a replay's job over these lines; what was sent, and what was told of each cell. */
async function replay(
  lines: readonly unknown[] | null,
  destination: OpenDestination | null,
  claim = claimOf(lines?.length ?? 2, ["sub_1"]),
  pointer: Partial<typeof POINTER> = POINTER,
) {
  const sent: Record<string, unknown>[] = [];
  const memory: MemoryDelivery = memoryDelivery({
    opened: destination,
    claim,
    lines,
    perform: async (events) => {
      sent.push(...events);
      return events.map(() => ({ status: "delivered" }));
    },
  });
  await deliverJob({ ...POINTER, ...pointer }, memory.deps, memory.limits);
  const outcomes = memory.settlements.flatMap(({ outcomes: all }) => all);
  return { sent, told: outcomes.map(({ cell, status, reason }) => [cell, reason ?? status]), letters: memory.letters };
}

describe("a replay's delivery", () => {
  it("names the one destination in the integrations object and leaves the rest of the event as it was", async () => {
    const event = {
      type: "track",
      messageId: "a",
      timestamp: "2025-01-01T00:00:00.000Z",
      originalTimestamp: "2025-01-01T00:00:01.000Z",
      receivedAt: "2025-01-01T00:00:02.000Z",
      integrations: { All: true, Test: false, Amplitude: { session_id: 1 } },
      context: { consent: { categoryPreferences: { ads: true } } },
    };
    const { sent } = await replay([event], opened({ consentCategories: ["ads"] }));
    expect(sent).toEqual([{ ...event, integrations: { All: false, Test: true } }]);
  });

  it("does the same when an event that was let through is tried again", async () => {
    const claim = claimOf(1, ["sub_1"], { cells: [1], attempt: 3 });
    const { sent } = await replay([{ type: "track", integrations: { Test: false } }], opened(), claim);
    expect(sent).toEqual([{ type: "track", integrations: { All: false, Test: true } }]);
  });

  it("leaves the integrations object of live traffic and of re-sends alone", async () => {
    const event = { type: "track", integrations: { Amplitude: false } };
    const { sent } = await replay([event], opened(), undefined, { replayId: "resend-r1-0" });
    expect(sent).toEqual([event]);
  });

  it("does the same in a re-send of what a replay gave up, also of a destination that is off", async () => {
    const off = opened();
    const disabled = { ...off, destination: { ...off.destination, enabled: false } };
    const claim = claimOf(1, ["sub_1"], { cells: [1] });
    const { sent } = await replay([{ type: "track", integrations: { Test: false } }], disabled, claim, {
      replayId: "resend-r1-0r",
    });
    expect(sent).toEqual([{ type: "track", integrations: { All: false, Test: true } }]);
  });

  it("asks consent again, of the event as it came", async () => {
    const consenting = (consent: unknown, integrations = {}) => ({ type: "track", integrations, context: { consent } });
    const { told } = await replay(
      [
        consenting({ categoryPreferences: { ads: false } }),
        consenting({ categoryPreferences: { ads: true } }),
        // An empty consent object says nothing unless the event says which tools it is for: this one did not.
        consenting({}),
        consenting({}, { Amplitude: true }),
      ],
      opened({ consentCategories: ["ads"] }),
    );
    expect(told.toSorted()).toEqual([
      [0, "FILTERED_BY_END_USER_CONSENT"],
      [3, "FILTERED_BY_END_USER_CONSENT"],
      [5, "delivered"],
      [6, "delivered"],
    ]);
  });

  it("asks filters and triggers as they are now; they see what would be sent", async () => {
    const pages = testSubscription({ id: "sub_1", trigger: 'type = "page"' });
    const drop = filter("integrations.All = true", [{ type: "DROP" }]);
    const named = filter("event = 'Secret'", [{ type: "DROP" }]);
    const { told } = await replay(
      [{ type: "track" }, { type: "page", integrations: { All: true } }, { type: "page", event: "Secret" }],
      opened({ subscriptions: [pages], filters: [drop, named] }),
    );
    expect(told.toSorted()).toEqual([
      [0, "NO_MATCHING_MAPPING"],
      [2, "FILTERED_BY_RULES"],
      [4, "delivered"],
    ]);
  });

  it("reaches a destination that is switched off, which nothing else does", async () => {
    const off = opened();
    const disabled = { ...off, destination: { ...off.destination, enabled: false } };
    expect((await replay([{ type: "track" }], disabled)).told).toEqual([[1, "delivered"]]);
    const { told } = await replay([{ type: "track" }], disabled, undefined, { replayId: "resend-r1-0" });
    expect(told).toEqual([[0, "destination_disabled"]]);
  });

  it("is dropped by name when the destination was deleted or has lost the source", async () => {
    const { destination } = opened();
    const lost = opened({ destination: { ...destination, sourceIds: ["src_2"] } });
    expect((await replay([{ type: "track" }], null)).told).toEqual([[0, "destination_deleted"]]);
    expect((await replay([{ type: "track" }], lost)).told).toEqual([[0, "source_disconnected"]]);
  });

  it("is dropped by name when the archive keeps the segment no longer", async () => {
    const { told, letters } = await replay(null, opened());
    expect(told).toEqual([
      [0, "event_gone"],
      [1, "event_gone"],
    ]);
    expect(letters).toEqual([]);
  });
});
