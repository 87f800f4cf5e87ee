import { LineFacts, type ArchivedSegment } from "../../src/core/archive-index.ts";
import { parseSegmentKey } from "../../src/core/archive-key.ts";
import { DAY_MS, HOUR_MS, hourOf } from "../../src/core/durations.ts";
import { splitLines } from "../../src/core/segment-lines.ts";
import { logError } from "../../src/log/log.ts";

/**
 * What an archived segment says of itself, for pointers and objects of an earlier version. Null when there is no such
 * object, or nothing in it that can be read; rejects when R2 cannot be asked.
 */
export async function readFacts(archive: Pick<R2Bucket, "get">, key: string): Promise<ArchivedSegment | null> {
  const name = parseSegmentKey(key);
  const object = name === undefined ? null : await archive.get(key);
  if (name === undefined || object === null) return null;
  const lines = await readLineFacts(key, await object.arrayBuffer());
  if (lines.count === 0) return null;
  const committed = Number(object.customMetadata?.["firstCommit"] ?? NaN);
  const { lastAt } = lines.facts(name.day);
  // Without the commit's time the latest event's comes closest; the day is part of the key.
  const guess = Math.min(Math.max(hourOf(lastAt), name.day), name.day + DAY_MS - HOUR_MS);
  const hour = Number.isNaN(committed) ? guess : hourOf(committed);
  return {
    key,
    shard: name.shard,
    segment: name.segment,
    count: lines.count,
    bytes: object.size,
    ...lines.facts(hour),
  };
}

async function readLineFacts(key: string, packed: ArrayBuffer): Promise<LineFacts> {
  const lines = new LineFacts();
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    for await (const line of splitLines(stream.pipeThrough(new TextDecoderStream()))) lines.add(line);
    return lines;
  } catch (error) {
    // Whoever asks again would fail again, and hold up what comes after it.
    logError("segment_unreadable", { key }, error);
    return new LineFacts();
  }
}
