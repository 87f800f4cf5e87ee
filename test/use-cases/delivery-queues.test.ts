import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keepDeadMessages } from "../../queues/dead-letters.ts";
import { deliverPointers } from "../../queues/deliveries.ts";
import { routeSegments, type RoutingDeps } from "../../queues/events.ts";
import type { DestinationContext } from "../../src/core/catalog.ts";
import { DELIVERY, type DeliveryPointer } from "../../src/core/delivery.ts";
import type { SegmentPointer } from "../../src/core/intake.ts";
import type { JobOpening } from "../../src/core/ledger.ts";
import { PLANS } from "../../src/core/plan.ts";
import type { DeliveryDeps } from "../../src/destinations/deliver-job.ts";
import { testBatch } from "../support/queue-batch.ts";

const pointer = (segment: number, sourceId = "src_1"): SegmentPointer => ({
  sourceId,
  shard: 0,
  segment,
  key: `segment-logs/${sourceId}/1795305600000/0-00000000${segment}.gz`,
  count: 3,
});
const destination = (id: string, enabled = true): DestinationContext => ({
  id,
  name: id,
  integrationName: "Webhooks",
  metadataId: "webhook",
  sourceIds: ["src_1"],
  enabled,
});

function routing(destinations: readonly DestinationContext[], overrides: Partial<RoutingDeps> = {}) {
  const opened: JobOpening[] = [];
  const confirmed: number[] = [];
  const deps: RoutingDeps = {
    destinationsOf: async (sourceId) => destinations.filter((one) => one.sourceIds.includes(sourceId)),
    openJob: async (opening) => void opened.push(opening),
    addToArchive: async () => undefined,
    confirm: async ({ segment }) => void confirmed.push(segment),
    ...overrides,
  };
  return { deps, opened, confirmed };
}

// What goes wrong on purpose is logged, which is none of the reader's business.
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

describe("routing a segment", () => {
  it("opens a job with each enabled destination of its source, then confirms", async () => {
    const other = { ...destination("other"), sourceIds: ["src_2"] };
    const { deps, opened, confirmed } = routing([destination("a"), destination("b"), destination("off", false), other]);
    const { batch, fates } = testBatch(pointer(1));
    await routeSegments(batch, deps);
    expect(opened.map((opening) => opening.destinationId)).toEqual(["a", "b"]);
    expect(opened[0]).toEqual({ destinationId: "a", sourceId: "src_1", key: pointer(1).key, count: 3 });
    expect(confirmed).toEqual([1]);
    expect(fates).toEqual(["ack"]);
  });

  it("opens a job for each source of a destination that has several", async () => {
    const shared = { ...destination("shared"), sourceIds: ["src_1", "src_2"] };
    const { deps, opened } = routing([shared]);
    const { batch } = testBatch(pointer(1, "src_1"), pointer(1, "src_2"), pointer(1, "src_3"));
    await routeSegments(batch, deps);
    expect(opened.map(({ destinationId, sourceId }) => [destinationId, sourceId])).toEqual([
      ["shared", "src_1"],
      ["shared", "src_2"],
    ]);
  });

  it("just confirms when nothing is connected", async () => {
    const { deps, opened, confirmed } = routing([]);
    const { batch, fates } = testBatch(pointer(1));
    await routeSegments(batch, deps);
    expect([opened, confirmed, fates]).toEqual([[], [1], ["ack"]]);
  });

  it("neither confirms nor gives up when one of the ledgers cannot be had, and its neighbours are not held up", async () => {
    const { deps, confirmed } = routing([destination("a"), destination("b")], {
      openJob: async ({ destinationId, key }) => {
        if (destinationId === "b" && key === pointer(1).key) throw new Error("overloaded");
      },
    });
    const { batch, fates } = testBatch(pointer(1), pointer(2));
    await routeSegments(batch, deps);
    expect(fates).toEqual(["retry", "ack"]);
    expect(confirmed).toEqual([2]);
  });

  it("does not confirm what the archive's index has not taken", async () => {
    const { deps, opened, confirmed } = routing([destination("a")], {
      addToArchive: () => Promise.reject(new Error("overloaded")),
    });
    const { batch, fates } = testBatch(pointer(1));
    await routeSegments(batch, deps);
    expect([opened.length, confirmed, fates]).toEqual([1, [], ["retry"]]);
  });

  it("waits for the catalog rather than guess that nothing is connected", async () => {
    const { deps, confirmed } = routing([], { destinationsOf: () => Promise.reject(new Error("unreachable")) });
    const { batch, fates } = testBatch(pointer(1));
    await routeSegments(batch, deps);
    expect([confirmed, fates]).toEqual([[], ["retry"]]);
  });
});

describe("a batch whose time is up", () => {
  it("leaves the messages whose turn did not come to the next one, and confirms the others, failed ones too", async () => {
    let now = 0;
    const { batch, fates } = testBatch(
      ...["slow", "late"].map((key): DeliveryPointer => ({ destinationId: "d1", sourceId: "src_1", key })),
      { destinationId: "d2", sourceId: "src_1", key: "quick" },
    );
    const opened: string[] = [];
    const deps = {
      tools: { now: () => now },
      async openDestination(id: string) {
        opened.push(id);
        await Promise.resolve();
        if (id === "d1") now += DELIVERY.batchBudgetMs;
        throw new Error("the catalog is out of reach");
      },
    } as unknown as DeliveryDeps;
    await deliverPointers(batch, deps, PLANS.paid);
    expect({ opened, fates }).toEqual({ opened: ["d1", "d2"], fates: ["ack", "retry", "ack"] });
  });
});

describe("messages that the queue gave up on", () => {
  const bodies = [
    pointer(1),
    { destinationId: "d", sourceId: "src_1", key: "segment-logs/x" },
    "parked batch",
    { strange: true },
  ];

  it("are kept under the queue they came from, body and all", async () => {
    const written = new Map<string, string>();
    const noted: [string, number][] = [];
    const { batch, fates } = testBatch<unknown>(...bodies);
    await keepDeadMessages(batch, {
      writeJson: async (key, text) => void written.set(key, text),
      note: async (queue, count) => void noted.push([queue, count]),
    });
    expect([...written.keys()]).toEqual(
      ["events", "deliveries", "overflow", "unknown"].map(
        (queue, i) => `dead-letters/queues/${queue}/1795305600000/m${i}.json`,
      ),
    );
    expect([...written.values()].map((text) => (JSON.parse(text) as { body: unknown }).body)).toEqual(bodies);
    expect(fates).toEqual(["ack", "ack", "ack", "ack"]);
    expect(noted).toEqual(["events", "deliveries", "overflow", "unknown"].map((queue) => [queue, 1]));
  });

  it("stay on the queue while they cannot be kept", async () => {
    const { batch, fates } = testBatch<unknown>("a", "b");
    await keepDeadMessages(batch, {
      writeJson: async (key) => {
        if (key.includes("m0")) throw new Error("R2 is down");
      },
      note: () => Promise.reject(new Error("the ledger is down")),
    });
    expect(fates).toEqual(["retry", "ack"]);
  });
});
