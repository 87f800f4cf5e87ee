import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { START, stopClockInEach } from "../support/clock.ts";
import { createLedgerRig, laneCells } from "../support/ledger.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const clock = stopClockInEach();

describe("a destination that the user has paused", () => {
  it("gets nothing, not even what was on the queue, and says so, also after a restart", async () => {
    const rig = createLedgerRig();
    const before = await rig.open(1);
    expect(rig.takeSent()).toEqual([before]);
    await rig.ledger.pause();
    expect(await rig.summary()).toMatchObject({ paused: true, pausedAt: START, waiting: 1 });
    expect(await rig.claim(before)).toEqual({ status: "nothing_due" });
    await evictDurableObject(rig.ledger);
    await rig.open(1);
    await rig.alarm();
    clock.at(HOUR);
    await rig.ledger.pause();
    await rig.alarm();
    expect(rig.takeSent()).toEqual([]);
    const summary = await rig.summary();
    expect(summary).toMatchObject({ paused: true, pausedAt: START, waiting: 2 });
    expect(summary.nextAttemptAt).toBeUndefined();
  });

  it("books what was under way and stops there", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const claim = await rig.granted(pointer);
    await rig.ledger.pause();
    const part = { passed: [0], outcomes: [{ cell: 2, status: "delivered" }], release: false } as const;
    expect(await rig.settle(pointer, claim, part)).toEqual({ proceed: false });
    expect(await rig.claim(pointer)).toEqual({ status: "nothing_due" });
    await rig.ledger.resume();
    expect(await rig.granted(pointer)).toMatchObject({ cells: [1, 3], attempt: 1 });
  });

  it("gets everything once it is resumed, at once", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(1);
    await rig.ledger.pause();
    await rig.claim(rig.takeSent()[0]!);
    const other = await rig.open(1);
    await rig.ledger.resume();
    expect(rig.takeSent()).toEqual([pointer, other]);
    expect(await rig.summary()).toMatchObject({ paused: false });
    await rig.finish(pointer);
    await rig.finish(other);
    expect(await rig.summary()).toMatchObject({ delivered: 2, waiting: 0 });
  });

  it("gives nothing up however long it takes, though it was down before, nor for the time it was paused", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const rig = createLedgerRig();
    const down = await rig.open(DELIVERY.downAfterFailures);
    await rig.finish(down, { status: "retry", reason: "503" });
    const waiting = await rig.open(1);
    await rig.ledger.pause();
    rig.takeSent();
    clock.at(30 * DAY);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([]);
    await rig.ledger.resume();
    expect(rig.takeSent()).toEqual([waiting]);
    const probe = await rig.granted(waiting);
    expect(probe).toMatchObject({ mode: "probe", attempt: 1 });
    await rig.settle(waiting, probe, { passed: [0], outcomes: [{ cell: 1, status: "retry", reason: "503" }] });
    // Down again, and both jobs fell due a month ago: neither counts as having waited that long.
    await rig.alarm();
    expect(rig.takeSent()).toEqual([]);
    expect(await rig.claim(waiting)).toEqual({ status: "nothing_due" });
    expect(await rig.claim(down)).toEqual({ status: "nothing_due" });
    // Nor does the alarm go round and round for them.
    const next = await runInDurableObject(rig.ledger, (_, { storage }) => storage.getAlarm());
    expect(next).toBeGreaterThan(Date.now());
    expect(await rig.summary()).toMatchObject({ waiting: DELIVERY.downAfterFailures + 1, abandoned: 0 });
  });

  it("counts waiting from the moment it was resumed, and gives up a day after it", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(1);
    await rig.ledger.pause();
    clock.at(DAY);
    await rig.ledger.resume();
    const claim = await rig.granted(pointer);
    const longPause = { cell: 1, status: "retry", reason: "429", retryAfterMs: 3 * DAY } as const;
    await rig.settle(pointer, { ...claim, mode: "probe" }, { passed: [0], outcomes: [longPause] });
    rig.takeSent();
    clock.at(2 * DAY - 1);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([]);
    clock.at(2 * DAY);
    await rig.alarm();
    expect(rig.takeSent()).toEqual([pointer]);
    expect(await rig.granted(pointer)).toMatchObject({ mode: "give_up" });
  });
});

describe("a destination whose lines have waited too long", () => {
  it("is not taken for down because of what is given up: nobody was asked", async () => {
    const rig = createLedgerRig();
    const count = DELIVERY.downAfterFailures;
    const pointer = await rig.open(count);
    const first = await rig.granted(pointer);
    const longPause = { cell: count, status: "retry", reason: "429", retryAfterMs: 3 * DAY } as const;
    await rig.settle(pointer, { ...first, mode: "probe" }, { passed: laneCells(first, 0), outcomes: [longPause] });
    clock.at(DAY);
    const claim = await rig.granted(pointer);
    expect(claim.mode).toBe("give_up");
    const outcomes = laneCells(claim, 1).map((cell) => ({ cell, status: "abandoned", reason: "RETRY" }) as const);
    await rig.settle(pointer, claim, { outcomes });
    const { abandoned, probeAt } = await rig.summary();
    expect([abandoned, probeAt]).toEqual([count, undefined]);
  });
});
