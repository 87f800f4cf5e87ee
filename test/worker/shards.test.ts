import {
  createExecutionContext,
  createMessageBatch,
  evictDurableObject,
  getQueueResult,
  runDurableObjectAlarm,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { replayOverflow } from "../../queues/overflow.ts";
import { addAlone, appendDurably, appendParked, appendToShards } from "../../src/bindings/append.ts";
import { intakeName } from "../../src/core/intake.ts";
import type { SourceContext, SourceRoute } from "../../src/core/source.ts";
import { stopClock } from "../support/clock.ts";
import { archivedIds, idsIn, intakeOf, testBatch, testLine, testRoute } from "../support/intake.ts";

const HOUR = 3_600_000;
const TESTED = "track\n\nTested";
const none = async () => undefined;
const eventsOf = (ids: readonly string[]) =>
  ids.map((messageId) => ({ messageId, line: testLine(messageId), kind: TESTED }));
const append = (route: SourceRoute, ids: readonly string[], reload: () => Promise<SourceRoute | undefined> = none) =>
  appendToShards(addAlone(env), route, eventsOf(ids), Date.now(), reload);
const sourceOf = (route: SourceRoute) => ({ id: route.sourceId, route }) as SourceContext;

async function drainAll(route: SourceRoute, shards: number): Promise<string[]> {
  for (let shard = 0; shard < shards; shard++) await runDurableObjectAlarm(intakeOf(route, shard));
  return archivedIds(route.sourceId);
}

describe("several shards", () => {
  it("spreads a batch by messageId and names duplicates by their place in the batch", async () => {
    const route = testRoute({ shards: 4 });
    const ids = [0, 1, 2, 3].flatMap((shard) => idsIn(shard, 4, 3));
    expect(await append(route, ids)).toEqual({ duplicates: [], refused: [] });
    const again = await append(route, [crypto.randomUUID(), ...ids.slice(4, 8)]);
    expect([...again.duplicates].toSorted()).toEqual([1, 2, 3, 4]);
    expect(await drainAll(route, 4)).toHaveLength(ids.length + 1);
  });

  it("finds ids of the earlier layout for one window after the count changed, up and down", async () => {
    const one = testRoute();
    const old = [...idsIn(0, 2, 3), ...idsIn(1, 2, 3)];
    await append(one, old);
    const two = { ...one, shards: 2, epoch: 2, previous: { shards: 1, until: Date.now() + 24 * HOUR } };
    const fresh = crypto.randomUUID();
    expect((await append(two, [...old, fresh])).duplicates).toHaveLength(old.length);
    const back = { ...one, shards: 1, epoch: 3, previous: { shards: 2, until: Date.now() + 24 * HOUR } };
    expect((await append(back, [...old, fresh])).duplicates).toHaveLength(old.length + 1);
    expect((await drainAll(one, 2)).toSorted()).toEqual([...old, fresh].toSorted());
  });

  it("refuses an append of an older layout once the newer one has asked, so no id enters at both", async () => {
    const one = testRoute();
    const two = { ...one, shards: 2, epoch: 2, previous: { shards: 1, until: Date.now() + 24 * HOUR } };
    const [moved] = idsIn(1, 2, 1) as [string];
    await append(two, [moved]);
    expect(await intakeOf(one, 0).append(testBatch(one, [moved]))).toEqual({ status: "stale_epoch", epoch: 2 });
    expect(await append(one, [moved], async () => two)).toEqual({ duplicates: [0], refused: [] });
    expect(await drainAll(one, 2)).toEqual([moved]);
  });

  it("still refuses the older layout after a restart", async () => {
    const one = testRoute();
    const stub = intakeOf(one, 0);
    await stub.seen(new ArrayBuffer(0), { epoch: 2, windowMs: 24 * HOUR });
    await evictDurableObject(stub);
    expect(await stub.append(testBatch(one, ["a"]))).toEqual({ status: "stale_epoch", epoch: 2 });
  });

  it("does not let a racing older append through while the newer layout asks", async () => {
    const one = testRoute();
    const two = { ...one, shards: 2, epoch: 2, previous: { shards: 1, until: Date.now() + 24 * HOUR } };
    const ids = idsIn(1, 2, 40);
    await Promise.all(ids.flatMap((id) => [append(one, [id], async () => two), append(two, [id])]));
    expect((await drainAll(one, 2)).toSorted()).toEqual(ids.toSorted());
  });
});

describe("overflow", () => {
  const failing = (sourceId: string) => {
    const real = env.INTAKE.getByName.bind(env.INTAKE);
    const broken = { append: () => Promise.reject(new Error("overloaded")) };
    return {
      INTAKE: {
        getByName: (name: string) => (name === intakeName(sourceId, 0) ? broken : real(name)),
      } as unknown as typeof env.INTAKE,
    };
  };

  it("parks what Intake cannot take on the overflow queue and replays it without doubling", async () => {
    const route = testRoute();
    const ids = Array.from({ length: 5 }, () => crypto.randomUUID());
    const parked: string[] = [];
    const OVERFLOW = { send: async (message: string) => void parked.push(message) } as unknown as Queue;
    const broken = { ...failing(route.sourceId), OVERFLOW };
    const stored = await appendDurably(addAlone(broken), broken, sourceOf(route), eventsOf(ids), Date.now(), none);
    expect(stored).toEqual({ status: "stored", duplicates: [] });
    for (const attempts of [1, 2]) {
      const batch = createMessageBatch<string>(
        "inlet-overflow",
        parked.map((body, i) => ({ id: `m${i}`, timestamp: new Date(), attempts, body })),
      );
      await replayOverflow(batch, {
        routeOf: none,
        append: (sourceRoute, events, at) => appendParked(env, sourceRoute, events, at, none),
        note: async () => undefined,
      });
      expect((await getQueueResult(batch, createExecutionContext())).explicitAcks).toHaveLength(parked.length);
    }
    expect((await drainAll(route, 1)).toSorted()).toEqual(ids.toSorted());
  });

  it("says unavailable when the overflow queue refuses too", async () => {
    const route = testRoute();
    const OVERFLOW = { send: () => Promise.reject(new Error("queue is overloaded")) } as unknown as Queue;
    const env2 = { ...failing(route.sourceId), OVERFLOW };
    const answer = await appendDurably(addAlone(env2), env2, sourceOf(route), eventsOf(["a"]), Date.now(), none);
    expect(answer).toEqual({ status: "unavailable" });
  });

  it("keeps a parked batch on the queue while Intake still refuses, and does not hold up its neighbours", async () => {
    const append2 = vi
      .fn<Parameters<typeof replayOverflow>[1]["append"]>()
      .mockResolvedValueOnce({ refused: [0] })
      .mockRejectedValueOnce(new Error("unreachable"))
      .mockResolvedValueOnce({ refused: [] });
    const route = testRoute();
    const body = `${JSON.stringify({ route, receivedAt: 1, ids: ["a"] })}\n${testLine("a")}`;
    const batch = createMessageBatch<string>(
      "inlet-overflow",
      ["x", "y", "z"].map((id) => ({ id, timestamp: new Date(), attempts: 1, body })),
    );
    const noted: boolean[] = [];
    const note = async (_: string, __: number, again: boolean) => void noted.push(again);
    await replayOverflow(batch, { routeOf: none, append: append2, note });
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.explicitAcks).toEqual(["z"]);
    expect(result.retryMessages.map(({ msgId }) => msgId)).toEqual(["x", "y"]);
    expect(noted).toEqual([true, true, false]);
  });

  it("takes a parked batch in by the source's settings of today, so that ids are kept as long as they should be now", async () => {
    const route = testRoute({ windowMs: HOUR });
    const today = { ...route, windowMs: 48 * HOUR };
    const stub = intakeOf(route);
    const clock = stopClock();
    await stub.append(testBatch(today, ["early"]));
    clock.at(30 * HOUR);
    const body = `${JSON.stringify({ route, receivedAt: 1, ids: ["a"] })}\n${testLine("a")}`;
    const batch = createMessageBatch<string>("inlet-overflow", [{ id: "x", timestamp: new Date(), attempts: 1, body }]);
    await replayOverflow(batch, {
      routeOf: async () => today,
      append: (sourceRoute, events, at) => appendParked(env, sourceRoute, events, at, none),
      note: async () => undefined,
    });
    await runDurableObjectAlarm(stub);
    expect(await stub.append(testBatch(today, ["early"]))).toEqual({ status: "appended", duplicates: [0] });
    vi.useRealTimers();
  });
});
