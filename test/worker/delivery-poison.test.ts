import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findDestination } from "../../src/destinations/registry.ts";
import { createRig, live, type DeliveryRig } from "../support/delivery.ts";
import { testSubscription } from "../support/sends.ts";

const AGGREGATIONS_IO = "659eb601f8f615dac18db564";
const MINUTE = 60_000;
const idsOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(4, "0")}`);
/** Anybody with the public write key can send it; the mapping kit fails over it, as it cannot be made a text. */
const POISON = { properties: { note: { toString: 1, valueOf: 1 } } };
const NOTED = {
  "@merge": {
    direction: "right",
    objects: [{ "@path": "$." }, { note: { "@template": "note: {{properties.note}}" } }],
  },
};

/** A rig that delivers to Aggregations.io with the catalogue's own code. */
function catalogueRig(mapping: Record<string, unknown>): DeliveryRig {
  const rig = createRig();
  rig.deps = { ...rig.deps, findDestination };
  rig.opened = {
    ...rig.opened!,
    destination: { ...rig.opened!.destination, metadataId: AGGREGATIONS_IO },
    settings: { api_key: "hunter2hunter2", ingest_id: "abc" },
    subscriptions: [testSubscription({ mapping: { data: NOTED, ...mapping } })],
  };
  return rig;
}

const deliveredOf = (rig: DeliveryRig, prefix: string) =>
  Object.keys(rig.times()).filter((id) => id.startsWith(prefix)).length;

// Hours pass in steps of a minute, each with its alarm and its queue: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("an event that a destination's code fails over", () => {
  it("does not hold its batch back: the others go out at once, each once", async () => {
    const rig = catalogueRig({ enable_batching: true, batch_size: 100 });
    await rig.addSegment(idsOf("e", 100), (id) => (id === "e0037" ? POISON : {}));
    await rig.drain();
    expect(rig.times()).toEqual(Object.fromEntries(idsOf("e", 100).flatMap((id) => (id === "e0037" ? [] : [[id, 1]]))));
    expect(await rig.summary()).toMatchObject({ delivered: 99, waiting: 1, retrying: 1 });
  });

  it("says nothing about the destination, however many of them come in a row", async () => {
    const rig = catalogueRig({ enable_batching: false });
    await rig.addSegment(idsOf("p", 30), () => POISON);
    await rig.addSegment(idsOf("e", 5));
    await rig.drain();
    expect(deliveredOf(rig, "e")).toBe(5);
    expect(await rig.summary()).not.toHaveProperty("probeAt");
  });

  it("is given up after its ten attempts, also while the destination is down", async () => {
    const rig = catalogueRig({ enable_batching: false });
    rig.answer = () => new Response("", { status: 503 });
    await rig.addSegment(idsOf("e", 15));
    await rig.drain();
    expect(await rig.summary()).toHaveProperty("probeAt");
    await rig.addSegment(idsOf("p", 1), () => POISON);
    await live(rig, 5 * MINUTE);
    rig.answer = () => new Response("ok");
    await live(rig, 6 * 60 * MINUTE);
    expect(await rig.deadLetters()).toMatchObject([{ reason: "INTERNAL", messageId: "p0000" }]);
    expect(rig.times()).toEqual(Object.fromEntries(idsOf("e", 15).map((id) => [id, expect.any(Number)])));
    expect((await rig.summary()).waiting).toBe(0);
  });
});

describe("events that a destination fails over, however well it is", () => {
  it("do not keep all others waiting until they are given up", async () => {
    const rig = createRig();
    rig.answer = ({ messageId }) => new Response("", { status: messageId.startsWith("p") ? 500 : 200 });
    await rig.addSegment(idsOf("p", 40));
    await rig.drain();
    expect(await rig.summary()).toHaveProperty("probeAt");
    for (let i = 0; i < 3; i++) await rig.addSegment(idsOf(`e${i}`, 20));
    await live(rig, 60 * MINUTE);
    expect(deliveredOf(rig, "e")).toBe(60);
    expect((await rig.summary()).waiting).toBe(40);
  });
});
