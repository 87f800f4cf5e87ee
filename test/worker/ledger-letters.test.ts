import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { START, stopClockInEach } from "../support/clock.ts";
import { createLedgerRig, giveUp } from "../support/ledger.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LANES = ["one", "two"];

const clock = stopClockInEach();

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
