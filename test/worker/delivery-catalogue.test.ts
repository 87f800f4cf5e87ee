import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findDestination } from "../../src/destinations/registry.ts";
import { createRig, type DeliveryRig } from "../support/delivery.ts";
import { testSubscription } from "../support/sends.ts";

const AGGREGATIONS_IO = "659eb601f8f615dac18db564";
const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `e${String(i).padStart(4, "0")}`);
const onceEach = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, 1]));

/** A rig that delivers to Aggregations.io with the catalogue's own code: the whole event, 100 of them a batch. */
function catalogueRig(mapping: Record<string, unknown> = {}): DeliveryRig {
  const rig = createRig();
  rig.deps = { ...rig.deps, findDestination };
  rig.opened = {
    ...rig.opened!,
    destination: { ...rig.opened!.destination, metadataId: AGGREGATIONS_IO },
    settings: { api_key: "hunter2hunter2", ingest_id: "abc" },
    subscriptions: [
      testSubscription({
        mapping: { data: { "@path": "$." }, enable_batching: true, batch_size: 100, ...mapping },
      }),
    ],
  };
  return rig;
}

// Hours pass in steps of a minute, each with its alarm and its queue: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a destination of Segment's catalogue", () => {
  it("gets mapped events in batches of the size that the mapping asks for", async () => {
    const rig = catalogueRig();
    await rig.addSegment(idsOf(250));
    await rig.drain();
    expect(rig.requests.map(({ length }) => length).toSorted((a, b) => b - a)).toEqual([100, 100, 50]);
    expect(rig.received.every(({ path }) => path === "/abc")).toBe(true);
    expect(rig.times()).toEqual(onceEach(idsOf(250)));
    expect(await rig.summary()).toMatchObject({ delivered: 250, waiting: 0 });
  });

  it("gets them one by one when the mapping wants no batches", async () => {
    const rig = catalogueRig({ enable_batching: false });
    await rig.addSegment(idsOf(3));
    await rig.drain();
    expect(rig.requests.toSorted()).toEqual([["e0000"], ["e0001"], ["e0002"]]);
  });

  it("that refuses a batch for one poisoned line gets the others once, and the line is kept with what was said", async () => {
    const rig = catalogueRig();
    const taken: string[] = [];
    const answer = (ids: readonly string[]) => {
      if (ids.includes("e0037")) return Response.json({ error: "e0037 is not valid" }, { status: 400 });
      taken.push(...ids);
      return new Response("ok");
    };
    rig.answerBatch = answer;
    rig.answer = ({ messageId }) => answer([messageId]);
    await rig.addSegment(idsOf(100));
    await rig.drain();
    expect(taken.toSorted()).toEqual(idsOf(100).filter((id) => id !== "e0037"));
    expect(await rig.deadLetters()).toMatchObject([{ reason: "400", messageId: "e0037" }]);
    const { errors } = await rig.summary();
    expect(errors).toMatchObject([{ status: "abandoned", reason: "400", count: 1 }]);
    const sample = JSON.stringify(errors[0]!.samples);
    expect(sample).toContain("ingest.aggregations.io");
    expect(sample).toContain("e0037 is not valid");
    expect(sample).not.toContain("hunter2");
  });

  it("that asks for a pause gets it, and everything afterwards", async () => {
    const rig = catalogueRig();
    const pause = () => new Response("slow down", { status: 429, headers: { "retry-after": "60" } });
    rig.answerBatch = pause;
    await rig.addSegment(idsOf(50));
    await rig.drain();
    expect((await rig.summary()).pausedUntil! - Date.now()).toBeGreaterThan(59_000);
    rig.answerBatch = undefined;
    vi.setSystemTime(Date.now() + 61_000);
    await rig.alarm();
    await rig.drain();
    expect(rig.requests).toHaveLength(2);
    expect(await rig.summary()).toMatchObject({ delivered: 50, waiting: 0 });
  });

  it("that does not answer in time is left alone, and its lines wait", async () => {
    const rig = catalogueRig();
    const { timeLimit } = rig.deps;
    rig.deps = { ...rig.deps, timeLimit: (ms) => timeLimit(ms / 100) };
    rig.answerBatch = () => new Promise(() => {});
    await rig.addSegment(idsOf(20));
    await rig.drain();
    expect(await rig.summary()).toMatchObject({ waiting: 20, errors: [{ status: "retry", reason: "ETIMEDOUT" }] });
  });

  it("with a setting missing gives up what it would have been sent, and says which", async () => {
    const rig = catalogueRig();
    rig.opened = { ...rig.opened!, settings: { api_key: "hunter2hunter2" } };
    await rig.addSegment(["a"]);
    await rig.drain();
    expect(rig.received).toEqual([]);
    expect(await rig.deadLetters()).toMatchObject([
      { reason: "INVALID_SETTINGS", detail: expect.stringContaining("ingest_id"), messageId: "a" },
    ]);
  });
});
