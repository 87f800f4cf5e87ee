import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { createRig } from "../support/delivery.ts";

const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `e${String(i).padStart(4, "0")}`);
const onceEach = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, 1]));
const status = (code: number) => () => new Response("no", { status: code });

// Hours pass in steps of a minute, each with its alarm and its queue: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("delivering a segment", () => {
  it("sends every line once and counts it with its latency", async () => {
    const rig = createRig();
    const ids = idsOf(DELIVERY.chunkLines * 2 + 7);
    await rig.addSegment(ids);
    await rig.drain();
    expect(rig.times()).toEqual(onceEach(ids));
    const summary = await rig.summary();
    expect(summary).toMatchObject({ delivered: ids.length, waiting: 0, retrying: 0, errors: [] });
    expect(summary.p95Ms).toBeGreaterThan(0);
  });

  it("never sends a delivered line again when its pointer comes twice, later or at the same time", async () => {
    const rig = createRig();
    const ids = idsOf(20);
    const pointer = await rig.addSegment(ids);
    await Promise.all([rig.consume(pointer), rig.consume(pointer), rig.consume(pointer, pointer)]);
    await evictDurableObject(rig.ledger);
    await rig.consume(pointer);
    await rig.ledger.open({ ...pointer, count: ids.length });
    await rig.drain();
    expect(rig.times()).toEqual(onceEach(ids));
  });

  it("sends a replay of the same lines once more, and once only", async () => {
    const rig = createRig();
    const pointer = await rig.addSegment(["a"]);
    await rig.drain();
    const replay = { ...pointer, replayId: "r1" };
    await rig.ledger.open({ ...replay, count: 1 });
    await rig.drain();
    await rig.consume(replay);
    expect(rig.times()).toEqual({ a: 2 });
    expect(await rig.ledger.lineTrace(pointer.key, 0)).toMatchObject([
      { status: "passed" },
      { subscriptionId: "sub_1", status: "delivered", failures: 0 },
      { replayId: "r1", status: "passed" },
      { replayId: "r1", subscriptionId: "sub_1", status: "delivered", failures: 0 },
    ]);
  });

  it("retries only the lines that failed", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const rig = createRig();
    rig.answer = ({ messageId }, attempt) => new Response("", { status: messageId === "b" && attempt < 3 ? 503 : 200 });
    await rig.addSegment(["a", "b", "c"]);
    await rig.drain();
    expect(await rig.summary()).toMatchObject({ delivered: 2, retrying: 1, waiting: 1, retried: 1 });
    for (let minutes = 2; minutes <= 6; minutes += 4) {
      vi.setSystemTime(Date.now() + minutes * 60_000);
      await rig.alarm();
      await rig.drain();
    }
    expect(rig.times()).toEqual({ a: 1, b: 3, c: 1 });
    expect(await rig.summary()).toMatchObject({ delivered: 3, retrying: 0, waiting: 0, retried: 2 });
  });

  it("goes on where it was when its time is up, without sending a line twice", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const rig = createRig();
    const ids = idsOf(30);
    rig.answer = () => {
      vi.setSystemTime(Date.now() + 3000);
      return new Response("ok");
    };
    await rig.addSegment(ids);
    await rig.consume();
    expect(rig.received.length).toBeLessThan(ids.length);
    expect(rig.received.length).toBeGreaterThan(0);
    await rig.drain();
    expect(rig.times()).toEqual(onceEach(ids));
  });

  it("serves a destination although another one hangs in the same batch", async () => {
    const hanging = createRig();
    hanging.answer = () => new Promise(() => {});
    const healthy = createRig();
    const slow = await hanging.addSegment(idsOf(3));
    const quick = await healthy.addSegment(idsOf(3));
    const { timeLimit, tools } = hanging.deps;
    hanging.deps = {
      ...hanging.deps,
      openDestination: async (id) => (id === healthy.destinationId ? healthy.opened : hanging.opened),
      tools: {
        ...tools,
        fetch: (url, init) => (url.endsWith("/quick") ? healthy.deps.tools : tools).fetch(url, init),
      },
      timeLimit: (ms) => timeLimit(ms / 50),
    };
    healthy.opened = { ...healthy.opened!, settings: { path: "/quick" } };
    await hanging.consume(slow, quick);
    expect(healthy.times()).toEqual(onceEach(idsOf(3)));
    expect(await hanging.summary()).toMatchObject({
      delivered: 0,
      retrying: 3,
      errors: [{ reason: "ETIMEDOUT", count: 3 }],
    });
  });
});

describe("lines that are not delivered", () => {
  it("and whose answer needs a person are abandoned at once, with a dead letter and a sample", async () => {
    const rig = createRig();
    rig.answer = ({ messageId }) => (messageId === "bad" ? status(400)() : new Response("ok"));
    const pointer = await rig.addSegment(["good", "bad"], (_, line) => ({ properties: { line } }));
    await rig.drain();
    expect(await rig.deadLetters()).toEqual([
      {
        reason: "400",
        detail: expect.stringContaining("400"),
        at: expect.stringMatching(/Z$/),
        attempts: 1,
        segmentKey: pointer.key,
        line: 1,
        subscriptionId: "sub_1",
        messageId: "bad",
        event: expect.objectContaining({ messageId: "bad", properties: { line: 1 } }),
      },
    ]);
    const summary = await rig.summary();
    expect(summary).toMatchObject({ delivered: 1, abandoned: 1, waiting: 0 });
    expect(summary.errors).toHaveLength(1);
    expect(summary.errors[0]).toMatchObject({ status: "abandoned", reason: "400", count: 1 });
    expect(summary.errors[0]!.samples[0]!.sent).toContain('"bad"');
    expect(summary.errors[0]!.samples[0]!.response).toContain("no");
  });

  it("are with the dead letters before the ledger calls them abandoned", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const rig = createRig();
    rig.answer = status(400);
    vi.spyOn(console, "error").mockReturnValue();
    const { writeDeadLetters } = rig.deps;
    rig.deps = { ...rig.deps, writeDeadLetters: () => Promise.reject(new Error("R2 is down")) };
    const pointer = await rig.addSegment(["a"]);
    await rig.consume();
    expect(await rig.ledger.lineTrace(pointer.key, 0)).toMatchObject([
      { status: "passed" },
      { subscriptionId: "sub_1", status: "pending" },
    ]);
    rig.deps = { ...rig.deps, writeDeadLetters };
    vi.setSystemTime(Date.now() + DELIVERY.leaseMs);
    await rig.alarm();
    await rig.drain();
    expect(await rig.deadLetters()).toHaveLength(1);
    expect(await rig.ledger.lineTrace(pointer.key, 0)).toMatchObject([
      { status: "passed" },
      { subscriptionId: "sub_1", status: "abandoned", reason: "400" },
    ]);
  });

  it("and cannot be kept yet hold up no booking of their neighbours, which are not sent again", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const rig = createRig();
    rig.answer = ({ messageId }) => (messageId === "bad" ? status(400)() : new Response("ok"));
    vi.spyOn(console, "error").mockReturnValue();
    const { writeDeadLetters } = rig.deps;
    rig.deps = { ...rig.deps, writeDeadLetters: () => Promise.reject(new Error("R2 is down")) };
    await rig.addSegment(["a", "bad", "c"]);
    await rig.drain();
    expect(await rig.summary()).toMatchObject({ delivered: 2, abandoned: 0, waiting: 1 });
    rig.deps = { ...rig.deps, writeDeadLetters };
    vi.setSystemTime(Date.now() + DELIVERY.leaseMs);
    await rig.alarm();
    await rig.drain();
    expect(rig.times()).toEqual({ a: 1, bad: 2, c: 1 });
    expect(await rig.deadLetters()).toHaveLength(1);
  });

  it("because the event says so are dropped under Segment's code, and are no failure", async () => {
    const rig = createRig();
    const choices: Record<string, unknown> = {
      no: { Hook: false },
      all: { All: false },
      yes: { All: false, Hook: true },
    };
    const pointer = await rig.addSegment(Object.keys(choices), (id) => ({ integrations: choices[id] }));
    await rig.drain();
    expect(rig.times()).toEqual({ yes: 1 });
    expect(await rig.ledger.lineTrace(pointer.key, 0)).toMatchObject([
      { status: "dropped", reason: "FILTERED_BY_INTEGRATIONS_OBJECT" },
      { subscriptionId: "sub_1", status: "unmatched" },
    ]);
    expect(await rig.summary()).toMatchObject({
      delivered: 1,
      dropped: 2,
      errors: [{ status: "dropped", reason: "FILTERED_BY_INTEGRATIONS_OBJECT", count: 2 }],
    });
    expect(await rig.deadLetters()).toEqual([]);
  });

  it("because the destination was switched off or deleted meanwhile are dropped by name", async () => {
    const off = createRig();
    off.opened = { ...off.opened!, destination: { ...off.opened!.destination, enabled: false } };
    const gone = createRig();
    gone.opened = null;
    for (const rig of [off, gone]) {
      await rig.addSegment(["a", "b"]);
      await rig.drain();
      expect(rig.received).toEqual([]);
    }
    expect(await off.summary()).toMatchObject({ dropped: 2, waiting: 0, errors: [{ reason: "destination_disabled" }] });
    expect(await gone.summary()).toMatchObject({ dropped: 2, waiting: 0, errors: [{ reason: "destination_deleted" }] });
  });

  it("because the settings are wrong are kept and say what to do", async () => {
    const rig = createRig();
    rig.opened = { ...rig.opened!, settings: { broken: true } };
    await rig.addSegment(["a"]);
    await rig.drain();
    expect(rig.received).toEqual([]);
    expect(await rig.deadLetters()).toMatchObject([
      { reason: "INVALID_SETTINGS", detail: "broken: must be false", event: { messageId: "a" } },
    ]);
  });

  it("because the archive has lost them are abandoned rather than retried for ever", async () => {
    const rig = createRig();
    const pointer = await rig.addSegment(["a"]);
    await env.ARCHIVE.delete(pointer.key);
    await rig.drain();
    const short = await rig.addSegment(["b"]);
    await rig.drain();
    await rig.ledger.open({ ...short, count: 3, replayId: "longer" });
    await rig.drain();
    expect(await rig.summary()).toMatchObject({
      delivered: 2,
      abandoned: 3,
      waiting: 0,
      errors: [{ reason: "INTERNAL", count: 3 }],
    });
  });
});
