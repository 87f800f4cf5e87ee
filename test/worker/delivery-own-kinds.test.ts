import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPutObject } from "../../src/bindings/object-store.ts";
import type { SettingValue } from "../../src/core/catalog.ts";
import { OWN_KINDS } from "../../src/destinations/own/index.ts";
import { findDestination } from "../../src/destinations/registry.ts";
import { createRig, live, type DeliveryRig } from "../support/delivery.ts";
import { testSubscription } from "../support/sends.ts";

const MINUTE = 60_000;
const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `e${String(i).padStart(4, "0")}`);

// Minutes pass one by one, each with its alarm and its queue: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A rig that delivers to one of our own kinds, as its preset maps events; what it sends comes back to the rig. */
function ownRig(id: string, settings: Record<string, SettingValue>): DeliveryRig {
  const rig = createRig();
  const [preset] = OWN_KINDS.find(({ kind }) => kind.id === id)!.kind.presets;
  const { actionId, mapping, trigger } = preset!;
  rig.deps = {
    ...rig.deps,
    findDestination,
    tools: { ...rig.deps.tools, putObject: createPutObject({ EXPORTS: env.ARCHIVE }) },
  };
  rig.opened = {
    ...rig.opened!,
    destination: { ...rig.opened!.destination, metadataId: id },
    settings,
    subscriptions: [testSubscription({ actionId, mapping, trigger: trigger! })],
  };
  return rig;
}

describe("our own kinds, delivered by the real ledger and consumer", () => {
  it("the test sink shows failing events and then their recovery, and nothing leaves the collector", async () => {
    const rig = ownRig("sink", { failPercent: 30, failStatus: 503, recoverSeconds: 120 });
    await rig.addSegment(idsOf(100));
    await rig.drain();
    const first = await rig.summary();
    expect(first.delivered + first.waiting).toBe(100);
    expect(first.waiting).toBeGreaterThan(10);
    expect(first.errors).toMatchObject([{ status: "retry", reason: "503" }]);
    await live(rig, 10 * MINUTE);
    expect(await rig.summary()).toMatchObject({ delivered: 100, waiting: 0, abandoned: 0 });
    expect(rig.requests).toEqual([]);
  });

  it("Segment gets batches of a hundred, and each event once although it was down for a while", async () => {
    const rig = ownRig("segment", { writeKey: "wk_secret" });
    const bodies: string[] = [];
    let down = true;
    const { tools } = rig.deps;
    rig.deps = {
      ...rig.deps,
      tools: {
        ...tools,
        fetch: async (_url, init) => {
          if (down) return new Response("", { status: 503 });
          bodies.push(String(init.body));
          return Response.json({ success: true });
        },
      },
    };
    await rig.addSegment(idsOf(250));
    await rig.drain();
    down = false;
    await live(rig, 5 * MINUTE);
    const batches = bodies.map((body) => (JSON.parse(body) as { batch: { messageId: string }[] }).batch);
    expect(batches.every(({ length }) => length <= 100)).toBe(true);
    expect(
      batches
        .flat()
        .map(({ messageId }) => messageId)
        .toSorted(),
    ).toEqual(idsOf(250));
    expect(await rig.summary()).toMatchObject({ delivered: 250, waiting: 0 });
    expect(JSON.stringify(await rig.summary())).not.toContain("wk_secret");
  });

  it("a bucket gets one object for the segment, and the same one when an answer was lost", async () => {
    const rig = ownRig("bucket", { binding: "EXPORTS", prefix: rigPrefix() });
    const prefix = String(rig.opened!.settings["prefix"]);
    const { putObject } = rig.deps.tools;
    let lost = true;
    rig.deps = {
      ...rig.deps,
      tools: {
        ...rig.deps.tools,
        async putObject(...object) {
          const stored = await putObject!(...object);
          if (!lost) return stored;
          lost = false;
          throw new Error("internal error");
        },
      },
    };
    await rig.addSegment(idsOf(120));
    await rig.drain();
    expect(await rig.summary()).toMatchObject({ delivered: 0, waiting: 120 });
    await live(rig, 3 * MINUTE);
    expect(await rig.summary()).toMatchObject({ delivered: 120, waiting: 0 });
    expect((await env.ARCHIVE.list({ prefix })).objects).toHaveLength(1);
  });

  it("a filter that cannot be understood lets nothing through, and every event says why", async () => {
    const rig = ownRig("sink", {});
    const [sourceId] = rig.opened!.destination.sourceIds;
    rig.opened = {
      ...rig.opened!,
      filters: [
        {
          id: "flt_1",
          destinationId: rig.destinationId,
          sourceId: sourceId!,
          title: "Only paying",
          if: "length( userId = 0",
          actions: [{ type: "DROP_PROPERTIES", fields: { properties: ["email"] } }],
          enabled: true,
          createdAt: 0,
          updatedAt: 0,
        },
      ],
    };
    const { key } = await rig.addSegment(idsOf(3));
    await rig.drain();
    expect(await rig.summary()).toMatchObject({ delivered: 0, dropped: 3 });
    expect(await rig.ledger.lineTrace(key, 0)).toMatchObject([
      {
        status: "dropped",
        reason: "FILTERED_BY_RULES",
        detail: expect.stringMatching(/^filter “Only paying”: the condition is no FQL/),
      },
      {},
    ]);
  });
});

const rigPrefix = (): string => `exports-${crypto.randomUUID()}`;
