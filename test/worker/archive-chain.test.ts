import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readSegment } from "../../src/bindings/archive-reader.ts";
import { DayIndex, dayIndexKey, LineFacts, type SegmentFacts } from "../../src/core/archive-index.ts";
import type { SegmentPointer } from "../../src/core/intake.ts";
import type { ArchiveIndex } from "../../src/worker.ts";
import { append, indexOf, newSourceId, segmentPointer, factsAt } from "../support/archive-index.ts";
import { intakeOf, testRoute } from "../support/intake.ts";

const HOUR = 3_600_000;
// In the future, so that no alarm comes by itself before a test runs it.
const TEN = Date.UTC(2031, 0, 6, 10);
const DAY = Date.UTC(2031, 0, 6);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: TEN + 600_000 }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const names = Array.from({ length: 40 }, (_, n) => `Event ${n % 7}`);

/** Drains, and waits until the index has been told of so many segments. */
async function drain(sourceId: string, segments: number): Promise<void> {
  await runDurableObjectAlarm(intakeOf(testRoute({ sourceId })));
  const known = async () => (await indexOf(sourceId).days()).reduce((sum, day) => sum + day.segments, 0);
  await vi.waitFor(async () => expect(await known()).toBe(segments), { timeout: 15_000, interval: 50 });
}

/** What an object's lines say, and its size, beside what the index knows. */
async function factsInLines(key: string, hour: number): Promise<SegmentFacts & { count: number }> {
  const lines = new LineFacts();
  for await (const line of (await readSegment(env, key))!) lines.add(line);
  return { ...lines.facts(hour), bytes: (await env.ARCHIVE.head(key))!.size, count: lines.count };
}

const pointersOf = (sent: readonly unknown[][]): SegmentPointer[] => sent.map(([body]) => body as SegmentPointer);

describe("from an accepted event to the index", () => {
  it("knows each segment once it is routed, and Intake is let off only then", async () => {
    const sourceId = newSourceId();
    const route = testRoute({ sourceId });
    await append(route, Date.now(), names);
    await drain(sourceId, 1);
    expect(await indexOf(sourceId).hour(TEN)).toMatchObject({ segments: [{ count: 40, firstAt: TEN + 600_000 }] });
    await append(route, Date.now() + 5, names.slice(0, 3));
    await drain(sourceId, 2);
    const { segments } = await indexOf(sourceId).list({ from: TEN, to: TEN + HOUR, limit: 10 });
    expect(segments.map(({ count }) => count)).toEqual([40, 3]);
  });

  it("tells of a segment exactly what its lines say, also of events that were parked for hours", async () => {
    const sourceId = newSourceId();
    const route = testRoute({ sourceId });
    const send = vi.spyOn(env.EVENTS, "send").mockResolvedValue(undefined as never);
    await append(route, Date.now() - 1, names);
    await append(route, Date.now() - 7 * HOUR, ["Parked", "Parked too"]);
    await append(route, Date.now() - 2 * HOUR, ["Parked"]);
    await runDurableObjectAlarm(intakeOf(route));
    const pointer = pointersOf(send.mock.calls).find((one) => one.sourceId === sourceId);
    const { key, count, facts } = pointer!;
    expect({ ...facts, count }).toEqual(await factsInLines(key, TEN));
    expect(facts?.hours).toHaveLength(3);
  });

  it("tells the same after a crash between the commit and the drain, and after one before the pointer was sent", async () => {
    const sourceId = newSourceId();
    const route = testRoute({ sourceId });
    const send = vi.spyOn(env.EVENTS, "send").mockRejectedValue(new Error("the queue is down"));
    await append(route, Date.now(), names);
    await evictDurableObject(intakeOf(route));
    await append(route, Date.now() - HOUR, names);
    await runDurableObjectAlarm(intakeOf(route));
    await evictDurableObject(intakeOf(route));
    send.mockClear().mockResolvedValue(undefined as never);
    vi.setSystemTime(Date.now() + 120_000);
    await runDurableObjectAlarm(intakeOf(route));
    const sent = pointersOf(send.mock.calls).filter((one) => one.sourceId === sourceId);
    expect(sent).toHaveLength(2);
    for (const { key, count, facts } of sent) expect({ ...facts, count }).toEqual(await factsInLines(key, TEN));
  });

  it("reads the facts itself when an earlier version left the events in the outbox, or sent the pointer", async () => {
    const sourceId = newSourceId();
    const route = testRoute({ sourceId });
    const receivedAt = Date.now() - 3 * HOUR;
    await append(route, receivedAt, names);
    await runInDurableObject(intakeOf(route), (_, { storage }) => {
      storage.sql.exec("ALTER TABLE outbox DROP COLUMN received");
      storage.sql.exec("ALTER TABLE segments DROP COLUMN facts");
    });
    await evictDurableObject(intakeOf(route));
    const send = vi.spyOn(env.EVENTS, "send");
    await drain(sourceId, 1);
    const pointer = pointersOf(send.mock.calls).find((one) => one.sourceId === sourceId);
    expect(pointer?.facts).toBeUndefined();
    expect(await indexOf(sourceId).hour(TEN - 3 * HOUR)).toMatchObject({
      segments: [{ key: pointer?.key, count: 40 }],
    });
    expect((await indexOf(sourceId).days())[0]).toMatchObject({ events: 40, firstAt: receivedAt });
  });

  it("reads the names itself when they were not told of all events", async () => {
    const sourceId = newSourceId();
    const route = testRoute({ sourceId });
    const send = vi.spyOn(env.EVENTS, "send").mockResolvedValue(undefined as never);
    await append(route, Date.now(), names);
    await runDurableObjectAlarm(intakeOf(route));
    const pointer = pointersOf(send.mock.calls).find((one) => one.sourceId === sourceId)!;
    const { kinds = [], ...facts } = pointer.facts!;
    await indexOf(sourceId).add({ ...pointer, facts: { ...facts, kinds: kinds.slice(1) } });
    expect(await indexOf(sourceId).days()).toMatchObject([{ events: 40, kinds }]);
  });

  it("costs one row a segment once its hour and its day are known", async () => {
    const sourceId = newSourceId();
    await indexOf(sourceId).add(segmentPointer(sourceId, 0, factsAt(TEN)));
    await runInDurableObject(indexOf(sourceId), async (index: ArchiveIndex, { storage }) => {
      const exec = vi.spyOn(storage.sql, "exec");
      const alarm = vi.spyOn(storage, "setAlarm");
      for (let n = 1; n <= 10; n++) await index.add(segmentPointer(sourceId, n, factsAt(TEN + n)));
      const cursors = exec.mock.results.map(({ value }) => value as SqlStorageCursor<Record<string, SqlStorageValue>>);
      expect(cursors.reduce((rows, { rowsWritten }) => rows + rowsWritten, 0)).toBe(10);
      expect(alarm).not.toHaveBeenCalled();
    });
  });

  it("goes on when an object without facts is gone or broken, and says so in the log alone", async () => {
    const sourceId = newSourceId();
    vi.spyOn(console, "error").mockReturnValue();
    const { facts: _facts, ...pointer } = segmentPointer(sourceId, 1, factsAt(TEN));
    await indexOf(sourceId).add(pointer);
    await env.ARCHIVE.put(pointer.key, "no gzip");
    await indexOf(sourceId).add(pointer);
    expect(await indexOf(sourceId).days()).toEqual([]);
  });
});

/** The day's index object in R2, null when there is none. */
async function dayIndex(sourceId: string, day = DAY): Promise<DayIndex | null> {
  const object = await env.ARCHIVE.get(dayIndexKey(sourceId, day));
  return object === null ? null : DayIndex.parse(await object.json());
}

describe("the index object of a day", () => {
  it("is written some minutes after an hour's end, and again after a later one that brought something", async () => {
    const sourceId = newSourceId();
    const index = indexOf(sourceId);
    const put = vi.spyOn(env.ARCHIVE, "put");
    const written = () => put.mock.calls.filter(([key]) => key === dayIndexKey(sourceId, DAY)).length;
    for (const n of [1, 2, 3]) await index.add(segmentPointer(sourceId, n, factsAt(TEN + n)));
    await runDurableObjectAlarm(index);
    expect(written()).toBe(0);
    vi.setSystemTime(TEN + HOUR + 300_000);
    await runDurableObjectAlarm(index);
    await runDurableObjectAlarm(index);
    expect(written()).toBe(1);
    const [facts] = await index.days();
    const { objects, version: _version, sourceId: of, ...told } = (await dayIndex(sourceId))!;
    expect([of, told]).toEqual([sourceId, facts]);
    expect(objects.map(({ events, segments, firstAt }) => [events, segments, firstAt - TEN])).toEqual([
      [10, 1, 1],
      [10, 1, 2],
      [10, 1, 3],
    ]);
    await index.add(segmentPointer(sourceId, 4, factsAt(TEN + HOUR)));
    vi.setSystemTime(TEN + 2 * HOUR + 300_000);
    await runDurableObjectAlarm(index);
    expect(await dayIndex(sourceId)).toMatchObject({ segments: 4, events: 40 });
    expect(await index.day(DAY, { offset: 1, limit: 2 })).toMatchObject({ segments: 4, objects: [{}, {}], more: true });
    expect((await index.day(DAY, { offset: 3, limit: 2 })).objects).toHaveLength(1);
  });

  it("is written again after R2 failed or the object died, and has what came while it was being written", async () => {
    const sourceId = newSourceId();
    vi.spyOn(console, "error").mockReturnValue();
    await indexOf(sourceId).add(segmentPointer(sourceId, 1, factsAt(TEN)));
    vi.setSystemTime(TEN + HOUR + 300_000);
    const put = vi.spyOn(env.ARCHIVE, "put").mockRejectedValue(new Error("R2 is down"));
    await runDurableObjectAlarm(indexOf(sourceId));
    expect(put).toHaveBeenCalled();
    put.mockRestore();
    await evictDurableObject(indexOf(sourceId));
    const { promise: asked, resolve: ask } = Promise.withResolvers<null>();
    const { promise: answered, resolve: answer } = Promise.withResolvers<null>();
    const real = env.ARCHIVE.put.bind(env.ARCHIVE) as (key: string, value: Uint8Array) => Promise<R2Object>;
    vi.spyOn(env.ARCHIVE, "put").mockImplementationOnce((async (key: string, value: Uint8Array) => {
      ask(null);
      await answered;
      return real(key, value);
    }) as never);
    const alarm = runDurableObjectAlarm(indexOf(sourceId));
    await asked;
    await indexOf(sourceId).add(segmentPointer(sourceId, 2, factsAt(TEN)));
    answer(null);
    await alarm;
    expect(await dayIndex(sourceId)).toMatchObject({ segments: 1 });
    expect(await indexOf(sourceId).days()).toMatchObject([{ segments: 2 }]);
    vi.setSystemTime(TEN + 3 * HOUR);
    await runDurableObjectAlarm(indexOf(sourceId));
    expect(await dayIndex(sourceId)).toMatchObject({ segments: 2 });
  });
});

describe("segments from before there was an index", () => {
  /** Everything the index knows of a source. */
  const stateOf = async (sourceId: string) => {
    const { segments } = await indexOf(sourceId).list({ from: 0, to: 2 * TEN, limit: 1000 });
    const hours = new Set(segments.map(({ firstAt }) => Math.floor(firstAt / HOUR) * HOUR));
    const byHour = await Promise.all([...hours].map(async (hour) => (await indexOf(sourceId).hour(hour)).segments));
    return { segments, byHour, days: await indexOf(sourceId).days() };
  };

  it("are taken in from R2: after losing its state the index knows what it knew before", async () => {
    const sourceId = newSourceId();
    const route = testRoute({ sourceId });
    for (let n = 0; n < 3; n++) {
      vi.setSystemTime(TEN + n * 9 * HOUR);
      await append(route, Date.now() - n, names.slice(n));
      await append(route, Date.now() - 5 * HOUR, ["Parked"]);
      await drain(sourceId, n + 1);
    }
    // Something else under the prefix, as a user may have put it there.
    await env.ARCHIVE.put(`segment-logs/${sourceId}/${DAY}/notes.txt`, "mine");
    await runDurableObjectAlarm(indexOf(sourceId));
    const before = await stateOf(sourceId);
    expect(before.segments).toHaveLength(3);
    await runInDurableObject(indexOf(sourceId), (_, { storage }) => storage.deleteAll());
    await evictDurableObject(indexOf(sourceId));
    expect(await indexOf(sourceId).list({ from: 0, to: 2 * TEN, limit: 9 })).toEqual({ segments: [], adopting: true });
    for (let n = 0; n < 5; n++) await runDurableObjectAlarm(indexOf(sourceId));
    expect(await stateOf(sourceId)).toEqual(before);
  });

  it("are taken in page by page, also when the object dies in between, and one that is broken holds up none", async () => {
    const sourceId = newSourceId();
    vi.spyOn(console, "error").mockReturnValue();
    const line = `${JSON.stringify({ type: "page", receivedAt: new Date(TEN).toISOString() })}\n`;
    const stream = new Blob([line]).stream().pipeThrough(new CompressionStream("gzip"));
    const body = await new Response(stream).arrayBuffer();
    for (let n = 0; n < 230; n++) {
      const key = `segment-logs/${sourceId}/${DAY}/0-${String(n).padStart(9, "0")}.gz`;
      await env.ARCHIVE.put(key, n === 20 ? "broken" : body);
    }
    const events = async () => (await indexOf(sourceId).days())[0]?.events;
    const seen: (number | undefined)[] = [];
    do {
      await runDurableObjectAlarm(indexOf(sourceId));
      seen.push(await events());
      await evictDurableObject(indexOf(sourceId));
    } while ((await indexOf(sourceId).list({ from: 0, to: 1, limit: 1 })).adopting === true);
    expect(seen.at(-1)).toBe(229);
    expect(seen.length).toBeGreaterThan(1);
  });
});

it("the archive stays when its source is deleted: what was under way is still taken in", async () => {
  const sourceId = newSourceId();
  await append(testRoute({ sourceId }), Date.now(), names);
  // No such source is in the Catalog: so it is after a deletion.
  await drain(sourceId, 1);
  vi.setSystemTime(TEN + 2 * HOUR);
  await runDurableObjectAlarm(indexOf(sourceId));
  expect(await dayIndex(sourceId)).toMatchObject({ events: 40 });
  const { segments } = await indexOf(sourceId).hour(TEN);
  expect(await readSegment(env, segments[0]!.key)).not.toBeNull();
});
