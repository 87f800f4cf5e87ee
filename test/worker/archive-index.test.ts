import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { factsAt, indexOf, newSourceId, segmentPointer } from "../support/archive-index.ts";

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 5, 1, 12);
const DAY = Date.UTC(2026, 5, 1);

const numbers = (segments: readonly { key: string }[]) =>
  segments.map(({ key }) => Number(/-(\d+)\.gz$/.exec(key)?.[1]));

describe("which segments there are", () => {
  it("knows a segment by its hour, once, however often it is added, also after a restart", async () => {
    const sourceId = newSourceId();
    const pointer = segmentPointer(sourceId, 7, factsAt(NOON + 5000));
    await indexOf(sourceId).add(pointer);
    await indexOf(sourceId).add(pointer);
    await evictDurableObject(indexOf(sourceId));
    await indexOf(sourceId).add(pointer);
    const listed = { key: pointer.key, count: 10, bytes: 1000, firstAt: NOON + 5000, lastAt: NOON + 5000 };
    expect(await indexOf(sourceId).hour(NOON)).toEqual({ seq: expect.any(Number), segments: [listed] });
    expect(await indexOf(sourceId).days()).toMatchObject([{ day: DAY, segments: 1, events: 10, bytes: 1000 }]);
  });

  it("orders an hour by shard and number, and raises its number with each segment, also after a restart", async () => {
    const sourceId = newSourceId();
    const index = indexOf(sourceId);
    const seqs: number[] = [];
    for (const [segment, shard] of [
      [3, 1],
      [5, 0],
      [4, 0],
      [2, 1],
    ] as const) {
      await indexOf(sourceId).add(segmentPointer(sourceId, segment, factsAt(NOON), shard));
      seqs.push((await index.hour(NOON)).seq);
      await evictDurableObject(index);
    }
    expect(numbers((await index.hour(NOON)).segments)).toEqual([4, 5, 2, 3]);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  });

  it("finds a segment under every hour it has events of, and under no other", async () => {
    const sourceId = newSourceId();
    const index = indexOf(sourceId);
    const over = factsAt(NOON, { firstAt: NOON - 20, lastAt: NOON + 30 });
    await index.add(segmentPointer(sourceId, 1, over));
    const hours = [NOON - 5 * HOUR, NOON];
    await index.add(segmentPointer(sourceId, 2, factsAt(NOON, { firstAt: hours[0]!, lastAt: NOON + 10, hours })));
    await index.add(segmentPointer(sourceId, 3, factsAt(NOON, { firstAt: NOON - 3 * HOUR, lastAt: NOON - 3 * HOUR })));
    const found: Record<string, number[]> = {};
    for (let n = -6; n <= 1; n++) {
      const { segments } = await index.hour(NOON + n * HOUR);
      if (segments.length > 0) found[n] = numbers(segments);
    }
    expect(found).toEqual({ "-5": [2], "-3": [3], "-1": [1], "0": [1, 2] });
  });

  it("counts a day of commits: segments, events, bytes, times and names", async () => {
    const sourceId = newSourceId();
    const index = indexOf(sourceId);
    const kinds = [
      { kind: { type: "page" }, count: 4 },
      { kind: { type: "track", name: "Tested" }, count: 6 },
    ];
    await index.add(segmentPointer(sourceId, 1, factsAt(NOON)));
    await index.add(segmentPointer(sourceId, 2, factsAt(NOON + 3 * HOUR, { kinds, firstAt: NOON - 30 * HOUR })));
    await index.add(segmentPointer(sourceId, 3, factsAt(NOON + 24 * HOUR)));
    expect(await index.days()).toEqual([
      {
        day: DAY,
        segments: 2,
        files: 0,
        events: 20,
        bytes: 2000,
        firstAt: NOON - 30 * HOUR,
        lastAt: NOON + 3 * HOUR,
        kinds: [
          { kind: { type: "track", name: "Tested" }, count: 16 },
          { kind: { type: "page" }, count: 4 },
        ],
      },
      expect.objectContaining({ day: DAY + 24 * HOUR, segments: 1 }),
    ]);
    expect(await index.days({ from: DAY + 24 * HOUR })).toHaveLength(1);
  });
});

describe("a list over a time range", () => {
  it("goes through the range in pages, each segment once, in the order of their hours and times", async () => {
    const sourceId = newSourceId();
    const index = indexOf(sourceId);
    const at = [5, 1, 3, 3, HOUR + 2, HOUR + 1, 3 * HOUR];
    for (const [n, ms] of at.entries()) await index.add(segmentPointer(sourceId, n, factsAt(NOON + ms)));
    const hours = [NOON - 9 * HOUR, NOON + HOUR];
    const parked = factsAt(NOON + HOUR, { firstAt: NOON - 9 * HOUR, lastAt: NOON + HOUR + 1, hours });
    await index.add(segmentPointer(sourceId, 99, parked));
    const pages: number[][] = [];
    let after: string | undefined;
    do {
      const range = { from: NOON, to: NOON + 3 * HOUR, limit: 2 };
      const page = await index.list(after === undefined ? range : { ...range, after });
      pages.push(numbers(page.segments));
      after = page.next;
    } while (after !== undefined);
    expect(pages).toEqual([[1, 2], [3, 0], [99, 5], [4]]);
    const earlier = await index.list({ from: NOON - 24 * HOUR, to: NOON, limit: 100 });
    expect(numbers(earlier.segments)).toEqual([99]);
  });

  it("leaves out what ends before the range or begins with its end", async () => {
    const sourceId = newSourceId();
    const index = indexOf(sourceId);
    for (const [n, ms] of [-1, 0, 99, 100].entries()) await index.add(segmentPointer(sourceId, n, factsAt(NOON + ms)));
    const { segments } = await index.list({ from: NOON, to: NOON + 100, limit: 100 });
    expect(numbers(segments)).toEqual([1, 2]);
  });
});
