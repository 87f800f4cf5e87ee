import { gunzipSync } from "node:zlib";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createArchiveDesk } from "../../src/bindings/archive-desk.ts";
import { COMPACTION } from "../../src/core/compaction.ts";
import { fillRandomly, type Stored } from "../support/archive-data.ts";
import { indexOf, newSourceId } from "../support/archive-index.ts";
import { archivedKeys, runAlarm, settle } from "../support/compaction.ts";
import { breakArchive } from "../support/faulty-bucket.ts";
import { seededRandom } from "../support/random.ts";

const HOUR = 3_600_000;
// In the future, so that no alarm comes by itself before a test runs it.
const START = Date.UTC(2031, 6, 2, 21);
const HOURS = 5;
const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };
const bounds = { ...COMPACTION };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: START + 5 * HOUR });
  vi.spyOn(env.EXPORT_TASKS, "send").mockResolvedValue({} as QueueSendResponse);
  Object.assign(COMPACTION, { memberBytes: 2000, fileSegments: 4 });
});
afterEach(() => {
  Object.assign(COMPACTION, bounds);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function mixedArchive(seed: number): Promise<{ sourceId: string; stored: Stored[] }> {
  const sourceId = newSourceId();
  const random = seededRandom(seed);
  const early = await fillRandomly(sourceId, random, { from: START, hours: HOURS, segment: 1 });
  await settle(sourceId);
  const late = await fillRandomly(sourceId, random, { from: START, hours: HOURS, segment: 1000 });
  return { sourceId, stored: [...early, ...late] };
}

async function open(sourceId: string, window = ALL): Promise<ReadableStream<Uint8Array>> {
  // The index of a source that is new to it first looks what there is.
  await runAlarm(sourceId);
  const stream = await createArchiveDesk(env, () => Date.now()).download(sourceId, window);
  if (stream === null) throw new Error("adopting");
  return stream;
}

/** What arrives, and whether it came to an end. */
async function receive(stream: ReadableStream<Uint8Array>): Promise<{ bytes: Uint8Array; error?: unknown }> {
  const parts: Uint8Array[] = [];
  const whole = () => new Uint8Array(parts.flatMap((part) => [...part]));
  try {
    for await (const part of stream) parts.push(part);
    return { bytes: whole() };
  } catch (error) {
    return { bytes: whole(), error };
  }
}

const unpack = (bytes: Uint8Array): unknown[] =>
  gunzipSync(bytes)
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

const idOf = (event: unknown): string => String((event as { messageId: unknown }).messageId);
const sorted = (events: readonly unknown[]) => events.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));

describe("a download of the archive", () => {
  it("unpacks to exactly the events of its range", async () => {
    const { sourceId, stored } = await mixedArchive(1);
    const random = seededRandom(2);
    const windows = Array.from({ length: 15 }, () => {
      const from = START + random.between(-3 * HOUR, HOURS * HOUR);
      return { from, to: from + random.between(1, 4 * HOUR) };
    });
    for (const { from, to } of [ALL, ...windows]) {
      const { bytes } = await receive(await open(sourceId, { from, to }));
      const wanted = stored.filter(({ at }) => at >= from && at < to).map(({ event }) => event);
      expect(sorted(unpack(bytes)), `${from}–${to}`).toEqual(sorted(wanted));
    }
  });

  it("copies objects that lie inside as they are stored, and asks for each once", async () => {
    const { sourceId } = await mixedArchive(3);
    const keys = await archivedKeys(sourceId);
    const stored = await Promise.all(keys.map(async (key) => (await env.ARCHIVE.head(key))!.size));
    const get = vi.spyOn(env.ARCHIVE, "get");
    const { bytes } = await receive(await open(sourceId));
    expect(bytes.byteLength).toBe(stored.reduce((sum, size) => sum + size, 0));
    expect(get.mock.calls.map(([key]) => key).toSorted()).toEqual(keys.toSorted());
  });

  it("of a range without events is a gzip file of nothing", async () => {
    const { sourceId } = await mixedArchive(4);
    const { bytes } = await receive(await open(sourceId, { from: 0, to: 1000 }));
    expect(gunzipSync(bytes).byteLength).toBe(0);
    const unused = newSourceId();
    await indexOf(unused).totals();
    const nothing = await receive(await open(unused));
    expect(gunzipSync(nothing.bytes).byteLength).toBe(0);
  });

  it("that cannot be made whole ends in an error, and what arrived does not unpack", async () => {
    const { sourceId } = await mixedArchive(5);
    const objects = (await archivedKeys(sourceId)).length;
    for (const nth of [1, 2, Math.ceil(objects / 2), objects]) {
      breakArchive(nth, "before");
      const { bytes, error } = await receive(await open(sourceId));
      expect(error).toBeInstanceOf(Error);
      expect(() => gunzipSync(bytes)).toThrow();
      vi.restoreAllMocks();
    }
    await env.ARCHIVE.delete((await archivedKeys(sourceId))[3]!);
    const { bytes, error } = await receive(await open(sourceId));
    expect(error).toBeInstanceOf(Error);
    expect(() => gunzipSync(bytes)).toThrow();
  });

  it("does not unpack wherever it is cut, also between two members", async () => {
    const { sourceId, stored } = await mixedArchive(8);
    let arrived = new Uint8Array(0);
    const chunks: Uint8Array[] = [];
    for await (const chunk of await open(sourceId)) chunks.push(chunk);
    for (const chunk of chunks) {
      expect(() => gunzipSync(arrived)).toThrow();
      arrived = new Uint8Array([...arrived, ...chunk]);
    }
    expect(chunks.length).toBeGreaterThan(10);
    expect(sorted(unpack(arrived))).toEqual(sorted(stored.map(({ event }) => event)));
  });

  it("reads segments where they lie by now when they were compacted after they were listed", async () => {
    const sourceId = newSourceId();
    const stored = await fillRandomly(sourceId, seededRandom(6), { from: START, hours: 2, segment: 1 });
    const stream = await open(sourceId);
    await settle(sourceId);
    const { bytes } = await receive(stream);
    expect(sorted(unpack(bytes))).toEqual(sorted(stored.map(({ event }) => event)));
  });

  it("reads no further than the client does", async () => {
    const { sourceId } = await mixedArchive(7);
    const reader = (await open(sourceId)).getReader();
    await reader.read();
    const get = vi.spyOn(env.ARCHIVE, "get");
    await reader.cancel();
    expect(get).not.toHaveBeenCalled();
  });
});
