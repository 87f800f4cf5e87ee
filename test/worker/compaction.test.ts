import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildFile } from "../../src/bindings/compact-file.ts";
import { COMPACTION } from "../../src/core/compaction.ts";
import { indexOf, newSourceId } from "../support/archive-index.ts";
import {
  archive,
  archivedKeys,
  compact,
  linesFor,
  linesOf,
  listedLines,
  namedObjects,
  runAlarm,
  settle,
} from "../support/compaction.ts";

const HOUR = 3_600_000;
// In the future, so that no alarm comes by itself before a test runs it.
const DAY = Date.UTC(2031, 5, 2);
const NOON = DAY + 12 * HOUR;
/** When the hour from NOON is compacted. */
const DUE = NOON + HOUR + COMPACTION.afterMs;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: DUE });
  // Nobody but the test compacts.
  vi.spyOn(env.EXPORT_TASKS, "send").mockResolvedValue({} as QueueSendResponse);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const fileOf = (sourceId: string, no: number, hh = "12") => `segment-logs/${sourceId}/${DAY}/hour-${hh}-${no}.gz`;

/** Segments of one hour with a few lines each. */
async function fill(sourceId: string, hour: number, count: number, from = 1): Promise<Map<string, string[]>> {
  const all = new Map<string, string[]>();
  for (let n = 0; n < count; n++) {
    const lines = linesFor(`${hour}-${from + n}`, 3 + n);
    all.set(await archive(sourceId, { hour, segment: from + n, shard: n % 2, lines }), lines);
  }
  return all;
}

describe("a closed hour's small segments", () => {
  it("become one file; whoever holds an old pointer reads the same lines as before", async () => {
    const sourceId = newSourceId();
    const segments = await fill(sourceId, NOON, 7);
    const before = await indexOf(sourceId).hour(NOON);
    await settle(sourceId);
    expect(await archivedKeys(sourceId)).toEqual([fileOf(sourceId, 1)]);
    for (const [key, lines] of segments) expect(await linesOf(key)).toEqual(lines);
    const after = await indexOf(sourceId).hour(NOON);
    expect(after.seq).toBe(before.seq);
    expect(after.segments).toMatchObject(before.segments);
    expect(after.segments.every(({ place }) => place?.file === fileOf(sourceId, 1))).toBe(true);
    expect(await listedLines(sourceId)).toHaveLength([...segments.values()].flat().length);
    expect(await namedObjects(sourceId, DAY)).toEqual([fileOf(sourceId, 1)]);
    expect(await indexOf(sourceId).days()).toMatchObject([
      { segments: 7, files: 1, events: 42, kinds: [{ count: 42 }] },
    ]);
  });

  it("are read from a member alone, by workerd's own DecompressionStream and a range", async () => {
    const sourceId = newSourceId();
    const lines = linesFor("a", 5);
    const key = await archive(sourceId, { hour: NOON, segment: 1, lines });
    // Larger than a member may be: it gets one of its own.
    await archive(sourceId, { hour: NOON, segment: 2, lines: linesFor("b", 3, "z".repeat(400_000)) });
    const last = await archive(sourceId, { hour: NOON, segment: 3, lines: linesFor("c", 4) });
    await settle(sourceId);
    const places = await Promise.all([indexOf(sourceId).locate(key), indexOf(sourceId).locate(last)]);
    expect(places.map((place) => place?.offset === 0)).toEqual([true, false]);
    const { file, offset, length } = places[1]!;
    const member = await env.ARCHIVE.get(file, { range: { offset, length } });
    const text = await new Response(member!.body.pipeThrough(new DecompressionStream("gzip"))).text();
    expect(text).toBe(`${linesFor("c", 4).join("\n")}\n`);
  });

  it("are left alone until the hour has been over for two hours, and when there is only one", async () => {
    const sourceId = newSourceId();
    await fill(sourceId, NOON, 2);
    await fill(sourceId, NOON - HOUR, 1, 50);
    vi.setSystemTime(DUE - 1);
    expect(await compact(sourceId)).toBe("nothing_due");
    vi.setSystemTime(DUE);
    expect(await compact(sourceId)).toBe("done");
    expect(await compact(sourceId)).toBe("nothing_due");
  });

  it("that come when the hour is compacted make a further file; the first is never written again", async () => {
    const sourceId = newSourceId();
    const early = await fill(sourceId, NOON, 3);
    await settle(sourceId);
    const { etag } = (await env.ARCHIVE.head(fileOf(sourceId, 1)))!;
    const late = await fill(sourceId, NOON, 1, 20);
    await settle(sourceId);
    expect(await archivedKeys(sourceId)).toEqual([...late.keys(), fileOf(sourceId, 1)]);
    const later = await fill(sourceId, NOON, 2, 30);
    await settle(sourceId);
    expect(await archivedKeys(sourceId)).toEqual([fileOf(sourceId, 1), fileOf(sourceId, 2)]);
    expect((await env.ARCHIVE.head(fileOf(sourceId, 1)))!.etag).toBe(etag);
    for (const [key, lines] of [...early, ...late, ...later]) expect(await linesOf(key)).toEqual(lines);
  });

  it("are not taken in again when the queue repeats their message afterwards", async () => {
    const sourceId = newSourceId();
    await fill(sourceId, NOON, 3);
    await settle(sourceId);
    const before = await indexOf(sourceId).hour(NOON);
    const [{ key, count, bytes, firstAt, lastAt } = expect.fail()] = before.segments;
    const facts = { hour: NOON, bytes, firstAt, lastAt };
    await indexOf(sourceId).add({ sourceId, shard: 0, segment: 1, key, count, facts });
    expect(await indexOf(sourceId).hour(NOON)).toEqual(before);
  });

  it("that cannot be read or have other lines than were booked stay as they are, and the others go on", async () => {
    const sourceId = newSourceId();
    const good = await fill(sourceId, NOON, 3);
    const bad = await archive(sourceId, { hour: NOON, segment: 90, lines: linesFor("bad", 4) });
    await env.ARCHIVE.put(bad, "no gzip at all");
    vi.spyOn(console, "error").mockReturnValue();
    await settle(sourceId);
    expect(await archivedKeys(sourceId)).toEqual([bad, fileOf(sourceId, 1)]);
    for (const [key, lines] of good) expect(await linesOf(key)).toEqual(lines);
    expect(await compact(sourceId)).toBe("nothing_due");
  });

  it("are not compacted before the index has taken in all that was there before it", async () => {
    const sourceId = newSourceId();
    const facts = { hour: NOON, bytes: 100, firstAt: NOON, lastAt: NOON, kinds: [] };
    for (const segment of [1, 2]) {
      await indexOf(sourceId).add({ sourceId, shard: 0, segment, key: `k${segment}`, count: 0, facts });
    }
    expect(await indexOf(sourceId).claimCompaction()).toEqual({ status: "nothing_due" });
    await runAlarm(sourceId);
    expect(await indexOf(sourceId).claimCompaction()).toMatchObject({ status: "granted", hour: NOON, no: 1 });
  });

  it("are compacted because the index's alarm asks for it", async () => {
    const sourceId = newSourceId();
    await fill(sourceId, NOON, 2);
    const send = vi.spyOn(env.EXPORT_TASKS, "send");
    vi.setSystemTime(DUE - 1);
    await runAlarm(sourceId);
    expect(send).not.toHaveBeenCalled();
    vi.setSystemTime(DUE);
    await runAlarm(sourceId);
    expect(send.mock.calls).toEqual([[{ sourceId, task: "compact" }]]);
  });
});

describe("an hour that is due", () => {
  it("is compacted by the consumer that the index's alarm asks, through the real queue", async () => {
    vi.mocked(env.EXPORT_TASKS.send).mockRestore();
    const sourceId = newSourceId();
    const segments = await fill(sourceId, NOON, 3);
    await runAlarm(sourceId);
    const files = async () => (await indexOf(sourceId).days()).map((day) => day.files);
    await vi.waitFor(async () => expect(await files()).toEqual([1]), { timeout: 15_000, interval: 100 });
    await runAlarm(sourceId);
    expect(await archivedKeys(sourceId)).toEqual([fileOf(sourceId, 1)]);
    for (const [key, lines] of segments) expect(await linesOf(key)).toEqual(lines);
  }, 20_000);
});

describe("two consumers of one hour", () => {
  it("lose nothing when one that has completed its file comes back after that was cleared away", async () => {
    const sourceId = newSourceId();
    const segments = await fill(sourceId, NOON, 2);
    const index = indexOf(sourceId);
    const slow = await index.claimCompaction();
    if (slow.status !== "granted") throw new Error("nothing due");
    const name = { hour: slow.hour, no: slow.no };
    const upload = await env.ARCHIVE.createMultipartUpload(slow.file);
    await index.beginCompaction(name, upload.uploadId);
    const built = await buildFile(env.ARCHIVE, upload, slow.segments);
    expect(built.members).toHaveLength(1);
    vi.setSystemTime(DUE + COMPACTION.leaseMs);
    expect(await compact(sourceId)).toBe("nothing_due");
    await runAlarm(sourceId);
    expect(await env.ARCHIVE.head(slow.file)).toBeNull();
    expect(await index.finishCompaction(name, built)).toBe(false);
    await settle(sourceId);
    for (const [key, lines] of segments) expect(await linesOf(key)).toEqual(lines);
  });

  it("get one file between them; whoever comes back late can complete nothing", async () => {
    const sourceId = newSourceId();
    const segments = await fill(sourceId, NOON, 4);
    const index = indexOf(sourceId);
    const slow = await index.claimCompaction();
    if (slow.status !== "granted") throw new Error("nothing due");
    const upload = await env.ARCHIVE.createMultipartUpload(slow.file);
    expect(await index.beginCompaction({ hour: slow.hour, no: slow.no }, upload.uploadId)).toBe(true);
    const part = await upload.uploadPart(1, "half a file");
    expect(await compact(sourceId)).toBe("nothing_due");
    vi.setSystemTime(DUE + COMPACTION.leaseMs);
    expect(await compact(sourceId)).toBe("nothing_due");
    await runAlarm(sourceId);
    await expect(upload.complete([part])).rejects.toThrow();
    vi.setSystemTime(DUE + COMPACTION.leaseMs + COMPACTION.retryMinMs);
    await settle(sourceId);
    const built = { bytes: 11, members: [], left: [] };
    expect(await index.finishCompaction({ hour: slow.hour, no: slow.no }, built)).toBe(false);
    expect(await archivedKeys(sourceId)).toEqual([fileOf(sourceId, 2)]);
    for (const [key, lines] of segments) expect(await linesOf(key)).toEqual(lines);
  });
});
