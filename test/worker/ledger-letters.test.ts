import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeliveryPointer } from "../../src/core/delivery.ts";
import { DELIVERY } from "../../src/core/delivery.ts";
import { START, stopClock } from "../support/clock.ts";
import { createLedgerRig, laneCells, type LedgerRig } from "../support/ledger.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LANES = ["one", "two"];

let clock: ReturnType<typeof stopClock>;
beforeEach(() => void (clock = stopClock()));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A segment of four lines: lane one gives up lines 0 and 1 (400) and 2 (401), lane two line 0 (400); the rest arrives. */
async function giveUp(rig: LedgerRig, key = "letters"): Promise<DeliveryPointer> {
  const pointer = await rig.open(4);
  const claim = await rig.granted(pointer, LANES);
  const reasons: Record<number, string> = { 4: "400", 5: "400", 6: "401", 8: "400" };
  await rig.settle(pointer, claim, {
    passed: laneCells(claim, 0),
    outcomes: [...laneCells(claim, 1), ...laneCells(claim, 2)].map((cell) => {
      const reason = reasons[cell];
      return reason === undefined ? { cell, status: "delivered" } : { cell, status: "abandoned", reason };
    }),
    letters: [{ key, cells: Object.keys(reasons).map(Number) }],
  });
  return pointer;
}

/** Delivers what a re-send has put on the queue, and tells which cells that were. */
async function work(rig: LedgerRig, status: "delivered" | "abandoned" = "delivered"): Promise<number[][]> {
  const sent: number[][] = [];
  for (const pointer of rig.takeSent()) {
    const claim = await rig.granted(pointer, ["other"]);
    sent.push([...claim.cells]);
    const outcomes = claim.cells.map((cell) => ({
      cell,
      status,
      ...(status === "delivered" ? {} : { reason: "500" }),
    }));
    await rig.settle(pointer, claim, { outcomes, letters: [{ key: `again ${pointer.replayId}`, cells: claim.cells }] });
  }
  return sent;
}

describe("dead letters", () => {
  it("are listed with what was given up, why, when and for which subscriptions", async () => {
    const rig = createLedgerRig();
    const pointer = await giveUp(rig);
    expect(await rig.ledger.deadLetters({ limit: 10 })).toEqual({
      objects: [
        {
          key: "letters",
          at: START,
          segmentKey: pointer.key,
          reasons: { "400": 3, "401": 1 },
          lines: 4,
          subscriptionIds: LANES,
          resentAs: [],
        },
      ],
    });
  });

  it("of a settlement that comes twice, or too late, are listed once", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const late = await rig.granted(pointer);
    clock.at(DELIVERY.leaseMs);
    const claim = await rig.granted(pointer);
    const outcomes = [2, 3].map((cell) => ({ cell, status: "abandoned", reason: "400" }) as const);
    await rig.settle(pointer, claim, {
      passed: [0, 1],
      outcomes: outcomes.slice(0, 1),
      letters: [{ key: "a", cells: [2] }],
      release: false,
    });
    await rig.settle(pointer, late, { passed: [0, 1], outcomes, letters: [{ key: "b", cells: [2, 3] }] });
    await rig.settle(pointer, claim, { outcomes, letters: [{ key: "a", cells: [2] }] });
    const { objects } = await rig.ledger.deadLetters({ limit: 10 });
    expect(objects.map(({ key, lines }) => [key, lines])).toEqual(
      expect.arrayContaining([
        ["a", 1],
        ["b", 1],
      ]),
    );
    expect(objects).toHaveLength(2);
    expect(await rig.summary()).toMatchObject({ abandoned: 2 });
  });

  it("are found by reason and time, newest first, page by page", async () => {
    const rig = createLedgerRig();
    for (let i = 0; i < 5; i++) {
      clock.at(i * HOUR);
      await giveUp(rig, `letters ${i}`);
    }
    const other = await rig.open(1);
    const claim = await rig.granted(other);
    const odd = { cell: 1, status: "abandoned", reason: '4"0' } as const;
    await rig.settle(other, claim, { passed: [0], outcomes: [odd], letters: [{ key: "odd", cells: [1] }] });
    const keys = async (query: object) =>
      (await rig.ledger.deadLetters({ limit: 10, ...query })).objects.map(({ key }) => key);
    const first = await rig.ledger.deadLetters({ limit: 2 });
    const second = await rig.ledger.deadLetters({ limit: 10, cursor: first.next! });
    expect([...first.objects, ...second.objects].map(({ key }) => key)).toEqual([
      "odd",
      "letters 4",
      "letters 3",
      "letters 2",
      "letters 1",
      "letters 0",
    ]);
    expect(second.next).toBeUndefined();
    expect(await keys({ reason: '4"0' })).toEqual(["odd"]);
    expect(await keys({ reason: "401" })).toHaveLength(5);
    expect(await keys({ reason: "40" })).toEqual([]);
    expect(await keys({ from: START + HOUR, to: START + 3 * HOUR })).toEqual(["letters 2", "letters 1"]);
    expect(await keys({ cursor: "nonsense" })).toHaveLength(6);
  });

  it("are forgotten after 90 days, on the list at once and for good with the next sweep", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    clock.at(90 * DAY);
    expect((await rig.ledger.deadLetters({ limit: 1 })).objects).toHaveLength(1);
    clock.at(90 * DAY + 1);
    expect((await rig.ledger.deadLetters({ limit: 1 })).objects).toEqual([]);
    await rig.open(1);
    await rig.alarm();
    await runInDurableObject(rig.ledger, (_, { storage: { sql } }) => {
      expect(sql.exec("SELECT COUNT(*) AS n FROM letters").one()).toEqual({ n: 0 });
    });
  });
});

describe("sending dead letters again", () => {
  it("sends exactly what was given up, to whom it was meant for, and tells how far it is", async () => {
    const rig = createLedgerRig();
    const pointer = await giveUp(rig);
    rig.takeSent();
    expect(await rig.ledger.resend({ id: "r1" })).toMatchObject({
      id: "r1",
      at: START,
      opening: false,
      lines: 4,
      objects: 1,
      waiting: 4,
    });
    expect(rig.takeSent()).toEqual([{ ...pointer, replayId: "resend-r1-0" }]);
    const again = { ...pointer, replayId: "resend-r1-0" };
    const claim = await rig.granted(again, ["other"]);
    expect(claim).toMatchObject({ lanes: LANES, cells: [4, 5, 6, 8], count: 4, attempt: 1 });
    await rig.settle(again, claim, {
      outcomes: [
        { cell: 4, status: "delivered" },
        { cell: 5, status: "abandoned", reason: "400" },
        { cell: 6, status: "dropped", reason: "subscription_deleted" },
        { cell: 8, status: "retry", reason: "503" },
      ],
    });
    expect(await rig.ledger.resends()).toMatchObject([
      { id: "r1", delivered: 1, abandoned: 1, dropped: 1, waiting: 1 },
    ]);
    const [listed] = (await rig.ledger.deadLetters({ limit: 1 })).objects;
    expect(listed!.resentAs).toEqual(["r1"]);
    const trace = (await rig.trace(pointer, 0)).filter(({ replayId }) => replayId !== undefined);
    expect(trace.map(({ subscriptionId, status }) => [subscriptionId, status])).toEqual([
      [undefined, "passed"],
      ["one", "delivered"],
      ["two", "pending"],
    ]);
    expect((await rig.trace(pointer, 3)).filter(({ replayId }) => replayId !== undefined)).toEqual([]);
  });

  it("is one re-send however often it is asked for, also when the job was long forgotten", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    rig.takeSent();
    clock.at(60 * DAY);
    await rig.open(1);
    await rig.alarm();
    rig.takeSent();
    const first = await rig.ledger.resend({ id: "r1" });
    await evictDurableObject(rig.ledger);
    expect(await rig.ledger.resend({ id: "r1", reason: "401" })).toEqual(first);
    await rig.alarm();
    const resent = rig.takeSent().filter(({ replayId }) => replayId !== undefined);
    expect(new Set(resent.map(({ replayId }) => replayId))).toEqual(new Set(["resend-r1-0"]));
    expect((await rig.ledger.resends()).map(({ lines }) => lines)).toEqual([4]);
  });

  it("takes by reason and by time", async () => {
    const rig = createLedgerRig();
    await giveUp(rig, "early");
    clock.at(HOUR);
    await giveUp(rig, "late");
    rig.takeSent();
    expect(await rig.ledger.resend({ id: "a", reason: "401" })).toMatchObject({ lines: 2, objects: 2 });
    expect(await work(rig)).toEqual([[6], [6]]);
    expect(await rig.ledger.resend({ id: "b", from: START + HOUR })).toMatchObject({ lines: 3, objects: 1 });
    expect(await work(rig)).toEqual([[4, 5, 8]]);
    expect(await rig.ledger.resend({ id: "c", to: START + HOUR })).toMatchObject({ lines: 3, objects: 1 });
    await work(rig);
    expect(await rig.ledger.resend({ id: "d" })).toMatchObject({ lines: 0, objects: 0, waiting: 0 });
  });

  it("never sends twice what an earlier one has taken, unless told to; what failed again is a new letter", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    rig.takeSent();
    await rig.ledger.resend({ id: "a" });
    clock.at(1000);
    expect(await work(rig, "abandoned")).toEqual([[4, 5, 6, 8]]);
    clock.at(2000);
    expect(await rig.ledger.resend({ id: "b" })).toMatchObject({ objects: 1, lines: 4 });
    expect(await work(rig)).toEqual([[4, 5, 6, 8]]);
    expect(await rig.ledger.resend({ id: "c" })).toMatchObject({ objects: 0, lines: 0 });
    expect(await rig.ledger.resend({ id: "d", again: true })).toMatchObject({ objects: 2, lines: 4 });
    const { objects } = await rig.ledger.deadLetters({ limit: 10 });
    expect(objects.map(({ resentAs }) => resentAs)).toEqual([
      ["b", "d"],
      ["a", "d"],
    ]);
  });

  it("takes up any number of letters, a step at a time, also when it is interrupted", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    rig.takeSent();
    await runInDurableObject(rig.ledger, (_, { storage: { sql } }) => {
      for (let i = 0; i < 2500; i++) {
        sql.exec(
          `INSERT INTO letters SELECT at + ?, key || ?, segment || ?, replay, source_id, count, reasons, entries
           FROM letters WHERE key = 'letters'`,
          1 + Math.floor(i / 2),
          i,
          i,
        );
      }
    });
    clock.at(HOUR);
    expect(await rig.ledger.resend({ id: "many" })).toMatchObject({ opening: true, objects: 2000, lines: 8000 });
    await evictDurableObject(rig.ledger);
    expect(await rig.alarm()).toBe(true);
    expect(await rig.ledger.resends()).toMatchObject([
      { opening: false, objects: 2501, lines: 10_004, waiting: 10_004 },
    ]);
    await runInDurableObject(rig.ledger, (_, { storage: { sql } }) => {
      expect(sql.exec("SELECT COUNT(*) AS jobs, SUM(pending) AS lines FROM jobs WHERE done_at IS NULL").one()).toEqual({
        jobs: 2501,
        lines: 2501 * 3,
      });
    });
  });

  it("does not take letters up that come while it is under way", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    rig.takeSent();
    await rig.ledger.resend({ id: "a", to: START + DAY });
    clock.at(1);
    await work(rig, "abandoned");
    await rig.alarm();
    expect(await rig.ledger.resends()).toMatchObject([{ objects: 1, abandoned: 4, waiting: 0 }]);
  });

  it("leaves alone what could not be read", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(1);
    const claim = await rig.granted(pointer);
    const broken = { cell: 0, status: "abandoned", reason: "MESSAGE_REJECTED" } as const;
    await rig.settle(pointer, claim, { outcomes: [broken], letters: [{ key: "broken", cells: [0] }] });
    expect((await rig.ledger.deadLetters({ limit: 1 })).objects).toMatchObject([{ lines: 1, subscriptionIds: [] }]);
    expect(await rig.ledger.resend({ id: "a" })).toMatchObject({ objects: 0, lines: 0 });
  });

  it("refuses an id that cannot name a job", async () => {
    const rig = createLedgerRig();
    await runInDurableObject(rig.ledger, async (ledger) => {
      for (const id of ["", "a-b", "a/b", "x".repeat(41)])
        await expect(ledger.resend({ id })).rejects.toThrow("id is 1 to 40");
    });
  });
});
