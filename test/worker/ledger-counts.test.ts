import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { OverviewQuery } from "../../src/core/overview.ts";
import { START, stopClock } from "../support/clock.ts";
import { createLedgerRig } from "../support/ledger.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ledgerOf = () => env.LEDGER.getByName(`source:src_${crypto.randomUUID()}`);

const overview = (more: Partial<OverviewQuery>): OverviewQuery => ({
  metric: "successfully-received",
  from: START,
  to: START + HOUR,
  granularity: "MINUTE",
  groupBy: [],
  filter: {},
  ...more,
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the ledger of a source", () => {
  it("adds counts up by the minute and answers for the minutes asked", async () => {
    stopClock();
    const ledger = ledgerOf();
    await ledger.count(START - 61 * MINUTE, { accepted: 100 });
    await ledger.count(START - MINUTE, { accepted: 2, duplicate: 1 });
    await ledger.count(START, { accepted: 3, "refused:bad_request": 4 });
    const volume = await ledger.volume({ minutes: 60, now: START });
    expect(volume.totals).toEqual({ accepted: 5, duplicate: 1, refused: 4 });
    expect(volume.minutes).toHaveLength(60);
    expect(volume.minutes.slice(-2)).toEqual([
      { at: START - MINUTE, accepted: 2, duplicate: 1, refused: 0 },
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

  it("writes one row per call, keeps one per hour, minutes for 48 hours and hours for 32 days", async () => {
    const ledger = ledgerOf();
    const kinds = [{ kind: { type: "track" }, count: 1 }];
    await ledger.countSegment({ shard: 0, segment: 0, at: START, accepted: 1, kinds });
    await ledger.count(START + 49 * HOUR, { accepted: 1 });
    await runInDurableObject(ledger, (_, { storage: { sql } }) => {
      const rows = sql.exec("SELECT hour, minutes, totals, kinds FROM hours ORDER BY hour").toArray();
      const [{ totals, ...first } = {}] = rows;
      expect(JSON.parse(String(totals))).toMatchObject({ accepted: 1, "op:requests": 1 });
      expect(first).toEqual({
        hour: START,
        minutes: "{}",
        kinds: '[["accepted","track",null,null,null,null,null,1]]',
      });
      expect(rows).toHaveLength(2);
    });
    expect((await ledger.volume({ minutes: 60 * 60, now: START + 49 * HOUR })).totals.accepted).toBe(2);
    const day = overview({ granularity: "DAY", groupBy: ["eventType"] });
    expect(await ledger.overview(day)).toMatchObject([{ eventType: "track", total: 1 }]);
    await ledger.count(START + 33 * 24 * HOUR, { accepted: 1 });
    const month = await ledger.volume({ minutes: 60 * 24 * 40, now: START + 33 * 24 * HOUR });
    expect(month.totals.accepted).toBe(2);
  });

  it("remembers across an eviction", async () => {
    const ledger = ledgerOf();
    await ledger.count(START, { accepted: 7 });
    await evictDurableObject(ledger);
    expect((await ledger.volume({ minutes: 1, now: START })).totals.accepted).toBe(7);
  });

  it("counts a segment of each shard once, into whatever hour it goes, and as an earlier version marked it", async () => {
    const ledger = ledgerOf();
    const count = (shard: number, segment: number, at = START) =>
      ledger.countSegment({ shard, segment, at, accepted: 1 });
    const total = async () => (await ledger.volume({ minutes: 60 * 24, now: START + 2 * HOUR })).totals.accepted;
    await runInDurableObject(ledger, (_, { storage: { sql } }) => {
      sql.exec("INSERT INTO meta VALUES ('counted:0', '3')");
    });
    await count(0, 3);
    expect(await total()).toBe(0);
    await count(0, 4, START + HOUR);
    await count(1, 0, START + HOUR);
    await count(0, 5, START);
    await count(1, 1, START + 2 * HOUR);
    await ledger.count(START + 3 * HOUR, { duplicate: 1 });
    expect(await total()).toBe(4);
    for (let restart = 0; restart < 2; restart++) {
      await evictDurableObject(ledger);
      for (const at of [START, START + HOUR, START + 3 * HOUR]) {
        await count(0, 5, at);
        await count(1, 1, at);
      }
      expect(await total()).toBe(4);
    }
    await count(0, 6);
    await count(1, 2);
    expect(await total()).toBe(6);
  });

  it("counts a segment once with its kinds, and says what was received, and refused, by kind", async () => {
    const ledger = ledgerOf();
    const order = { kind: { type: "track", name: "Order", appVersion: "1.0" }, count: 3 };
    const segment = {
      shard: 0,
      segment: 1,
      at: START,
      accepted: 5,
      kinds: [order, { kind: { type: "page" }, count: 1 }],
    };
    await ledger.countSegment(segment);
    await ledger.countSegment(segment);
    await ledger.countSegment({ ...segment, segment: 0 });
    await ledger.count(START, { "refused:event_not_string": 3 }, [
      { kind: { type: "track" }, reason: "event_not_string", count: 2 },
    ]);
    const received = await ledger.overview(overview({ groupBy: ["eventType", "eventName", "appVersion"] }));
    expect(received.map(({ series: _series, ...row }) => row)).toEqual([
      { eventType: "track", eventName: "Order", appVersion: "1.0", total: 3 },
      { eventType: "page", total: 1 },
      { total: 1 },
    ]);
    const refused = overview({ metric: "failed-on-ingest", groupBy: ["discardReason", "eventType"] });
    expect(await ledger.overview(refused)).toMatchObject([
      { discardReason: "event_not_string", eventType: "track", total: 2 },
      { discardReason: "event_not_string", total: 1 },
    ]);
    expect((await ledger.volume({ minutes: 1, now: START })).totals).toEqual({ accepted: 5, duplicate: 0, refused: 3 });
  });
});

describe("the figures of a destination", () => {
  it("are told by kind, subscription and reason, and as before in all", async () => {
    stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(3);
    const claim = await rig.granted(pointer, ["one", "two"]);
    await rig.settle(pointer, claim, {
      passed: [0, 1],
      unmatched: [7],
      outcomes: [
        { cell: 2, status: "dropped", reason: "FILTERED_BY_RULES", kind: 1 },
        { cell: 3, status: "delivered", latencyMs: 100, kind: 0 },
        { cell: 4, status: "retry", reason: "503", kind: 0 },
        { cell: 6, status: "abandoned", reason: "400", kind: 0 },
      ],
      kinds: [{ type: "track", name: "Order" }, { type: "page" }],
    });
    const ask = (metric: OverviewQuery["metric"]) =>
      rig.ledger.overview(
        overview({ metric, groupBy: ["eventName", "eventType", "subscriptionId", "discardReason", "sourceId"] }),
      );
    const { sourceId } = pointer;
    const order = { eventName: "Order", eventType: "track", sourceId };
    expect(await ask("successful-delivery")).toEqual([
      { ...order, subscriptionId: "one", total: 1, totalRetries: 0, series: [{ at: START, count: 1, retries: 0 }] },
      {
        ...order,
        subscriptionId: "one",
        discardReason: "503",
        total: 0,
        totalRetries: 1,
        series: [{ at: START, count: 0, retries: 1 }],
      },
    ]);
    expect(await ask("failed-delivery")).toEqual([
      { ...order, subscriptionId: "two", discardReason: "400", total: 1, series: [{ at: START, count: 1 }] },
    ]);
    expect(await ask("filtered-at-destination")).toEqual([
      { eventType: "page", sourceId, discardReason: "FILTERED_BY_RULES", total: 1, series: [{ at: START, count: 1 }] },
    ]);
    const summary = await rig.summary();
    expect(summary).toMatchObject({ delivered: 1, dropped: 1, abandoned: 1, retried: 1, waiting: 1, retrying: 1 });
    expect(summary.minutes.at(-1)).toMatchObject({ at: START, delivered: 1, p95Ms: 108 });
    expect(summary.minutes.at(-2)).toEqual({ at: START - MINUTE, delivered: 0, dropped: 0, retried: 0, abandoned: 0 });
  });

  it("have what a consumer that goes on has told, also when it dies, and have it once", async () => {
    const clock = stopClock();
    const rig = createLedgerRig();
    const pointer = await rig.open(3);
    const claim = await rig.granted(pointer);
    const told = (line: number) => ({
      passed: [line],
      outcomes: [{ cell: 3 + line, status: "delivered" as const, latencyMs: 5, kind: 0 }],
      kinds: [{ type: "track", name: "Order" }],
    });
    const byName = () =>
      rig.ledger.overview(overview({ metric: "successful-delivery", groupBy: ["eventName"], granularity: "HOUR" }));
    const stored = () =>
      runInDurableObject(rig.ledger, (_, { storage: { sql } }) =>
        sql
          .exec("SELECT totals FROM hours")
          .toArray()
          .map(({ totals }) => JSON.parse(String(totals)).delivered),
      );
    await rig.settle(pointer, claim, { ...told(0), release: false });
    clock.at(MINUTE + 1);
    await rig.settle(pointer, claim, { ...told(1), release: false });
    for (let restart = 0; restart < 2; restart++) {
      expect(await stored()).toEqual([]);
      expect(await rig.summary()).toMatchObject({ delivered: 2, waiting: 1 });
      expect(await byName()).toMatchObject([{ eventName: "Order", total: 2 }]);
      expect((await rig.ledger.standing()).day.delivered).toBe(2);
      await evictDurableObject(rig.ledger);
    }
    clock.at(10 * MINUTE);
    await rig.settle(pointer, await rig.granted(pointer), told(2));
    for (let restart = 0; restart < 2; restart++) {
      expect(await stored()).toEqual([3]);
      const { minutes, ...summary } = await rig.summary();
      expect(summary).toMatchObject({ delivered: 3, waiting: 0 });
      expect(minutes.filter(({ delivered }) => delivered > 0).map(({ at }) => (at - START) / MINUTE)).toEqual([
        0, 1, 10,
      ]);
      expect(await byName()).toMatchObject([{ eventName: "Order", total: 3 }]);
      await evictDurableObject(rig.ledger);
    }
  });

  it("are booked at once when they have more names than a job's row should hold", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(500);
    const claim = await rig.granted(pointer);
    const lines = Array.from({ length: 400 }, (_, line) => line);
    await rig.settle(pointer, claim, {
      passed: lines,
      outcomes: lines.map((line) => ({ cell: 500 + line, status: "delivered", kind: line })),
      kinds: lines.map((line) => ({ type: "track", name: `Event ${line} ${"x".repeat(100)}` })),
      release: false,
    });
    await runInDurableObject(rig.ledger, (_, { storage: { sql } }) => {
      expect(sql.exec("SELECT COUNT(*) AS n FROM hours").one()).toEqual({ n: 1 });
      expect(sql.exec("SELECT counted FROM jobs").one()).toEqual({ counted: null });
    });
    expect(await rig.summary()).toMatchObject({ delivered: 400, waiting: 100 });
  });

  it("come with what each error means and who has to act", async () => {
    const rig = createLedgerRig();
    await rig.finish(await rig.open(1), { status: "abandoned", reason: "401", detail: "bad key" });
    expect((await rig.summary()).errors).toMatchObject([
      { reason: "401", detail: "bad key", who: "user", sentence: expect.stringContaining("credentials") },
    ]);
  });
});
