import { setImmediate } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Miniflare } from "miniflare";
import { archivePrefix, parseSegmentKey, segmentKey, utcDay } from "../../src/core/archive-key.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import type { SegmentPointer } from "../../src/core/intake.ts";
import { inParallel } from "../../src/core/pool.ts";
import { WarehouseTotals } from "../../test/support/warehouse-totals.ts";
import type { MadeEvent, MadeHour } from "./traffic.ts";

type Bucket = Awaited<ReturnType<Miniflare["getR2Bucket"]>>;

/** As much of a bucket as reading segments needs. */
export interface SegmentBucket {
  list(options: {
    readonly prefix: string;
    readonly cursor?: string;
  }): Promise<{ readonly objects: readonly { readonly key: string }[]; readonly truncated: boolean; cursor?: string }>;
  get(key: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null>;
}

const AT_ONCE = 8;

/** Writes hours as Intake's drains do; numbers its segments onwards from what it wrote before. Gives their pointers. */
export class SegmentWriter {
  readonly #bucket: Bucket;
  readonly #sourceId: string;
  readonly #linesEach: number;
  readonly #next = new Map<number, number>();
  segments = 0;
  bytes = 0;

  constructor(bucket: Bucket, sourceId: string, linesEach: number) {
    this.#bucket = bucket;
    this.#sourceId = sourceId;
    this.#linesEach = linesEach;
  }

  async write({ hour, events }: MadeHour): Promise<SegmentPointer[]> {
    const segments = [...Map.groupBy(events, ({ shard }) => shard)].flatMap(([shard, own]) =>
      Array.from({ length: Math.ceil(own.length / this.#linesEach) }, (_, n) => ({
        key: this.#keyOf(hour, shard),
        lines: own.slice(n * this.#linesEach, (n + 1) * this.#linesEach),
      })),
    );
    await inParallel(segments, AT_ONCE, ({ key, lines }) => this.#put(hour, key, lines));
    return segments.map(({ key, lines }) => {
      const { sourceId, shard, segment } = parseSegmentKey(key)!;
      return { sourceId, shard, segment, key, count: lines.length };
    });
  }

  #keyOf(hour: number, shard: number): string {
    const number = this.#next.get(shard) ?? 0;
    this.#next.set(shard, number + 1);
    return segmentKey(this.#sourceId, utcDay(hour), shard, number);
  }

  async #put(hour: number, key: string, lines: readonly MadeEvent[]): Promise<void> {
    const body = gzipSync(lines.map(({ text }) => `${text}\n`).join(""), { level: 1 });
    this.segments++;
    this.bytes += body.byteLength;
    await this.#bucket.put(key, body, {
      customMetadata: {
        count: String(lines.length),
        firstCommit: String(hour),
        lastCommit: String(hour + HOUR_MS - 1),
      },
    });
  }
}

async function keysOf(bucket: SegmentBucket, sourceId: string): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix: archivePrefix(sourceId), ...(cursor === undefined ? {} : { cursor }) });
    keys.push(...page.objects.map(({ key }) => key).filter((key) => parseSegmentKey(key) !== undefined));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return keys.toSorted(byShardAndNumber);
}

function byShardAndNumber(a: string, b: string): number {
  const [one, other] = [parseSegmentKey(a)!, parseSegmentKey(b)!];
  return one.shard - other.shard || one.segment - other.segment;
}

/** Receipts are written the same way in all lines; parsing each of them twice would take minutes. */
const receivedHour = (line: string): number => {
  const [, at = ""] = /"receivedAt":"([^"]+)"/.exec(line) ?? [];
  return Math.floor(Date.parse(at) / HOUR_MS) * HOUR_MS;
};

/**
 * What the tables must hold, from the raw segments alone: the hours in order, of each hour its segments by shard and
 * number, of each segment the lines received in that hour. Each call takes the segments that have come since.
 */
export class RawTruth {
  totals = new WarehouseTotals();
  readonly #bucket: SegmentBucket;
  readonly #sourceId: string;
  readonly #told = new Set<string>();

  constructor(bucket: SegmentBucket, sourceId: string) {
    this.#bucket = bucket;
    this.#sourceId = sourceId;
  }

  /**
   * Reads all segments again, those that came late in their place: of an event that was sent again days later a late
   * original is the first one, and the hours of both are made anew. The types that columns have got stay.
   */
  async readAgain(): Promise<void> {
    this.totals = new WarehouseTotals(this.totals.oracle);
    this.#told.clear();
    await this.readNew();
  }

  async readNew(): Promise<void> {
    const keys = (await keysOf(this.#bucket, this.#sourceId)).filter((key) => !this.#told.has(key));
    const byHour = new Map<number, string[]>();
    for (const key of keys) {
      for (const hour of new Set((await this.#lines(key)).map(receivedHour))) {
        const known = byHour.get(hour);
        if (known === undefined) byHour.set(hour, [key]);
        else known.push(key);
      }
      this.#told.add(key);
    }
    for (const hour of [...byHour.keys()].toSorted((a, b) => a - b)) {
      for (const key of byHour.get(hour)!) {
        for (const line of await this.#lines(key)) if (receivedHour(line) === hour) this.totals.add(line);
      }
    }
  }

  async #lines(key: string): Promise<string[]> {
    // Others have their turn in between.
    await setImmediate();
    const object = await this.#bucket.get(key);
    if (object === null) throw new Error(`${key} is gone`);
    const text = gunzipSync(new Uint8Array(await object.arrayBuffer())).toString("utf8");
    return text.split("\n").filter((line) => line !== "");
  }
}
