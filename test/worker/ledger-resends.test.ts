import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { START, stopClockInEach } from "../support/clock.ts";
import { createLedgerRig, giveUp, type LedgerRig } from "../support/ledger.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LANES = ["one", "two"];

const clock = stopClockInEach();

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
    // Four were given up, three of these have come to a newer end: one that waits and one given up again are left.
    expect(await rig.ledger.summary({ minutes: 60, now: Date.now() })).toMatchObject({ abandoned: 5, resent: 3 });
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

  /** A minute later: what was counted in the minute that has just begun is in. */
  const dayAt = async (rig: LedgerRig, ms: number) => {
    clock.at(ms + MINUTE);
    return (await rig.ledger.standing()).day;
  };

  it("leaves nothing given up for Health once all has arrived, and counts once what is given up again", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    rig.takeSent();
    expect(await dayAt(rig, 0)).toMatchObject({ delivered: 4, abandoned: 4 });
    await rig.ledger.resend({ id: "r1" });
    expect(await dayAt(rig, MINUTE)).toMatchObject({ delivered: 4, abandoned: 4 });
    await work(rig, "abandoned");
    expect(await dayAt(rig, 2 * MINUTE)).toMatchObject({ delivered: 4, abandoned: 4 });
    await rig.ledger.resend({ id: "r2" });
    await work(rig);
    expect(await dayAt(rig, 3 * MINUTE)).toMatchObject({ delivered: 8, abandoned: 0 });
  });

  it("does not hide what a day gives up behind older ones that are sent again that day", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    clock.at(3 * DAY);
    await giveUp(rig, "of today");
    rig.takeSent();
    await rig.ledger.resend({ id: "r1", to: START + DAY });
    await work(rig);
    expect(await dayAt(rig, 3 * DAY)).toMatchObject({ delivered: 8, abandoned: 4 });
  });

  it("names what most were given up for that are not sent again, not what fails now", async () => {
    const rig = createLedgerRig();
    const lostFor = async () => (await rig.ledger.standing()).lostFor;
    expect(await lostFor()).toBeUndefined();
    await giveUp(rig);
    const failing = await rig.open(9);
    await rig.finish(failing, { status: "retry", reason: "500" });
    rig.takeSent();
    expect(await lostFor()).toBe("400");
    await rig.ledger.resend({ id: "r1", reason: "400" });
    await work(rig);
    expect(await lostFor()).toBe("401");
    await rig.ledger.resend({ id: "r2" });
    await work(rig);
    clock.at(MINUTE);
    expect(await lostFor()).toBeUndefined();
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

  it("takes what two objects hold of one segment up together", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const claim = await rig.granted(pointer);
    for (const cell of [2, 3]) {
      const outcomes = [{ cell, status: "abandoned", reason: "400" }] as const;
      await rig.settle(pointer, claim, { passed: [cell - 2], outcomes, letters: [{ key: `${cell}`, cells: [cell] }] });
    }
    rig.takeSent();
    expect(await rig.ledger.resend({ id: "a" })).toMatchObject({ objects: 2, lines: 2 });
    expect(await work(rig)).toEqual([[2, 3]]);
  });

  it("sends what is in many letters once, however far these lie apart", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    rig.takeSent();
    await runInDurableObject(rig.ledger, (_, { storage: { sql } }) => {
      for (let i = 1; i <= 250; i++) {
        sql.exec(
          `INSERT INTO letters SELECT at + ?, key || ?, segment, replay, source_id, count, reasons, entries
           FROM letters WHERE key = 'letters'`,
          i,
          i,
        );
      }
    });
    clock.at(HOUR);
    expect(await rig.ledger.resend({ id: "a", again: true })).toMatchObject({ objects: 251, lines: 4, waiting: 4 });
    expect(await work(rig)).toEqual([[4, 5, 6, 8]]);
  });

  it("takes nothing up that is older than 90 days", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    clock.at(90 * DAY + 1);
    expect(await rig.ledger.resend({ id: "a", from: 0 })).toMatchObject({ objects: 0 });
  });

  it("takes up any number of letters, a step at a time, also when interrupted or paused; none that come later", async () => {
    const rig = createLedgerRig();
    await giveUp(rig);
    const open = await rig.open(1);
    const claim = await rig.granted(open);
    await rig.ledger.pause();
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
    await runInDurableObject(rig.ledger, (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(rig.ledger);
    const started = await rig.ledger.resend({ id: "many", to: START + DAY });
    expect(started).toMatchObject({ opening: true, objects: 2000, lines: 8000 });
    await evictDurableObject(rig.ledger);
    clock.at(HOUR + 1000);
    const late = { cell: 1, status: "abandoned", reason: "400" } as const;
    await rig.settle(open, claim, { passed: [0], outcomes: [late], letters: [{ key: "late", cells: [1] }] });
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
