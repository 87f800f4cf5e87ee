import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { stopClock } from "../support/clock.ts";
import { createLedgerRig, laneCells } from "../support/ledger.ts";
import { PATIENT } from "../support/patience.ts";

const HOUR = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("who may send a destination's lines", () => {
  it("opens a job once, whatever comes twice", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const opening = { ...pointer, count: 2 };
    await rig.ledger.open(opening);
    expect(rig.takeSent()).toEqual([pointer]);
    expect((await rig.summary()).waiting).toBe(2);
    await rig.ledger.open({ ...opening, replayId: "r1" });
    expect(rig.takeSent()).toEqual([{ ...pointer, replayId: "r1" }]);
  });

  it("gives the lines to one consumer at a time, until its lease is over", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const grant = { status: "granted", count: 2, lanes: ["one"], cells: [0, 1, 2, 3], attempt: 1, mode: "send" };
    expect(await rig.claim(pointer)).toMatchObject(grant);
    expect(await rig.claim(pointer)).toEqual({ status: "nothing_due" });
    await evictDurableObject(rig.ledger);
    expect(await rig.claim(pointer)).toEqual({ status: "nothing_due" });
    clock.at(DELIVERY.leaseMs);
    expect(await rig.claim(pointer)).toMatchObject(grant);
  });

  it("believes a consumer whose lease ran out what it delivered, but leaves the attempt to the new holder", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(3);
    const late = await rig.granted(pointer);
    clock.at(DELIVERY.leaseMs);
    const current = await rig.granted(pointer);
    const answer = await rig.settle(pointer, late, {
      passed: [0, 1],
      outcomes: [
        { cell: 3, status: "delivered" },
        { cell: 4, status: "retry", reason: "503" },
      ],
    });
    expect(answer).toEqual({ proceed: false });
    expect(await rig.trace(pointer, 0)).toMatchObject([{ status: "passed" }, { status: "delivered" }]);
    expect(await rig.trace(pointer, 1)).toMatchObject([{}, { status: "pending", failures: 0 }]);
    expect(await rig.claim(pointer)).toEqual({ status: "nothing_due" });
    const outcomes = laneCells(current, 1).map((cell) => ({ cell, status: "delivered" as const }));
    await rig.settle(pointer, current, { passed: [0, 1, 2], outcomes });
    expect(await rig.summary()).toMatchObject({ delivered: 3, waiting: 0 });
  });

  it("books all of a settlement or nothing: one that breaks in the middle leaves no trace", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(3);
    const claim = await rig.granted(pointer);
    const before = await rig.summary();
    const settlement = {
      key: pointer.key,
      token: claim.token,
      part: 1,
      mode: "send",
      passed: [0, 1, 2],
      unmatched: [],
      outcomes: [
        { cell: 3, status: "delivered", latencyMs: 5 },
        { cell: 4, status: "retry", reason: "503", retryAfterMs: HOUR },
        { cell: 5, status: "abandoned", reason: "400" },
      ],
      kinds: [],
      letters: [{ key: "dead-letters/x", cells: [5] }],
      release: true,
    } as const;
    await runInDurableObject(rig.ledger, async (ledger, { storage: { sql } }) => {
      sql.exec("CREATE TRIGGER broken BEFORE UPDATE ON jobs BEGIN SELECT RAISE(ABORT, 'broken'); END");
      await expect(ledger.settle(settlement)).rejects.toThrow("broken");
      sql.exec("DROP TRIGGER broken");
    });
    expect(await rig.summary()).toEqual(before);
    expect(await rig.ledger.deadLetters({ limit: 10 })).toEqual({ objects: [] });
    expect(await rig.trace(pointer, 1)).toMatchObject([{ status: "pending" }, { failures: 0, attempts: [] }]);
    // The pause that the destination asked for is not remembered either: the lines are due when the lease is over.
    clock.at(DELIVERY.leaseMs);
    expect(await rig.claim(pointer)).toMatchObject({ status: "granted", cells: [0, 1, 2, 3, 4, 5], mode: "send" });
  });

  it.each([false, true])(
    "books a settlement that comes twice once, failures included (release: %s)",
    async (release) => {
      const clock = stopClock();
      const rig = createLedgerRig();
      const pointer = await rig.open(2);
      const claim = await rig.granted(pointer);
      const told = {
        passed: [0, 1],
        outcomes: [{ cell: 2, status: "retry", reason: "503" }],
        release,
        part: 1,
      } as const;
      const answer = await rig.settle(pointer, claim, told);
      expect(answer).toEqual({ proceed: !release });
      const [summary, trace] = [await rig.summary(), await rig.trace(pointer, 0)];
      expect(await rig.settle(pointer, claim, told)).toEqual(answer);
      expect([await rig.summary(), await rig.trace(pointer, 0)]).toEqual([summary, trace]);
      await rig.settle(pointer, claim, { outcomes: [{ cell: 3, status: "delivered" }], part: 2 });
      expect(await rig.summary()).toMatchObject({ delivered: 1, retried: 1 });
      clock.at(2 * 60_000);
      expect(await rig.granted(pointer)).toMatchObject({ cells: [2], attempt: 2 });
    },
  );

  it("knows nothing of a pointer that was never opened", async () => {
    const rig = createLedgerRig();
    expect(await rig.claim({ key: "segment-logs/none" })).toEqual({ status: "nothing_due" });
    expect(await rig.ledger.lineTrace("segment-logs/none", 0)).toEqual([]);
  });
});

describe("pointers on the queue", () => {
  it("that get lost are sent again by the alarm, also after an eviction", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(1);
    expect(rig.takeSent()).toEqual([pointer]);
    clock.at(DELIVERY.resendAfterMs - 1);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([]);
    clock.at(DELIVERY.resendAfterMs);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([pointer]);
    await evictDurableObject(rig.ledger);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([pointer]);
    await rig.finish(pointer);
    expect(rig.takeSent()).toEqual([]);
    expect(await rig.alarm()).toBe(true);
    expect(await rig.alarm()).toBe(false);
  });

  it("leave only once an alarm is set, so that dying while the queue answers strands no job", async () => {
    const rig = createLedgerRig();
    const queue = Promise.withResolvers<never>();
    vi.spyOn(env.DELIVERIES, "sendBatch").mockReturnValueOnce(queue.promise);
    const adding = rig.open(1);
    const alarm = () => runInDurableObject(rig.ledger, (_, { storage }) => storage.getAlarm());
    await vi.waitFor(async () => expect(await alarm()).not.toBeNull(), PATIENT);
    queue.resolve({} as never);
    await adding;
  });

  it("of a consumer that died are sent again when its lease is over", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(1);
    await rig.claim(pointer);
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
    const rig = createLedgerRig();
    const total = DELIVERY.window * 3;
    for (let i = 0; i < total; i++) await rig.open(1);
    const first = rig.takeSent();
    expect(first).toHaveLength(DELIVERY.window);
    for (const pointer of first.slice(0, 3)) await rig.finish(pointer);
    const next = rig.takeSent();
    expect(next).toHaveLength(3);
    for (const pointer of [...first.slice(3), ...next]) await rig.finish(pointer);
    for (let sent = rig.takeSent(); sent.length > 0; sent = rig.takeSent()) {
      for (const pointer of sent) await rig.finish(pointer);
    }
    expect(await rig.summary()).toMatchObject({ delivered: total, waiting: 0 });
  });

  it("that the queue refuses do not fail the hand-over; they follow with the alarm", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const error = vi.spyOn(console, "error").mockReturnValue();
    vi.spyOn(env.DELIVERIES, "sendBatch").mockRejectedValueOnce(new Error("queue is down"));
    const pointer = await rig.open(1);
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
    const rig = createLedgerRig();
    const done = await rig.open(1);
    await rig.finish(done);
    const waiting = await rig.open(1);
    await rig.finish(waiting, { status: "retry", reason: "503" });
    clock.at(DELIVERY.finishedKeptMs + 1);
    await rig.alarm();
    expect(await rig.trace(done, 0)).toEqual([]);
    expect(await rig.trace(waiting, 0)).toHaveLength(2);
  });

  it.each([
    ["a whole segment of one part", 1, 10],
    ["each further part of a large one", 16, 10 + 15],
  ])("writes few rows for %s, also with five subscriptions", async (_, parts, most) => {
    const rig = createLedgerRig();
    const lanes = ["one", "two", "three", "four", "five"];
    const count = DELIVERY.chunkLines * parts;
    let rows = 0;
    await runInDurableObject(rig.ledger, (__, { storage: { sql } }) => {
      const exec = sql.exec.bind(sql);
      vi.spyOn(sql, "exec").mockImplementation((query, ...bindings) => {
        const cursor = exec(query, ...bindings);
        rows += cursor.rowsWritten;
        return cursor as never;
      });
    });
    const pointer = await rig.open(count);
    const claim = await rig.granted(pointer, lanes);
    for (let start = 0; start < count; start += DELIVERY.chunkLines) {
      const lines = Array.from({ length: DELIVERY.chunkLines }, (__, i) => start + i);
      const cells = lanes.flatMap((___, lane) => lines.map((line) => (lane + 1) * count + line));
      await rig.settle(pointer, claim, {
        passed: lines,
        outcomes: cells.map((cell) => ({ cell, status: "delivered", latencyMs: 5, kind: 0 })),
        kinds: [{ type: "track", name: "A" }],
        release: start + DELIVERY.chunkLines === count,
      });
    }
    expect(await rig.summary()).toMatchObject({ delivered: count * lanes.length, waiting: 0 });
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThanOrEqual(most);
  });
});
