import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { createRig } from "../support/delivery.ts";

const START = Date.parse("2026-11-22T12:00:00.000Z");
const HOUR = 3_600_000;

/** Stops the clock at START; `at` moves it. */
function stopClock(): { at(ms: number): void } {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  return { at: (ms) => void vi.setSystemTime(START + ms) };
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the ledger of a source", () => {
  const ledgerOf = () => env.LEDGER.getByName(`source:src_${crypto.randomUUID()}`);

  it("adds counts up by the minute and answers for the minutes asked", async () => {
    stopClock();
    const ledger = ledgerOf();
    await ledger.count(START - 61 * 60_000, { accepted: 100 });
    await ledger.count(START - 60_000, { accepted: 2, duplicate: 1 });
    await ledger.count(START, { accepted: 3, "refused:bad_request": 4 });
    const volume = await ledger.volume({ minutes: 60, now: START });
    expect(volume.totals).toEqual({ accepted: 5, duplicate: 1, refused: 4 });
    expect(volume.minutes).toHaveLength(60);
    expect(volume.minutes.slice(-2)).toEqual([
      { at: START - 60_000, accepted: 2, duplicate: 1, refused: 0 },
      { at: START, accepted: 3, duplicate: 0, refused: 4 },
    ]);
    expect(volume.reasons).toEqual([{ reason: "bad_request", count: 4 }]);
    expect(volume.lastEventAt).toBe(START);
  });

  it("does not take refused events for the last event", async () => {
    const ledger = ledgerOf();
    await ledger.count(START, { accepted: 1 });
    await ledger.count(START + 1000, { "refused:bad_request": 1 });
    expect((await ledger.volume({ minutes: 1, now: START })).lastEventAt).toBe(START);
    expect((await ledgerOf().volume({ minutes: 1, now: START })).lastEventAt).toBeUndefined();
  });

  it("writes one row per call, keeps one per hour, minutes for 48 hours and hours for 30 days", async () => {
    const ledger = ledgerOf();
    await ledger.count(START, { accepted: 1 });
    await ledger.count(START + 49 * HOUR, { accepted: 1 });
    await runInDurableObject(ledger, (_, { storage: { sql } }) => {
      const rows = sql.exec("SELECT hour, minutes, totals FROM hours ORDER BY hour").toArray();
      expect(rows[0]).toEqual({ hour: START, minutes: "{}", totals: '{"accepted":1}' });
      expect(rows).toHaveLength(2);
    });
    expect((await ledger.volume({ minutes: 60 * 60, now: START + 49 * HOUR })).totals.accepted).toBe(2);
    await ledger.count(START + 31 * 24 * HOUR, { accepted: 1 });
    const month = await ledger.volume({ minutes: 60 * 24 * 40, now: START + 31 * 24 * HOUR });
    expect(month.totals.accepted).toBe(2);
  });

  it("remembers across an eviction", async () => {
    const ledger = ledgerOf();
    await ledger.count(START, { accepted: 7 });
    await evictDurableObject(ledger);
    expect((await ledger.volume({ minutes: 1, now: START })).totals.accepted).toBe(7);
  });
});

describe("who may send a destination's lines", () => {
  it("opens a job once, whatever comes twice", async () => {
    const rig = createRig();
    const pointer = await rig.addSegment(["a", "b"]);
    const opening = { ...pointer, count: 2 };
    await rig.ledger.open(opening);
    await rig.ledger.open(opening);
    expect(rig.takeSent()).toEqual([pointer]);
    expect((await rig.summary()).waiting).toBe(2);
    await rig.ledger.open({ ...opening, replayId: "r1" });
    expect(rig.takeSent()).toEqual([{ ...pointer, replayId: "r1" }]);
  });

  it("gives the lines to one consumer at a time, until its lease is over", async () => {
    const clock = stopClock();
    const rig = createRig();
    const pointer = await rig.addSegment(["a", "b"]);
    expect(await rig.ledger.claim(pointer)).toMatchObject({
      status: "granted",
      lines: [0, 1],
      attempt: 1,
      mode: "send",
    });
    expect(await rig.ledger.claim(pointer)).toEqual({ status: "nothing_due" });
    await evictDurableObject(rig.ledger);
    expect(await rig.ledger.claim(pointer)).toEqual({ status: "nothing_due" });
    clock.at(DELIVERY.leaseMs);
    expect(await rig.ledger.claim(pointer)).toMatchObject({ status: "granted", lines: [0, 1], attempt: 1 });
  });

  it("believes a consumer whose lease ran out what it delivered, but leaves the attempt to the new holder", async () => {
    const clock = stopClock();
    const rig = createRig();
    const pointer = await rig.addSegment(["a", "b", "c"]);
    const late = await rig.ledger.claim(pointer);
    clock.at(DELIVERY.leaseMs);
    const current = await rig.ledger.claim(pointer);
    if (late.status !== "granted" || current.status !== "granted") throw new Error("not granted");
    const base = { key: pointer.key, mode: "send", release: true } as const;
    const answer = await rig.ledger.settle({
      ...base,
      token: late.token,
      lines: [
        { line: 0, status: "delivered" },
        { line: 1, status: "retry", reason: "503" },
      ],
    });
    expect(answer).toEqual({ proceed: false });
    expect(await rig.ledger.lineTrace(pointer.key, 0)).toMatchObject([{ status: "delivered" }]);
    expect(await rig.ledger.lineTrace(pointer.key, 1)).toMatchObject([{ status: "pending", failures: 0 }]);
    expect(await rig.ledger.claim(pointer)).toEqual({ status: "nothing_due" });
    await rig.ledger.settle({
      ...base,
      token: current.token,
      lines: [0, 1, 2].map((line) => ({ line, status: "delivered" })),
    });
    expect(await rig.summary()).toMatchObject({ delivered: 3, waiting: 0 });
  });

  it("books all of a settlement or nothing: one that breaks in the middle leaves no trace", async () => {
    const clock = stopClock();
    const rig = createRig();
    const pointer = await rig.addSegment(["a", "b"]);
    const claim = await rig.ledger.claim(pointer);
    if (claim.status !== "granted") throw new Error("not granted");
    const before = await rig.summary();
    const settlement = {
      key: pointer.key,
      token: claim.token,
      mode: "send",
      lines: [
        { line: 0, status: "delivered", latencyMs: 5 },
        { line: 1, status: "retry", reason: "503", retryAfterMs: HOUR },
      ],
      release: true,
    } as const;
    await runInDurableObject(rig.ledger, async (ledger, { storage: { sql } }) => {
      sql.exec("CREATE TRIGGER broken BEFORE UPDATE ON jobs BEGIN SELECT RAISE(ABORT, 'broken'); END");
      await expect(ledger.settle(settlement)).rejects.toThrow("broken");
      sql.exec("DROP TRIGGER broken");
    });
    expect(await rig.summary()).toEqual(before);
    expect(await rig.ledger.lineTrace(pointer.key, 1)).toMatchObject([{ status: "pending", failures: 0 }]);
    // The pause that the destination asked for is not remembered either: the lines are due when the lease is over.
    clock.at(DELIVERY.leaseMs);
    expect(await rig.ledger.claim(pointer)).toMatchObject({ status: "granted", lines: [0, 1], mode: "send" });
  });

  it("knows nothing of a pointer that was never opened", async () => {
    const rig = createRig();
    expect(await rig.ledger.claim({ key: "segment-logs/none" })).toEqual({ status: "nothing_due" });
    expect(await rig.ledger.lineTrace("segment-logs/none", 0)).toEqual([]);
  });
});

describe("pointers on the queue", () => {
  it("that get lost are sent again by the alarm, also after an eviction", async () => {
    const clock = stopClock();
    const rig = createRig();
    const pointer = await rig.addSegment(["a"]);
    expect(rig.takeSent()).toEqual([pointer]);
    clock.at(DELIVERY.resendAfterMs - 1);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([]);
    clock.at(DELIVERY.resendAfterMs);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([pointer]);
    await evictDurableObject(rig.ledger);
    await rig.alarm();
    await rig.drain();
    expect(rig.times()).toEqual({ a: 1 });
    expect(await rig.alarm()).toBe(true);
    expect(await rig.alarm()).toBe(false);
  });

  it("leave only once an alarm is set, so that dying while the queue answers strands no job", async () => {
    const rig = createRig();
    const queue = Promise.withResolvers<never>();
    vi.spyOn(env.DELIVERIES, "sendBatch").mockReturnValueOnce(queue.promise);
    const adding = rig.addSegment(["a"]);
    const alarm = () => runInDurableObject(rig.ledger, (_, { storage }) => storage.getAlarm());
    await vi.waitFor(async () => expect(await alarm()).not.toBeNull());
    queue.resolve({} as never);
    await adding;
  });

  it("of a consumer that died are sent again when its lease is over", async () => {
    const clock = stopClock();
    const rig = createRig();
    const pointer = await rig.addSegment(["a"]);
    await rig.ledger.claim(pointer);
    rig.takeSent();
    await rig.alarm();
    clock.at(DELIVERY.leaseMs - 1);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([]);
    clock.at(DELIVERY.leaseMs);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([pointer]);
  });

  it("of one destination are few at a time, and the next ones follow as jobs are done", async () => {
    const rig = createRig();
    const total = DELIVERY.window * 3;
    for (let i = 0; i < total; i++) await rig.addSegment([`e${i}`]);
    const first = rig.takeSent();
    expect(first).toHaveLength(DELIVERY.window);
    await rig.consume(...first.slice(0, 3));
    const next = rig.takeSent();
    expect(next).toHaveLength(3);
    await rig.consume(...first.slice(3), ...next);
    await rig.drain();
    expect(Object.values(rig.times())).toEqual(Array.from({ length: total }, () => 1));
  });

  it("that the queue refuses do not fail the hand-over; they follow with the alarm", async () => {
    const clock = stopClock();
    const rig = createRig();
    const error = vi.spyOn(console, "error").mockReturnValue();
    vi.spyOn(env.DELIVERIES, "sendBatch").mockRejectedValueOnce(new Error("queue is down"));
    const pointer = await rig.addSegment(["a"]);
    expect(error).toHaveBeenCalledOnce();
    expect(rig.takeSent()).toEqual([]);
    clock.at(5000);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([pointer]);
  });
});

describe("housekeeping", () => {
  it("forgets finished jobs after seven days and unfinished ones never", async () => {
    const clock = stopClock();
    const rig = createRig();
    const done = await rig.addSegment(["a"]);
    await rig.drain();
    rig.answer = () => new Response("", { status: 503 });
    const waiting = await rig.addSegment(["b"]);
    await rig.drain();
    clock.at(DELIVERY.finishedKeptMs + 1);
    await rig.alarm();
    expect(await rig.ledger.lineTrace(done.key, 0)).toEqual([]);
    expect(await rig.ledger.lineTrace(waiting.key, 0)).toHaveLength(1);
  });

  it.each([
    ["a whole segment of one part", 1, 10],
    ["each further part of a large one", 16, 10 + 15 * 2],
  ])("writes few rows for %s", async (_, parts, most) => {
    const rig = createRig();
    const ids = Array.from({ length: DELIVERY.chunkLines * parts }, (__, i) => `e${i}`);
    let rows = 0;
    await runInDurableObject(rig.ledger, (__, { storage: { sql } }) => {
      const exec = sql.exec.bind(sql);
      vi.spyOn(sql, "exec").mockImplementation((query, ...bindings) => {
        const cursor = exec(query, ...bindings);
        rows += cursor.rowsWritten;
        return cursor as never;
      });
    });
    await rig.addSegment(ids);
    await rig.drain();
    expect(Object.keys(rig.times())).toHaveLength(ids.length);
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThanOrEqual(most);
  });
});
