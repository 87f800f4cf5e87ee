import { evictDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import type { Batching } from "../../src/destinations/destination.ts";
import { createRig, live } from "../support/delivery.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `e${String(i).padStart(4, "0")}`);
const onceEach = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, 1]));

/** A rig whose destination takes batches; `taken` counts how often each event was accepted. */
function batchRig(batching: Partial<Batching> = {}) {
  const rig = createRig();
  rig.batching = { size: 1000, bytes: 4_000_000, keyOf: () => "same", ...batching };
  const taken: Record<string, number> = {};
  /** Answers single events and batches alike. */
  const answerAll = (status: (ids: readonly string[]) => number, headers: Record<string, string> = {}) => {
    const answer = (ids: readonly string[]) => {
      const code = status(ids);
      if (code < 300) for (const id of ids) taken[id] = (taken[id] ?? 0) + 1;
      return new Response("", { status: code, headers });
    };
    rig.answerBatch = answer;
    rig.answer = ({ messageId }) => answer([messageId]);
  };
  answerAll(() => 200);
  return { rig, taken, answerAll };
}

// Hours pass in steps of a minute, each with its alarm and its queue: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a destination that takes batches", () => {
  it("gets a segment with few requests, and every line is counted", async () => {
    const { rig, taken } = batchRig({ size: 100 });
    const ids = idsOf(250);
    const pointer = await rig.addSegment(ids);
    await rig.drain();
    expect(rig.requests.map(({ length }) => length).toSorted((a, b) => b - a)).toEqual([100, 100, 50]);
    expect(taken).toEqual(onceEach(ids));
    expect(await rig.summary()).toMatchObject({ delivered: 250, waiting: 0 });
    await rig.consume(pointer);
    expect(rig.requests).toHaveLength(3);
  });

  it("gets events apart that may not share a batch", async () => {
    const { rig } = batchRig({ keyOf: (event) => String(event["userId"]) });
    await rig.addSegment(idsOf(6), (_, line) => ({ userId: `u${line % 2}` }));
    await rig.drain();
    expect(rig.requests.toSorted()).toEqual([
      ["e0000", "e0002", "e0004"],
      ["e0001", "e0003", "e0005"],
    ]);
  });

  it("and refuses a batch for one poisoned line gets all others, each once, and only that one is given up", async () => {
    const { rig, taken, answerAll } = batchRig();
    const ids = idsOf(300);
    answerAll((batch) => (batch.includes("e0123") ? 400 : 200));
    await rig.addSegment(ids);
    await rig.drain();
    expect(taken).toEqual(onceEach(ids.filter((id) => id !== "e0123")));
    expect(await rig.deadLetters()).toMatchObject([{ reason: "400", line: 123, messageId: "e0123", attempts: 1 }]);
    expect(await rig.summary()).toMatchObject({ delivered: 299, abandoned: 1, waiting: 0 });
    expect(rig.requests.length).toBeLessThan(2 * Math.ceil(Math.log2(300)) + 2);
  });

  it("and refuses several lines of a batch gets the rest, though the run has not requests enough at once", async () => {
    const { rig, taken, answerAll } = batchRig();
    const bad = new Set(["e0003", "e0077", "e0150"]);
    answerAll((batch) => {
      vi.setSystemTime(Date.now() + 2500);
      return batch.some((id) => bad.has(id)) ? 422 : 200;
    });
    await rig.addSegment(idsOf(200));
    await rig.consume();
    expect((await rig.summary()).waiting).toBeGreaterThan(0);
    await live(rig, HOUR / 2, MINUTE);
    expect(taken).toEqual(onceEach(idsOf(200).filter((id) => !bad.has(id))));
    expect((await rig.deadLetters()).map(({ messageId }) => messageId).toSorted()).toEqual([...bad]);
    expect(await rig.summary()).toMatchObject({ delivered: 197, abandoned: 3, waiting: 0 });
  });

  it("and is so slow to refuse that nothing is learned in time uses attempts up instead of going round for ever", async () => {
    const { rig, answerAll } = batchRig();
    answerAll(() => {
      vi.setSystemTime(Date.now() + 15_000);
      return 400;
    });
    await rig.addSegment(idsOf(30));
    await rig.drain();
    expect(rig.requests.length).toBeLessThan(5);
    await live(rig, 30 * HOUR, 20 * MINUTE);
    expect(await rig.summary()).toMatchObject({ waiting: 0 });
    expect(await rig.deadLetters()).toHaveLength(30);
  });

  it("and answers for each event gets only those again that failed", async () => {
    const { rig } = batchRig();
    const answers = [[200, 503, 400, 200], [200]];
    const next = () => new Response(JSON.stringify(answers.shift()), { status: 207 });
    rig.answerBatch = next;
    rig.answer = () => new Response("ok");
    await rig.addSegment(idsOf(4));
    await rig.drain();
    expect(await rig.summary()).toMatchObject({ delivered: 2, retrying: 1, abandoned: 1 });
    await live(rig, 2 * MINUTE, MINUTE);
    expect(rig.times()).toEqual({ e0000: 1, e0001: 2, e0002: 1, e0003: 1 });
    expect(await rig.summary()).toMatchObject({ delivered: 3, abandoned: 1, waiting: 0 });
  });

  it("and asks for a pause gets nothing until then, and everything once afterwards", async () => {
    const { rig, taken, answerAll } = batchRig({ size: 50 });
    answerAll(() => 429, { "retry-after": "300" });
    await rig.addSegment(idsOf(500));
    await rig.drain();
    const asked = rig.requests.length;
    expect(asked).toBeLessThanOrEqual(DELIVERY.sockets);
    answerAll(() => 200);
    await live(rig, 4 * MINUTE, 30_000);
    expect(rig.requests).toHaveLength(asked);
    await live(rig, 10 * MINUTE, 30_000);
    expect(taken).toEqual(onceEach(idsOf(500)));
    expect(await rig.summary()).toMatchObject({ delivered: 500, waiting: 0, abandoned: 0 });
  });

  it("and is down for an hour gets everything once when it is back, and nothing was given up", async () => {
    const { rig, taken, answerAll } = batchRig({ size: 100 });
    answerAll(() => 500);
    await rig.addSegment(idsOf(450));
    await rig.drain();
    await rig.addSegment(idsOf(300).map((id) => `later-${id}`));
    await live(rig, HOUR, MINUTE);
    expect(rig.requests.length).toBeLessThan(60);
    answerAll(() => 200);
    await live(rig, 30 * MINUTE, MINUTE);
    expect(Object.keys(taken)).toHaveLength(750);
    expect(new Set(Object.values(taken))).toEqual(new Set([1]));
    expect(await rig.summary()).toMatchObject({ delivered: 750, abandoned: 0, waiting: 0 });
  });

  it("and fails whole for one poisoned line, time after time, does not take the others down with it", async () => {
    const { rig, taken, answerAll } = batchRig();
    answerAll((batch) => (batch.includes("e0042") ? 500 : 200));
    await rig.addSegment(idsOf(100));
    await rig.drain();
    await live(rig, 8 * HOUR, 2 * MINUTE);
    expect(taken).toEqual(onceEach(idsOf(100).filter((id) => id !== "e0042")));
    expect(await rig.deadLetters()).toMatchObject([{ reason: "RETRY", messageId: "e0042", attempts: 10 }]);
  });
});

describe("stopping in the middle of batches", () => {
  it("doubles none but those that were not booked, and loses nothing", async () => {
    const { rig, taken } = batchRig({ size: 20 });
    const ids = idsOf(200);
    await rig.addSegment(ids);
    vi.spyOn(console, "error").mockReturnValue();
    const { settle } = rig.deps;
    let settled = 0;
    rig.deps = {
      ...rig.deps,
      settle: async (...given) => {
        if (++settled > 3) throw new Error("killed");
        return settle(...given);
      },
    };
    await rig.consume();
    rig.deps = { ...rig.deps, settle };
    await evictDurableObject(rig.ledger);
    const { delivered } = await rig.summary();
    expect(delivered).toBeGreaterThanOrEqual(60);
    vi.setSystemTime(Date.now() + DELIVERY.leaseMs);
    await rig.alarm();
    await rig.drain();
    const times = Object.values(taken);
    expect(times).toHaveLength(ids.length);
    expect(times.filter((count) => count === 1).length).toBeGreaterThanOrEqual(delivered);
    expect(times.filter((count) => count > 1).length).toBeLessThanOrEqual(DELIVERY.sockets * 20);
    expect(await rig.summary()).toMatchObject({ delivered: 200, waiting: 0 });
  });
});
