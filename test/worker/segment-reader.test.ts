import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSegmentReader, type SegmentReader } from "../../src/bindings/segment-reader.ts";
import type { ListedSegment } from "../../src/core/archive-index.ts";
import { indexOf, newSourceId } from "../support/archive-index.ts";
import { archive, linesFor, settle } from "../support/compaction.ts";

const HOUR = 3_600_000;
// In the future, so that no alarm comes by itself before a test runs it.
const NOON = Date.UTC(2031, 5, 2, 12);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON + 10 * HOUR });
  vi.spyOn(env.EXPORT_TASKS, "send").mockResolvedValue({} as QueueSendResponse);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Thirty small segments and one that makes a member by itself. */
async function fill(sourceId: string): Promise<string[][]> {
  const all = Array.from({ length: 30 }, (_, n) => linesFor(`s${n}`, 1 + (n % 4)));
  all.push(linesFor("large", 3, "é".repeat(400_000)));
  for (const [n, lines] of all.entries()) await archive(sourceId, { hour: NOON, segment: n + 1, lines });
  return all;
}

const listed = async (sourceId: string) => (await indexOf(sourceId).hour(NOON)).segments;

async function readAll(read: SegmentReader, segments: readonly ListedSegment[]): Promise<string[][]> {
  const all: string[][] = [];
  for (const segment of segments) {
    const lines: string[] = [];
    for await (const line of (await read(segment))!) lines.push(line);
    all.push(lines);
  }
  return all;
}

describe("who reads listed segments in turn", () => {
  it("gets the same lines before and after a compaction, and fetches each member once", async () => {
    const sourceId = newSourceId();
    const lines = await fill(sourceId);
    expect(await readAll(createSegmentReader(env), await listed(sourceId))).toEqual(lines);
    await settle(sourceId);
    const segments = await listed(sourceId);
    const members = new Set(segments.map(({ place }) => place?.offset));
    const get = vi.spyOn(env.ARCHIVE, "get");
    expect(await readAll(createSegmentReader(env), segments)).toEqual(lines);
    expect([members.size, get.mock.calls.length]).toEqual([2, 2]);
  });

  it("gets them from the file though the list is older than the compaction", async () => {
    const sourceId = newSourceId();
    const lines = await fill(sourceId);
    const before = await listed(sourceId);
    await settle(sourceId);
    expect(await readAll(createSegmentReader(env), before)).toEqual(lines);
  });

  it("gets nothing of what is gone", async () => {
    const sourceId = newSourceId();
    const key = await archive(sourceId, { hour: NOON, segment: 1, lines: linesFor("a", 2) });
    const place = { file: "segment-logs/x/0/hour-00-1.gz", offset: 0, length: 10, firstLine: 0, count: 2 };
    await env.ARCHIVE.delete(key);
    expect(await createSegmentReader(env)({ key })).toBeNull();
    expect(await createSegmentReader(env)({ key, place })).toBeNull();
  });
});
