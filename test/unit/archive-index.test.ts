import { describe, expect, it } from "vitest";
import { DayIndex, dayIndexKey, foldKinds, LineFacts, pointerKinds } from "../../src/core/archive-index.ts";
import { parseSegmentKey, segmentKey } from "../../src/core/archive-key.ts";
import type { KindCount } from "../../src/core/event-kind.ts";
import { hoursOf } from "../../src/core/received-times.ts";
import { takeLines } from "../../src/core/segment-lines.ts";

const HOUR = 3_600_000;
const track = (name: string, count: number): KindCount => ({ kind: { type: "track", name }, count });
const sum = (kinds: readonly KindCount[]) => kinds.reduce((total, { count }) => total + count, 0);

describe("the key of a segment", () => {
  it("can be read again, whatever its shard and number", () => {
    for (const [shard, segment] of [
      [0, 0],
      [255, 7],
      [3, 123_456_789_012],
    ] as const) {
      const name = { sourceId: "src_1", day: 1_795_305_600_000, shard, segment };
      expect(parseSegmentKey(segmentKey(name.sourceId, name.day, shard, segment))).toEqual(name);
    }
  });

  it("is told from everything else in the bucket", () => {
    const others = [
      "segment-logs/src_1/1795305600000/hour-07-1.gz",
      "segment-logs/src_1/1795305600000/0-1.gz",
      "segment-logs/src_1/day/0-000000001.gz",
      "segment-logs/a/b/1795305600000/0-000000001.gz",
      "dead-letters/d/1795305600000/0-000000001.gz",
      dayIndexKey("src_1", 1_795_305_600_000),
      "",
    ];
    expect(others.map(parseSegmentKey)).toEqual(others.map(() => undefined));
  });
});

describe("the kinds of events", () => {
  it("are counted by call and name, whatever the app's version, the most frequent first", () => {
    const versions = ["1.0", "2.0"].map((appVersion) => ({ kind: { ...track("A", 1).kind, appVersion }, count: 2 }));
    expect(foldKinds([versions, [track("B", 9), { kind: { type: "page" }, count: 1 }], [track("A", 1)]])).toEqual([
      track("B", 9),
      track("A", 5),
      { kind: { type: "page" }, count: 1 },
    ]);
  });

  it("keep their sum when there are too many names: the rarest count as others", () => {
    const many = Array.from({ length: 500 }, (_, n) => track(`E${n}`, n + 1));
    const folded = foldKinds([many]);
    expect(folded).toHaveLength(201);
    expect(sum(folded)).toBe(sum(many));
    expect(folded).toContainEqual(track("E499", 500));
    expect(folded.at(-1)?.kind).toEqual({ type: "track", name: "(other)" });
  });

  it("fit a queue message, however long the names are in JSON", () => {
    const hostile = Array.from({ length: 200 }, (_, n) => track("\u0000".repeat(96) + String(n).padStart(4, "0"), 1));
    const told = pointerKinds(hostile);
    expect(new TextEncoder().encode(JSON.stringify(told)).byteLength).toBeLessThan(64_000);
    expect(sum(told)).toBe(200);
  });
});

describe("what lines say", () => {
  it("is when they were received, by hour, and what they are", () => {
    const facts = new LineFacts();
    const at = (ms: number) => new Date(ms).toISOString();
    facts.add(JSON.stringify({ type: "track", event: "A", receivedAt: at(5 * HOUR + 7) }));
    facts.add(
      JSON.stringify({ type: "track", event: "A", receivedAt: at(2 * HOUR), context: { app: { version: "1" } } }),
    );
    facts.add(JSON.stringify({ type: "identify", receivedAt: at(5 * HOUR) }));
    facts.add("no JSON at all");
    expect(facts.count).toBe(4);
    expect(facts.facts(5 * HOUR)).toEqual({
      hour: 5 * HOUR,
      firstAt: 2 * HOUR,
      lastAt: 5 * HOUR + 7,
      hours: [2 * HOUR, 5 * HOUR],
      kinds: [track("A", 2), { kind: { type: "identify" }, count: 1 }, { kind: { type: "undefined" }, count: 1 }],
    });
  });

  it("leaves the time to the hour of the commits when no line has one", () => {
    const facts = new LineFacts();
    facts.add("{}");
    expect(facts.facts(HOUR)).toMatchObject({ firstAt: HOUR, lastAt: HOUR });
  });
});

it("a segment's hours are all from its first event to its last, unless it names them", () => {
  expect(hoursOf({ firstAt: HOUR - 1, lastAt: 2 * HOUR })).toEqual([0, HOUR, 2 * HOUR]);
  expect(hoursOf({ firstAt: 1, lastAt: 9 * HOUR, hours: [0, 9 * HOUR] })).toEqual([0, 9 * HOUR]);
});

it("an index object of another version is not taken for one of this", () => {
  const facts = { day: 0, segments: 0, files: 0, events: 0, bytes: 0, firstAt: 0, lastAt: 0, kinds: [] };
  const index = { version: 1, sourceId: "s", ...facts, objects: [] };
  expect(DayIndex.safeParse(index).success).toBe(true);
  expect(DayIndex.safeParse({ ...index, version: 2 }).success).toBe(false);
});

describe("some lines of many", () => {
  async function listOf(lines: AsyncIterable<string>): Promise<string[]> {
    const all: string[] = [];
    for await (const line of lines) all.push(line);
    return all;
  }

  async function* lines(read: string[]) {
    for (const line of ["a", "b", "c", "d"]) {
      read.push(line);
      yield line;
    }
  }

  it("are taken without reading on after the last", async () => {
    const read: string[] = [];
    expect(await listOf(takeLines(lines(read), 1, 2))).toEqual(["b", "c"]);
    expect(read).toEqual(["a", "b", "c"]);
  });

  it("are fewer when there are fewer, and none when none are wanted", async () => {
    expect(await listOf(takeLines(lines([]), 3, 5))).toEqual(["d"]);
    expect(await listOf(takeLines(lines([]), 0, 0))).toEqual([]);
  });
});
