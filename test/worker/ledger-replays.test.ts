import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Runs } from "../../src/core/cell-runs.ts";
import type { DeliveryPointer } from "../../src/core/delivery.ts";
import { liveOutcomesOf } from "../../src/core/replay-ledger.ts";
import { stopClockInEach } from "../support/clock.ts";
import { createLedgerRig, giveUp, laneCells, type LedgerRig } from "../support/ledger.ts";

const SECOND = 1000;

const clock = stopClockInEach();

const KEY = "segment-logs/src_1/1795305600000/0-000000001.gz";

/** Opens a job of replay `r1` for some of ten lines. */
async function open(rig: LedgerRig, lines: Runs, chunk = 0, key = KEY): Promise<DeliveryPointer> {
  const { destinationId } = rig;
  const pointer = { destinationId, sourceId: "src_1", key, replayId: `replay-r1-${chunk}` };
  await rig.ledger.openReplay({ ...pointer, count: 10, lines });
  return pointer;
}

describe("a replay's jobs", () => {
  it("are about the chosen lines alone, and open once", async () => {
    const rig = createLedgerRig();
    const pointer = await open(rig, [
      [2, 4],
      [7, 8],
    ]);
    await open(rig, [[0, 10]]);
    expect(rig.takeSent()).toEqual([pointer]);
    const claim = await rig.granted(pointer, ["one", "two"]);
    expect(claim.cells).toEqual([2, 3, 7, 12, 13, 17, 22, 23, 27]);
    expect(await rig.ledger.replayState("r1")).toMatchObject({ opened: 3, pending: 3 });
    await rig.settle(pointer, claim, {
      passed: [3, 7],
      outcomes: [
        { cell: 2, status: "dropped", reason: "FILTERED_BY_RULES" },
        { cell: 13, status: "delivered" },
        { cell: 23, status: "abandoned", reason: "400" },
        { cell: 17, status: "retry", reason: "503" },
        { cell: 27, status: "delivered" },
      ],
    });
    expect(await rig.ledger.replayState("r1")).toEqual({
      opened: 3,
      pending: 1,
      retrying: 1,
      delivered: 2,
      dropped: { FILTERED_BY_RULES: 1 },
      abandoned: { "400": 1 },
    });
    expect((await rig.trace(pointer, 3)).map(({ replayId, status }) => [replayId, status])).toEqual([
      ["replay-r1-0", "passed"],
      ["replay-r1-0", "delivered"],
      ["replay-r1-0", "abandoned"],
    ]);
    expect(await rig.trace(pointer, 5)).toEqual([]);
  });

  it("are counted apart from what comes in, and their age is no latency", async () => {
    const rig = createLedgerRig();
    const live = await rig.open(1);
    await rig.finish(live, { status: "delivered", latencyMs: 100 });
    const pointer = await open(rig, [[0, 4]]);
    const claim = await rig.granted(pointer);
    await rig.settle(pointer, claim, {
      passed: laneCells(claim, 0),
      outcomes: [
        { cell: 10, status: "delivered", latencyMs: 90 * 86_400_000, kind: 0 },
        { cell: 11, status: "dropped", reason: "subscription_disabled", kind: 0 },
        { cell: 12, status: "abandoned", reason: "400", kind: 0 },
        { cell: 13, status: "retry", reason: "503", kind: 0 },
      ],
      kinds: [{ type: "track", name: "Old" }],
    });
    const summary = await rig.summary();
    expect(summary).toMatchObject({
      delivered: 1,
      dropped: 0,
      abandoned: 0,
      retried: 0,
      replayed: { delivered: 1, dropped: 1, abandoned: 1, retried: 1 },
    });
    expect(summary.p95Ms).toBeLessThan(200);
    expect(summary.errors.map(({ status, reason, count }) => [status, reason, count])).toEqual(
      expect.arrayContaining([
        ["abandoned", "400", 1],
        ["retry", "503", 1],
      ]),
    );
    const overview = await rig.ledger.overview({
      metric: "successful-delivery",
      from: Date.now() - 3_600_000,
      to: Date.now() + 1,
      granularity: "HOUR",
      groupBy: ["eventName"],
      filter: {},
    });
    expect(overview.map(({ total }) => total)).toEqual([1]);
  });
});

describe("what a replay gives up", () => {
  it("is sent again as a replay is, apart from what live traffic gave up, and counted with replays", async () => {
    const rig = createLedgerRig();
    const live = await giveUp(rig);
    const pointer = await open(rig, [[0, 2]], 0, live.key);
    rig.takeSent();
    const claim = await rig.granted(pointer);
    const outcomes = [10, 11].map((cell) => ({ cell, status: "abandoned" as const, reason: "400" }));
    await rig.settle(pointer, claim, { passed: [0, 1], outcomes, letters: [{ key: "replayed", cells: [10, 11] }] });
    await rig.ledger.resend({ id: "all" });
    const sent = rig.takeSent();
    expect(sent.map(({ key, replayId }) => [key, replayId])).toEqual([
      [live.key, "resend-all-0"],
      [live.key, "resend-all-0r"],
    ]);
    const again = await rig.granted(sent[1]!);
    expect(again.cells).toEqual([10, 11]);
    await rig.settle(sent[1]!, again, { outcomes: again.cells.map((cell) => ({ cell, status: "delivered" })) });
    expect(await rig.summary()).toMatchObject({ abandoned: 4, resent: 0, replayed: { abandoned: 2, delivered: 2 } });
    expect(await rig.ledger.resends()).toMatchObject([{ lines: 6, delivered: 2, waiting: 4 }]);
  });
});

describe("cancelling a replay", () => {
  it("drops by name what nobody holds, and lets nothing more be opened", async () => {
    const rig = createLedgerRig();
    await open(rig, [[0, 5]]);
    const other = await rig.open(2);
    const state = await rig.ledger.cancelReplay("r1");
    expect(state).toMatchObject({ opened: 5, pending: 0, dropped: { replay_cancelled: 5 } });
    await open(rig, [[5, 10]], 1);
    expect(await rig.ledger.replayState("r1")).toMatchObject({ opened: 5, pending: 0 });
    expect(await rig.claim({ key: KEY, replayId: "replay-r1-1" })).toEqual({ status: "nothing_due" });
    expect(await rig.summary()).toMatchObject({ waiting: 2 });
    expect((await rig.claim(other)).status).toBe("granted");
    expect(await rig.ledger.cancelReplay("r1")).toEqual(state);
  });

  it("lets a consumer book what it has under way, and ends the rest after it", async () => {
    const rig = createLedgerRig();
    const pointer = await open(rig, [[0, 5]]);
    const claim = await rig.granted(pointer);
    expect(await rig.ledger.cancelReplay("r1")).toMatchObject({ pending: 5, dropped: {} });
    const told = { passed: [0, 1, 2, 3, 4], release: false };
    const answer = await rig.settle(pointer, claim, { ...told, outcomes: [{ cell: 10, status: "delivered" }] });
    expect(answer).toEqual({ proceed: false });
    // A batch that was being sent when the answer came.
    await rig.settle(pointer, claim, { release: false, outcomes: [{ cell: 11, status: "delivered" }] });
    expect(await rig.ledger.replayState("r1")).toMatchObject({ pending: 3, delivered: 2 });
    await evictDurableObject(rig.ledger);
    clock.at(60 * SECOND);
    await rig.alarm();
    expect(await rig.ledger.replayState("r1")).toMatchObject({
      pending: 0,
      delivered: 2,
      dropped: { replay_cancelled: 3 },
    });
    expect((await rig.trace(pointer, 4)).at(-1)).toMatchObject({ status: "dropped", reason: "replay_cancelled" });
  });

  it("ends what a consumer that died held, also while the user holds the destination back", async () => {
    const rig = createLedgerRig();
    const pointer = await open(rig, [[0, 5]]);
    await rig.granted(pointer);
    await rig.ledger.pause();
    await rig.ledger.cancelReplay("r1");
    clock.at(120 * SECOND);
    await rig.alarm();
    expect(await rig.ledger.replayState("r1")).toMatchObject({ pending: 0, dropped: { replay_cancelled: 5 } });
    expect(await rig.ledger.replayState("r1")).toMatchObject({ heldBy: "destination_paused" });
  });

  it("is of that replay alone, though the name of another begins like it", async () => {
    const rig = createLedgerRig();
    const name = { destinationId: rig.destinationId, sourceId: "src_1", key: KEY, count: 10 };
    await rig.ledger.openReplay({ ...name, replayId: "replay-r1-0", lines: [[0, 1]] });
    await rig.ledger.openReplay({ ...name, replayId: "replay-r1-2-0", lines: [[0, 2]] });
    await rig.ledger.cancelReplay("r1");
    expect(await rig.ledger.replayState("r1")).toMatchObject({ pending: 0 });
    expect(await rig.ledger.replayState("r1-2")).toMatchObject({ pending: 2, dropped: {} });
  });
});

describe("what became of a segment live", () => {
  it("is told by line and subscription, with re-sends and without replays", async () => {
    const rig = createLedgerRig();
    const pointer = await giveUp(rig);
    rig.takeSent();
    await rig.ledger.resend({ id: "again" });
    const again = { ...pointer, replayId: "resend-again-0" };
    const claim = await rig.granted(again);
    await rig.settle(again, claim, { outcomes: [{ cell: 4, status: "delivered" }] });
    await open(rig, [[0, 1]], 0, pointer.key);
    const told = await rig.ledger.outcomesOf(pointer.key);
    const ofLine = liveOutcomesOf(told!);
    expect(ofLine(0)).toEqual([
      { status: "delivered", subscriptionId: "one" },
      { status: "pending", subscriptionId: "two" },
    ]);
    expect(ofLine(2)).toEqual([
      { status: "pending", subscriptionId: "one" },
      { status: "delivered", subscriptionId: "two" },
    ]);
    expect(await rig.ledger.outcomesOf("unknown")).toBeNull();
  });
});
