import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { START, stopClock } from "../support/clock.ts";
import { createLedgerRig, laneCells } from "../support/ledger.ts";

const MINUTE = 60_000;
const retry = (cell: number, reason = "503") => ({ cell, status: "retry", reason }) as const;
const delivered = (cell: number) => ({ cell, status: "delivered" }) as const;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the lanes of a job", () => {
  it("are those of its first claim, whatever is enabled later", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    expect(await rig.granted(pointer, ["one", "two"])).toMatchObject({
      lanes: ["one", "two"],
      cells: [0, 1, 2, 3, 4, 5],
    });
    await evictDurableObject(rig.ledger);
    clock.at(DELIVERY.leaseMs);
    expect(await rig.granted(pointer, ["three"])).toMatchObject({ lanes: ["one", "two"], cells: [0, 1, 2, 3, 4, 5] });
  });

  it("are not fixed by a claim that got nothing", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(1);
    await rig.ledger.pause();
    expect(await rig.claim(pointer, ["one"])).toEqual({ status: "nothing_due" });
    await rig.ledger.resume();
    expect(await rig.granted(pointer, ["two"])).toMatchObject({ lanes: ["two"] });
  });

  it("can be none: then the gates are all there is to settle", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const claim = await rig.granted(pointer, []);
    expect(claim.cells).toEqual([0, 1]);
    const outcomes = claim.cells.map((cell) => ({ cell, status: "dropped", reason: "NO_MATCHING_MAPPING" }) as const);
    await rig.settle(pointer, claim, { outcomes });
    expect(await rig.summary()).toMatchObject({ waiting: 0, dropped: 2 });
  });

  it("are refused when there are more than a row can hold", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(1);
    const lanes = Array.from({ length: DELIVERY.maxLanes + 1 }, (_, i) => `s${i}`);
    await runInDurableObject(rig.ledger, async (ledger) => {
      await expect(ledger.claim({ ...pointer, lanes })).rejects.toThrow("51 lanes");
    });
    expect((await rig.granted(pointer, lanes.slice(1))).cells).toHaveLength(51);
  });

  it("are retried one by one: what was delivered to one subscription is not sent to it again for another", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const first = await rig.granted(pointer, ["one", "two"]);
    await rig.settle(pointer, first, {
      passed: [0, 1],
      unmatched: [3],
      outcomes: [delivered(2), retry(4), delivered(5)],
    });
    expect(await rig.claim(pointer)).toEqual({ status: "nothing_due" });
    clock.at(2 * MINUTE);
    expect(await rig.granted(pointer)).toMatchObject({ cells: [4], attempt: 2 });
  });

  it("go on where they were when a consumer lets go in the middle", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const first = await rig.granted(pointer, ["one", "two"]);
    await rig.settle(pointer, first, { passed: [0], unmatched: [4], outcomes: [] });
    expect(await rig.granted(pointer)).toMatchObject({ cells: [1, 2, 3, 5], attempt: 1 });
  });
});

describe("a probe", () => {
  beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));

  it("tells of no time that has passed when it is tried again", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(DELIVERY.downAfterFailures);
    await rig.finish(pointer, { status: "retry", reason: "503" });
    const { probeAt = 0, nextAttemptAt } = await rig.summary();
    expect(probeAt).toBeGreaterThan(START);
    expect(nextAttemptAt).toBeGreaterThanOrEqual(probeAt);
    clock.at(3_600_000);
    const late = await rig.summary();
    expect([late.probeAt, late.nextAttemptAt]).toEqual([START + 3_600_000, undefined]);
    expect(await rig.ledger.standing()).not.toHaveProperty("nextAttemptAt");
  });

  it("holds lines that were let through; a failure uses no attempt up", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(20);
    const claim = await rig.granted(pointer, ["one", "two"]);
    await rig.settle(pointer, claim, {
      passed: laneCells(claim, 0),
      outcomes: laneCells(claim, 1)
        .slice(0, DELIVERY.downAfterFailures)
        .map((cell) => retry(cell)),
    });
    expect((await rig.summary()).probeAt).toBeGreaterThan(START);
    expect(await rig.claim(pointer)).toEqual({ status: "nothing_due" });
    clock.at(20_000);
    const probe = await rig.granted(pointer);
    expect(probe.mode).toBe("probe");
    expect(probe.cells[0]).toBe(20 + DELIVERY.downAfterFailures);
    await rig.settle(pointer, probe, { outcomes: [retry(probe.cells[0]!)] });
    const [, lane] = await rig.trace(pointer, DELIVERY.downAfterFailures);
    expect(lane).toMatchObject({ status: "pending", failures: 0, attempts: [{ status: "retry", uncounted: 1 }] });
  });

  it("holds undecided lines when nothing was let through yet, and what it finds out about them stays", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const failing = await rig.open(10);
    await rig.finish(failing, { status: "retry", reason: "503" });
    const pointer = await rig.open(500);
    rig.takeSent();
    clock.at(20_000);
    const probe = await rig.granted(pointer);
    expect(probe.mode).toBe("probe");
    expect(laneCells(probe, 0)).toHaveLength(DELIVERY.chunkLines);
    expect(laneCells(probe, 1)).toHaveLength(DELIVERY.chunkLines);
    const outcomes = laneCells(probe, 0).map(
      (cell) => ({ cell, status: "dropped", reason: "FILTERED_BY_RULES" }) as const,
    );
    await rig.settle(pointer, probe, { outcomes });
    // Nobody was asked, so the next lines may, at once.
    clock.at(21_000);
    await rig.alarm();
    expect(rig.takeSent()).toHaveLength(1);
    expect(laneCells(await rig.granted(pointer), 0)[0]).toBe(DELIVERY.chunkLines);
  });
});

describe("the trace of a line", () => {
  it("tells gate and subscriptions with each attempt, its time and its reason", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const first = await rig.granted(pointer, ["one", "two", "three"]);
    await rig.settle(pointer, first, {
      passed: [0, 1],
      unmatched: [4, 5],
      outcomes: [delivered(2), { ...retry(6), detail: "Busy" }, delivered(3), delivered(7)],
    });
    clock.at(2 * MINUTE);
    const second = await rig.granted(pointer);
    await rig.settle(pointer, second, {
      outcomes: [{ cell: 6, status: "abandoned", reason: "400", detail: "No email" }],
    });
    await evictDurableObject(rig.ledger);
    expect(await rig.trace(pointer, 0)).toEqual([
      { status: "passed", failures: 0, attempts: [] },
      {
        subscriptionId: "one",
        status: "delivered",
        failures: 0,
        attempts: [{ at: START, attempt: 1, status: "delivered" }],
      },
      { subscriptionId: "two", status: "unmatched", failures: 0, attempts: [] },
      {
        subscriptionId: "three",
        status: "abandoned",
        failures: 1,
        reason: "400",
        detail: "No email",
        attempts: [
          { at: START, attempt: 1, status: "retry", reason: "503" },
          { at: START + 2 * MINUTE, attempt: 2, status: "abandoned", reason: "400" },
        ],
      },
    ]);
  });

  it("says of a line that waits when it is tried again and what failed, and of an undecided one that it is pending", async () => {
    stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(1);
    expect(await rig.trace(pointer, 0)).toEqual([
      { status: "pending", failures: 0, attempts: [], nextAttemptAt: START },
    ]);
    await rig.finish(pointer, { status: "retry", reason: "429", retryAfterMs: 30_000 });
    const [, lane] = await rig.trace(pointer, 0);
    expect(lane).toMatchObject({ status: "pending", failures: 1, reason: "429", nextAttemptAt: START + 30_000 });
  });

  it("tells nothing of a line's neighbours, though all were settled together", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(3);
    const claim = await rig.granted(pointer);
    await rig.settle(pointer, claim, { passed: [0, 1, 2], unmatched: [4], outcomes: [delivered(3), delivered(5)] });
    expect((await rig.trace(pointer, 2))[1]).toMatchObject({ attempts: [{ status: "delivered" }] });
    expect((await rig.trace(pointer, 1))[1]).toEqual({
      subscriptionId: "one",
      status: "unmatched",
      failures: 0,
      attempts: [],
    });
  });

  it("says why the gate stopped it, and shows replays beside the live delivery", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(1);
    const claim = await rig.granted(pointer);
    const stopped = { cell: 0, status: "dropped", reason: "FILTERED_BY_RULES", detail: "filter Staff" } as const;
    await rig.settle(pointer, claim, { outcomes: [stopped] });
    const replay = { ...pointer, replayId: "r1" };
    await rig.ledger.open({ ...replay, count: 1 });
    await rig.finish(replay);
    expect(await rig.trace(pointer, 0)).toMatchObject([
      { status: "dropped", reason: "FILTERED_BY_RULES", detail: "filter Staff" },
      { subscriptionId: "one", status: "unmatched" },
      { replayId: "r1", status: "passed" },
      { replayId: "r1", subscriptionId: "one", status: "delivered" },
    ]);
    expect(await rig.trace(pointer, 1)).toEqual([]);
  });
});
