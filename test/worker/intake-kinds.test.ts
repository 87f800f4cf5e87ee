import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { kindOf, kindText, packKinds, type KindCount } from "../../src/core/event-kind.ts";
import type { AppendBatch } from "../../src/core/intake.ts";
import type { CountedSegment } from "../../src/core/ledger.ts";
import type { SourceRoute } from "../../src/core/source.ts";
import { archivedIds, intakeOf, testBatch, testLine, testRoute } from "../support/intake.ts";
import { PATIENT } from "../support/patience.ts";

/** What the ledgers were told, by their name; `down` makes them fail. */
const told: { ledger: string; counted: CountedSegment }[] = [];
let down = false;
const toldOf = (route: SourceRoute) =>
  told.filter(({ ledger }) => ledger === `source:${route.sourceId}`).map(({ counted }) => counted);

beforeEach(() => {
  told.length = 0;
  down = false;
  vi.spyOn(env.EVENTS, "send").mockResolvedValue(undefined as never);
  const ledgerOf = (ledger: string) => ({
    async countSegment(counted: CountedSegment) {
      if (down) throw new Error("the ledger is out of reach");
      told.push({ ledger, counted });
    },
    count: async () => undefined,
  });
  vi.spyOn(env.LEDGER, "getByName").mockImplementation(ledgerOf as never);
});
afterEach(() => vi.restoreAllMocks());

const ORDER = { type: "track", event: "Order Completed", context: { app: { version: "2.1" } } };
const HOME = { type: "page", name: "Home" };
const ids = (n: number) => Array.from({ length: n }, () => crypto.randomUUID());

/** A batch with the first `orders` ids orders and the rest views of the home page. */
function mixedBatch(route: SourceRoute, names: readonly string[], orders: number): AppendBatch {
  const kinds = names.map((_, i) => (i < orders ? kindText(ORDER, "track") : kindText(HOME, "page")));
  return { ...testBatch(route, names), kinds: packKinds(kinds) };
}
const counts = (orders: number, views: number): KindCount[] => [
  { kind: { type: "track", name: "Order Completed", appVersion: "2.1" }, count: orders },
  { kind: { type: "page", name: "Home" }, count: views },
];

it("tells the ledger how many new events of which kind a segment holds, duplicates left out", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  const names = ids(5);
  await stub.append(mixedBatch(route, names, 3));
  await stub.append(mixedBatch(route, [names[0]!, ...ids(1), names[4]!], 2));
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(() => toldOf(route).length > 0, PATIENT);
  expect(toldOf(route)).toMatchObject([{ segment: 0, accepted: 6, kinds: counts(4, 2) }]);
});

it("tells the same again after a crash between the drain and the telling, and nothing of what it had told", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  await stub.append(mixedBatch(route, ids(2), 2));
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(() => toldOf(route).length === 1, PATIENT);
  await stub.confirm(0);
  down = true;
  await stub.append(mixedBatch(route, ids(3), 1));
  await runDurableObjectAlarm(stub);
  await evictDurableObject(stub);
  down = false;
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(() => toldOf(route).length > 1, PATIENT);
  expect(toldOf(route).slice(1)).toMatchObject([{ segment: 1, accepted: 3, kinds: counts(1, 2) }]);
});

it("tells of a segment that was routed before the ledger could be told, though the object died in between", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  down = true;
  await stub.append(mixedBatch(route, ids(3), 1));
  await runDurableObjectAlarm(stub);
  await stub.confirm(0);
  await evictDurableObject(stub);
  down = false;
  await stub.lookup("wakes it");
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(() => toldOf(route).length > 0, PATIENT);
  expect(toldOf(route)).toMatchObject([{ segment: 0, accepted: 3, kinds: counts(1, 2) }]);
  await stub.confirm(0);
  await evictDurableObject(stub);
  await stub.append(mixedBatch(route, ids(1), 1));
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(() => toldOf(route).length > 1, PATIENT);
  expect(toldOf(route).map(({ segment }) => segment)).toEqual([0, 1]);
});

it("keeps the kinds of what was in the outbox when the object died before the drain", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  await stub.append(mixedBatch(route, ids(2), 1));
  await evictDurableObject(stub);
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(() => toldOf(route).length > 0, PATIENT);
  expect(toldOf(route)).toMatchObject([{ accepted: 2, kinds: counts(1, 1) }]);
});

it("counts a segment's further kinds under one name for each type, however many names a client makes up", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  for (let n = 0; n < 4; n++) {
    const names = ids(150);
    const kinds = names.map((id) => kindText({ event: id.repeat(10) }, "track"));
    await stub.append({ ...testBatch(route, names), kinds: packKinds(kinds) });
  }
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(() => toldOf(route).length > 0, PATIENT);
  const { accepted, kinds = [] } = toldOf(route)[0]!;
  expect([accepted, kinds.reduce((sum, { count }) => sum + count, 0)]).toEqual([600, 600]);
  expect(kinds.length).toBeLessThanOrEqual(201);
  expect(Math.max(...kinds.map(({ kind }) => kind.name?.length ?? 0))).toBe(100);
  expect(kinds).toContainEqual({ kind: kindOf({ event: "(other)" }, "track"), count: expect.any(Number) });
});

it("takes batches of an earlier Worker, which tell no kinds, and counts their events all the same", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  const { kinds: _kinds, ...old } = testBatch(route, ids(2));
  await stub.append(old);
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(() => toldOf(route).length > 0, PATIENT);
  expect(toldOf(route)).toEqual([
    { shard: 0, segment: 0, at: expect.any(Number), accepted: 2, usage: expect.anything() },
  ]);
});

it("drains an outbox that an earlier version left behind, and looks its events up", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  const [waiting, drained, fresh] = ids(3) as [string, string, string];
  await stub.append(testBatch(route, [drained]));
  await runDurableObjectAlarm(stub);
  await stub.append(testBatch(route, [waiting]));
  await runInDurableObject(stub, (_, { storage }) => {
    for (const table of ["outbox", "segments"]) storage.sql.exec(`ALTER TABLE ${table} DROP COLUMN kinds`);
  });
  await evictDurableObject(stub);
  expect(await stub.lookup(waiting)).toMatchObject({ stored: false, text: testLine(waiting) });
  await stub.append(mixedBatch(route, [fresh, drained], 1));
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(() => toldOf(route).length >= 3, PATIENT);
  expect(await archivedIds(route.sourceId)).toEqual([drained, waiting, fresh]);
  expect(toldOf(route).at(-1)).toMatchObject({ segment: 2, accepted: 1, kinds: [{ count: 1 }] });
});
