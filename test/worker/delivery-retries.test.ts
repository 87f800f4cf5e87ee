import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { createRig, live } from "../support/delivery.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `e${String(i).padStart(4, "0")}`);
const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response("no", { status: code, headers });

// Hours pass in steps of a minute, each with its alarm and its queue: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a line that keeps failing", () => {
  it("is tried ten times within about four hours, then abandoned with a dead letter", async () => {
    const rig = createRig();
    rig.answer = ({ messageId }) => new Response("", { status: messageId === "poison" ? 500 : 200 });
    await rig.addSegment(["poison", "fine"]);
    await rig.drain();
    const start = rig.received[0]!.at;
    await live(rig, 5 * HOUR, MINUTE);
    const attempts = rig.received.filter(({ id }) => id === "poison");
    expect(attempts).toHaveLength(DELIVERY.maxAttempts);
    expect(attempts.at(-1)!.at - start).toBeGreaterThan(3.3 * HOUR);
    expect(attempts.at(-1)!.at - start).toBeLessThan(4.9 * HOUR);
    expect(await rig.deadLetters()).toMatchObject([
      { reason: "RETRY", attempts: 10, detail: expect.stringContaining("500"), event: { messageId: "poison" } },
    ]);
    expect(await rig.ledger.summary({ minutes: 600, now: Date.now() })).toMatchObject({
      delivered: 1,
      abandoned: 1,
      retried: 9,
      waiting: 0,
    });
    expect(await rig.alarm()).toBe(false);
  });

  it("waits longer after each failure", async () => {
    const rig = createRig();
    rig.answer = status(500);
    await rig.addSegment(["a"]);
    await rig.drain();
    await live(rig, HOUR, 10_000);
    const at = rig.received.map((received) => received.at);
    const waits = at.slice(1).map((time, i) => time - at[i]!);
    expect(waits.length).toBeGreaterThanOrEqual(4);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  });
});

describe("a destination that asks for a pause", () => {
  it("gets nothing more until then, not even other segments, and everything afterwards", async () => {
    const rig = createRig();
    rig.answer = status(429, { "retry-after": "120" });
    await rig.addSegment(idsOf(40));
    await rig.drain();
    const asked = rig.received.length;
    expect(asked).toBeLessThanOrEqual(DELIVERY.sockets);
    const { pausedUntil } = await rig.summary();
    expect(pausedUntil! - Date.now()).toBeGreaterThan(119_000);
    await rig.addSegment(["other"]);
    await live(rig, 110_000, 10_000);
    expect(rig.received).toHaveLength(asked);
    rig.answer = () => new Response("ok");
    await live(rig, 5 * MINUTE, 10_000);
    expect(Object.values(rig.times()).reduce((sum, count) => sum + count, 0)).toBe(41 + asked);
    expect(await rig.summary()).toMatchObject({ delivered: 41, waiting: 0, abandoned: 0 });
  });

  it("for one event only is asked again when it said, not by our schedule", async () => {
    const rig = createRig();
    rig.answer = (_, attempt) => (attempt === 1 ? status(503, { "retry-after": "5" })() : new Response("ok"));
    await rig.addSegment(["a"]);
    await rig.drain();
    await live(rig, 4000, 1000);
    expect(rig.times()).toEqual({ a: 1 });
    await live(rig, 3000, 1000);
    expect(rig.times()).toEqual({ a: 2 });
  });
});

describe("a destination that asks for a pause again and again", () => {
  it("uses up no ten attempts within a minute", async () => {
    const rig = createRig();
    rig.answer = status(503, { "retry-after": "1" });
    await rig.addSegment(["a"]);
    await rig.drain();
    await live(rig, 10 * MINUTE, 1000);
    expect(rig.times()["a"]).toBeGreaterThan(3);
    expect(rig.times()["a"]).toBeLessThan(6);
    expect(await rig.summary()).toMatchObject({ waiting: 1, abandoned: 0 });
  });

  it("while it lets some lines through gets the others as soon as the pause is over", async () => {
    const rig = createRig();
    let asked = 3;
    rig.answer = () => (asked-- > 0 ? status(429, { "retry-after": "1" })() : new Response("ok"));
    await rig.addSegment(idsOf(100));
    await rig.drain();
    await live(rig, 5000, 1000);
    expect(await rig.summary()).toMatchObject({ delivered: 100, waiting: 0 });
  });
});

describe("a destination that is gone", () => {
  it("does not keep what waits for it, though it was down before", async () => {
    const rig = createRig();
    rig.answer = status(503);
    await rig.addSegment(idsOf(40));
    await rig.addSegment(["other"]);
    await rig.drain();
    expect((await rig.summary()).probeAt).toBeDefined();
    rig.opened = null;
    await live(rig, 3 * MINUTE, 10_000);
    expect(await rig.summary()).toMatchObject({ waiting: 0, dropped: 41 });
  });
});

describe("a destination that is down", () => {
  it("is probed with single lines, while everything waits without using attempts up", async () => {
    const rig = createRig();
    rig.answer = status(503);
    for (let i = 0; i < 30; i++) await rig.addSegment(idsOf(20).map((id) => `${i}-${id}`));
    await rig.drain();
    const untilDown = rig.received.length;
    expect(untilDown).toBeLessThan(DELIVERY.downAfterFailures * 2 * DELIVERY.sockets);
    expect((await rig.summary()).probeAt).toBeGreaterThan(Date.now());
    await live(rig, 6 * HOUR, 30_000);
    const probes = rig.received.length - untilDown;
    expect(probes).toBeGreaterThan(60);
    expect(probes).toBeLessThan(100);
    expect(await rig.summary()).toMatchObject({ waiting: 600, abandoned: 0, delivered: 0 });
    rig.answer = () => new Response("ok");
    await live(rig, 30 * MINUTE, MINUTE);
    expect(await rig.summary()).toMatchObject({ waiting: 0, delivered: 600, abandoned: 0 });
    expect((await rig.summary()).probeAt).toBeUndefined();
  });

  it("puts no pointers on the queue meanwhile but those of probes", async () => {
    const rig = createRig();
    rig.answer = status(503);
    await rig.addSegment(idsOf(20));
    await rig.drain();
    for (let i = 0; i < 50; i++) await rig.addSegment([`later${i}`]);
    expect(rig.takeSent()).toEqual([]);
    vi.setSystemTime(Date.now() + 15_000);
    await rig.alarm();
    expect(rig.takeSent()).toHaveLength(1);
  });

  it("for more than a day loses nobody silently: what waited that long goes to the dead letters", async () => {
    const rig = createRig();
    rig.answer = status(503);
    await rig.addSegment(idsOf(12));
    await rig.drain();
    await rig.addSegment(["waiting"]);
    await live(rig, 23 * HOUR, 10 * MINUTE);
    expect(await rig.deadLetters()).toEqual([]);
    await live(rig, 3 * HOUR, 10 * MINUTE);
    const letters = await rig.deadLetters();
    expect(letters).toHaveLength(13);
    expect(new Set(letters.map((letter) => letter.reason))).toEqual(new Set(["RETRY"]));
    expect(letters.some((letter) => letter.detail.includes("down for 24 hours"))).toBe(true);
    expect(await rig.summary()).toMatchObject({ waiting: 0, delivered: 0 });
  });

  it("and hangs lets go of the consumer after a few time-outs", async () => {
    const rig = createRig();
    const { timeLimit } = rig.deps;
    rig.deps = { ...rig.deps, timeLimit: (ms) => timeLimit(ms / 500) };
    rig.answer = () => new Promise(() => {});
    await rig.addSegment(idsOf(200));
    await rig.drain();
    expect(rig.received.length).toBeLessThan(DELIVERY.downAfterFailures + DELIVERY.sockets);
    expect(await rig.summary()).toMatchObject({ waiting: 200, errors: [{ reason: "ETIMEDOUT" }] });
  });

  it("with its connections failing is retried under their code", async () => {
    const rig = createRig();
    rig.answer = (_, attempt) => {
      if (attempt === 1) throw new Error("Network connection lost.");
      return new Response("ok");
    };
    await rig.addSegment(["a"]);
    await rig.drain();
    expect(await rig.summary()).toMatchObject({ errors: [{ status: "retry", reason: "ECONNRESET", count: 1 }] });
    await live(rig, 2 * MINUTE, 30_000);
    expect(await rig.summary()).toMatchObject({ delivered: 1, waiting: 0 });
  });
});
