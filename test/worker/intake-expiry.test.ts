import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SegmentPointer } from "../../src/core/intake.ts";
import type { Intake } from "../../src/worker.ts";
import { archivedLines, intakeOf, testBatch, testRoute } from "../support/intake.ts";
import { PATIENT } from "../support/patience.ts";

const NOON = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;
/** The runtime goes by its own clock, and runs alarms of NOON's by itself: not those of this time. */
const NEXT_YEAR = NOON + 365 * 24 * HOUR;

/** Segments handed over for the source, in order; the queue itself stays out of it. */
const sent: SegmentPointer[] = [];
const handedOver = (sourceId: string) =>
  sent.filter((pointer) => pointer.sourceId === sourceId).map((pointer) => pointer.segment);

/** How many events the source's ledger has counted within the hour. */
async function acceptedOf(sourceId: string): Promise<number> {
  const { totals } = await env.LEDGER.getByName(`source:${sourceId}`).volume({ minutes: 60, now: Date.now() });
  return totals.accepted;
}

beforeEach(() => {
  sent.length = 0;
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  vi.spyOn(env.EVENTS, "send").mockImplementation(async (pointer) => {
    sent.push(pointer as SegmentPointer);
    return undefined as never;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("a confirmed segment is not handed over again after a restart", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  await stub.append(testBatch(route, ["a"]));
  await runDurableObjectAlarm(stub);
  await stub.confirm(0);
  await evictDurableObject(stub);
  await stub.append(testBatch(route, ["b"]));
  await runDurableObjectAlarm(stub);
  expect(handedOver(route.sourceId)).toEqual([0, 1]);
});

it.each([
  ["1, 2, 4, 8 and then every 15 minutes", 2000, [0, 1, 3, 7, 15, 30, 45]],
  ["2, 4, 8 and then every 15 minutes when it drains every 2", 120_000, [0, 2, 6, 14, 29, 44]],
  ["5, 10 and then every 15 minutes when it drains more seldom still", 3_600_000, [0, 5, 15, 30, 45]],
])("a segment nobody confirms is handed over again after %s", async (_, drainAfterMs, expected) => {
  const route = testRoute({ drainAfterMs });
  const stub = intakeOf(route);
  await stub.append(testBatch(route, ["a"]));
  const minutes: number[] = [];
  for (let minute = 0; minute <= 45; minute++) {
    vi.setSystemTime(NOON + minute * 60_000);
    const before = handedOver(route.sourceId).length;
    await runDurableObjectAlarm(stub);
    if (handedOver(route.sourceId).length > before) minutes.push(minute);
  }
  expect(minutes).toEqual(expected);
});

it("a shard that is to drain every two minutes is not woken before for what is on its way", async () => {
  vi.setSystemTime(NEXT_YEAR);
  const route = testRoute({ drainAfterMs: 120_000 });
  const stub = intakeOf(route);
  await stub.append(testBatch(route, ["a"]));
  await runDurableObjectAlarm(stub);
  const next = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
  expect(next).toBe(NEXT_YEAR + 120_000);
});

it("a segment nobody confirmed is handed over again though its ids have expired, also after a restart", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  await stub.append(testBatch(route, ["a"]));
  await runDurableObjectAlarm(stub);
  vi.setSystemTime(NOON + 26 * HOUR);
  await stub.append(testBatch(route, ["b"]));
  await runDurableObjectAlarm(stub);
  expect(await stub.lookup("a")).toBeNull();
  sent.length = 0;
  await evictDurableObject(stub);
  await runDurableObjectAlarm(stub);
  expect(handedOver(route.sourceId).toSorted()).toEqual([0, 1]);
});

it("a number is never given twice, even when everything has expired and the object restarted", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  await stub.append(testBatch(route, ["a"]));
  await runDurableObjectAlarm(stub);
  await stub.confirm(0);
  vi.setSystemTime(NOON + 26 * HOUR);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  await evictDurableObject(stub);
  await stub.append(testBatch(route, ["b"]));
  await runDurableObjectAlarm(stub);
  const keys = (await archivedLines(route.sourceId)).map(({ key }) => key.split("/").at(-1));
  expect(keys).toEqual(["0-000000000.gz", "0-000000001.gz"]);
});

it("an id is known to the last minute of its window, whatever was drained meanwhile", async () => {
  const route = testRoute({ windowMs: 24 * HOUR });
  const stub = intakeOf(route);
  vi.setSystemTime(NOON + HOUR / 2);
  await stub.append(testBatch(route, ["a"]));
  await runDurableObjectAlarm(stub);
  vi.setSystemTime(NOON + HOUR / 2 + 24 * HOUR - 1);
  await stub.append(testBatch(route, ["b"]));
  await runDurableObjectAlarm(stub);
  expect(await stub.append(testBatch(route, ["a"]))).toEqual({ status: "appended", duplicates: [0] });
});

it("a restart finds work to do although no alarm is left", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  await stub.append(testBatch(route, ["a"]));
  await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm());
  await evictDurableObject(stub);
  await stub.lookup("a");
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(handedOver(route.sourceId)).toEqual([0]);
});

it("ids of a source that fell silent expire by themselves, after a restart as well", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  await stub.append(testBatch(route, ["a"]));
  await runDurableObjectAlarm(stub);
  await stub.confirm(0);
  await stub.append(testBatch(route, ["b"]));
  await runDurableObjectAlarm(stub);
  await stub.confirm(1);
  await evictDurableObject(stub);
  vi.setSystemTime(NOON + 26 * HOUR);
  for (let alarms = 0; alarms < 3; alarms++) await runDurableObjectAlarm(stub);
  const left = await runInDurableObject(stub, async (_, state) => ({
    segments: state.storage.sql.exec("SELECT no FROM segments").toArray(),
    alarm: await state.storage.getAlarm(),
  }));
  // The newest row numbers the next segment; nothing else is left, and nothing wakes the object again.
  expect(left).toEqual({ segments: [{ no: 1 }], alarm: null });
});

it("segments in R2 are handed over while R2 refuses new ones, and the pause between tries grows under traffic", async () => {
  const route = testRoute({ drainAfterMs: 2000 });
  const stub = intakeOf(route);
  vi.spyOn(env.EVENTS, "send").mockRejectedValueOnce(new Error("queue is down"));
  await stub.append(testBatch(route, ["a"]));
  await runDurableObjectAlarm(stub);
  const put = vi.spyOn(env.ARCHIVE, "put").mockRejectedValue(new Error("R2 is down"));
  // Read where it is set: the runtime moves alarms of this test's clock, which lie in the past, to its own now.
  const setAlarm = await runInDurableObject(stub, (_, state) => vi.spyOn(state.storage, "setAlarm"));
  const pauses: number[] = [];
  for (let n = 0; n < 8; n++) {
    await stub.append(testBatch(route, [`b${n}`]));
    await runDurableObjectAlarm(stub);
    await stub.append(testBatch(route, [`c${n}`]));
    pauses.push((Number(setAlarm.mock.lastCall?.[0]) - Date.now()) / 1000);
  }
  expect(handedOver(route.sourceId)).toEqual([0]);
  // The runtime runs some alarms by itself in between, so how many tries lie behind each is not known.
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauses.slice(-3)).toEqual([60, 60, 60]);
  put.mockRestore();
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(stub);
    expect((await archivedLines(route.sourceId)).flatMap(({ lines }) => lines)).toHaveLength(17);
  }, PATIENT);
});

it("a shard that is only asked keeps its ids for as long as the window is now", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  await stub.append(testBatch(route, ["a"]));
  await runDurableObjectAlarm(stub);
  await stub.confirm(0);
  await stub.seen(new ArrayBuffer(0), { epoch: 2, windowMs: 48 * HOUR });
  await evictDurableObject(stub);
  vi.setSystemTime(NOON + 30 * HOUR);
  await runDurableObjectAlarm(stub);
  expect(await stub.lookup("a")).not.toBeNull();
});

it("every accepted event is counted once, though the object dies before it told and the ledger was out of reach", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  const accepted = () => acceptedOf(route.sourceId);
  await stub.append(testBatch(route, ["a", "b"]));
  await evictDurableObject(stub);
  await runDurableObjectAlarm(stub);
  await vi.waitFor(async () => expect(await accepted()).toBe(2), PATIENT);
  await evictDurableObject(stub);
  await runDurableObjectAlarm(stub);
  expect(await accepted()).toBe(2);
  const broken = vi.spyOn(env.LEDGER, "getByName").mockImplementation(() => {
    throw new Error("the ledger is out of reach");
  });
  await stub.append(testBatch(route, ["c", "d", "e", "a"]));
  await runDurableObjectAlarm(stub);
  await stub.confirm(0);
  await stub.confirm(1);
  broken.mockRestore();
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(stub);
    expect(await accepted()).toBe(5);
  }, PATIENT);
});

it("a ledger that never answers holds up neither drain nor hand-over", async () => {
  const route = testRoute();
  const stub = intakeOf(route);
  const real = env.LEDGER.getByName.bind(env.LEDGER);
  const hanging = { countSegment: () => new Promise(() => {}), count: () => new Promise(() => {}) };
  vi.spyOn(env.LEDGER, "getByName").mockImplementation((name) =>
    name === `source:${route.sourceId}` ? (hanging as unknown as ReturnType<typeof real>) : real(name),
  );
  for (const id of ["a", "b"]) {
    await stub.append(testBatch(route, [id]));
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      expect((await archivedLines(route.sourceId)).flatMap(({ lines }) => lines)).toContainEqual(
        expect.objectContaining({ messageId: id }),
      );
    }, PATIENT);
  }
  expect(new Set(handedOver(route.sourceId))).toEqual(new Set([0, 1]));
});

it("a segment that the ledger never answered for is counted once the wait for that answer is over", async () => {
  vi.setSystemTime(NEXT_YEAR);
  const route = testRoute();
  const stub = intakeOf(route);
  const countSegment = vi.fn(() => new Promise(() => {}));
  const real = env.LEDGER.getByName.bind(env.LEDGER);
  const asked = vi
    .spyOn(env.LEDGER, "getByName")
    .mockImplementation((name) =>
      name === `source:${route.sourceId}` ? ({ countSegment, count: countSegment } as never) : real(name),
    );
  vi.spyOn(console, "error").mockReturnValue();
  await stub.append(testBatch(route, ["a"]));
  await runInDurableObject(stub, async (intake: Intake) => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: NEXT_YEAR });
    await intake.alarm();
    expect(countSegment).toHaveBeenCalled();
    asked.mockRestore();
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useFakeTimers({ toFake: ["Date"], now: NEXT_YEAR });
  });
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(stub);
    expect(await acceptedOf(route.sourceId)).toBe(1);
  }, PATIENT);
});
