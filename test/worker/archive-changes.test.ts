import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChangedHour } from "../../src/core/archive-index.ts";
import { factsAt, indexOf, newSourceId, segmentPointer } from "../support/archive-index.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;
// In the future, so that no alarm comes by itself before a test runs it.
const TEN = Date.UTC(2031, 0, 6, 10);

/** What each source's exports were told, as hours from ten o'clock; `onTold` stands in their place. */
const told: { sourceId: string; hours: number[]; seqs: number[] }[] = [];
let onTold: (hours: readonly ChangedHour[]) => Promise<void>;
const toldOf = (sourceId: string) => told.filter((one) => one.sourceId === sourceId).map(({ hours }) => hours);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: TEN + 10 * MINUTE });
  told.length = 0;
  onTold = async () => undefined;
  vi.spyOn(env.EXPORTS, "getByName").mockImplementation(((sourceId: string) => ({
    async changed(hours: readonly ChangedHour[]) {
      await onTold(hours);
      const from = (hour: number) => (hour - TEN) / HOUR;
      told.push({ sourceId, hours: hours.map(({ hour }) => from(hour)), seqs: hours.map(({ seq }) => seq) });
    },
  })) as never);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** An index that has gone through R2 already, so that its alarm has only what a test gives it. */
async function indexWith(sourceId: string, ...times: number[]) {
  const index = indexOf(sourceId);
  await runDurableObjectAlarm(index);
  for (const [n, at] of times.entries()) await index.add(segmentPointer(sourceId, n, factsAt(at)));
  return index;
}

async function alarmAt(sourceId: string, at: number): Promise<void> {
  vi.setSystemTime(at);
  await runDurableObjectAlarm(indexOf(sourceId));
}

describe("the exports", () => {
  it("are told of an hour five minutes after its end, once, with the number of its newest segment", async () => {
    const sourceId = newSourceId();
    const index = await indexWith(sourceId, TEN + 1, TEN + 2, TEN + HOUR);
    await alarmAt(sourceId, TEN + HOUR + 5 * MINUTE - 1);
    expect(toldOf(sourceId)).toEqual([]);
    await alarmAt(sourceId, TEN + HOUR + 5 * MINUTE);
    await alarmAt(sourceId, TEN + HOUR + 6 * MINUTE);
    expect(toldOf(sourceId)).toEqual([[0]]);
    expect(told.at(-1)?.seqs).toEqual([(await index.hour(TEN)).seq]);
    await alarmAt(sourceId, TEN + 2 * HOUR + 5 * MINUTE);
    expect(toldOf(sourceId)).toEqual([[0], [1]]);
  });

  it("are told again of exactly the hours a late segment has events of, with a greater number", async () => {
    const sourceId = newSourceId();
    const index = await indexWith(sourceId, TEN, TEN - HOUR);
    await alarmAt(sourceId, TEN + HOUR + 5 * MINUTE);
    const first = told.at(-1)!;
    expect(first.hours).toEqual([-1, 0]);
    vi.setSystemTime(TEN + 3 * HOUR + 10 * MINUTE);
    const hours = [TEN - 30 * HOUR, TEN, TEN + 3 * HOUR];
    await index.add(segmentPointer(sourceId, 9, factsAt(hours[2]!, { firstAt: hours[0]!, hours })));
    await alarmAt(sourceId, TEN + 3 * HOUR + 11 * MINUTE);
    expect(toldOf(sourceId).at(-1)).toEqual([-30, 0]);
    expect(told.at(-1)!.seqs[1]).toBeGreaterThan(first.seqs[1]!);
    await alarmAt(sourceId, TEN + 4 * HOUR + 5 * MINUTE);
    expect(toldOf(sourceId).slice(1)).toEqual([[-30, 0], [3]]);
  });

  it("are told at once of what has changed within a window when somebody asks, and again only of what changes then", async () => {
    const sourceId = newSourceId();
    const index = await indexWith(sourceId, TEN - 48 * HOUR, TEN - HOUR, TEN);
    await index.tellNow({ from: TEN - HOUR + 1, to: TEN + HOUR });
    expect(toldOf(sourceId)).toEqual([[-1, 0]]);
    await index.tellNow({ from: TEN - HOUR, to: TEN + HOUR });
    expect(toldOf(sourceId)).toEqual([[-1, 0]]);
    await index.add(segmentPointer(sourceId, 8, factsAt(TEN + 1)));
    await alarmAt(sourceId, TEN + HOUR + 5 * MINUTE);
    expect(toldOf(sourceId)).toEqual([
      [-1, 0],
      [-48, 0],
    ]);
  });

  it("are told of nothing new when a segment is added again", async () => {
    const sourceId = newSourceId();
    const index = await indexWith(sourceId, TEN);
    await alarmAt(sourceId, TEN + HOUR + 5 * MINUTE);
    await index.add(segmentPointer(sourceId, 0, factsAt(TEN)));
    await alarmAt(sourceId, TEN + 9 * HOUR);
    expect(toldOf(sourceId)).toEqual([[0]]);
  });

  it("are told until they have heard, also after a restart, and meanwhile the day's index is written", async () => {
    const sourceId = newSourceId();
    vi.spyOn(console, "error").mockReturnValue();
    await indexWith(sourceId, TEN);
    onTold = () => Promise.reject(new Error("the exports are out of reach"));
    await alarmAt(sourceId, TEN + HOUR + 5 * MINUTE);
    expect((await env.ARCHIVE.list({ prefix: `archive-index/${sourceId}/` })).objects).toHaveLength(1);
    await evictDurableObject(indexOf(sourceId));
    const next = await runInDurableObject(indexOf(sourceId), (_, { storage }) => storage.getAlarm());
    expect(next).not.toBeNull();
    onTold = async () => undefined;
    await alarmAt(sourceId, TEN + HOUR + 6 * MINUTE);
    expect(toldOf(sourceId)).toEqual([[0]]);
  });

  it("are told again of an hour that changed while they were being told", async () => {
    const sourceId = newSourceId();
    await indexWith(sourceId, TEN);
    onTold = async () => {
      onTold = async () => undefined;
      await indexOf(sourceId).add(segmentPointer(sourceId, 7, factsAt(TEN + 5)));
    };
    await alarmAt(sourceId, TEN + HOUR + 5 * MINUTE);
    await alarmAt(sourceId, TEN + HOUR + 7 * MINUTE);
    expect(toldOf(sourceId)).toEqual([[0], [0]]);
  });

  it("are told of an hour of an earlier version only when all of its segments have been taken in", async () => {
    const sourceId = newSourceId();
    const line = (at: number) => `${JSON.stringify({ type: "page", receivedAt: new Date(at).toISOString() })}\n`;
    const gzip = (text: string) =>
      new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
    // Three pages: what is due after the second must still wait.
    for (let n = 0; n < 250; n++) {
      const at = n < 5 ? TEN - 24 * HOUR : TEN - 5 * HOUR;
      const day = Math.floor(at / (24 * HOUR)) * 24 * HOUR;
      const key = `segment-logs/${sourceId}/${day}/0-${String(n).padStart(9, "0")}.gz`;
      await env.ARCHIVE.put(key, await gzip(line(at)), { customMetadata: { firstCommit: String(at) } });
    }
    await indexOf(sourceId).add(segmentPointer(sourceId, 777, factsAt(TEN)));
    const counts: (readonly number[])[] = [];
    onTold = async (hours) => {
      for (const { hour } of hours)
        counts.push([(hour - TEN) / HOUR, (await indexOf(sourceId).hour(hour)).segments.length]);
    };
    for (let n = 0; n < 6; n++) await alarmAt(sourceId, TEN + (2 + n) * HOUR);
    expect(counts.toSorted((a, b) => a[0]! - b[0]!)).toEqual([
      [-24, 5],
      [-5, 245],
      [0, 1],
    ]);
  });
});
