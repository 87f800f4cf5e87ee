import { hourOf, LineFacts, type ArchivedSegment } from "../../src/core/archive-index.ts";
import { parseSegmentKey } from "../../src/core/archive-key.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/durations.ts";
import { splitLines } from "../../src/core/segment-lines.ts";

/**
 * What an archived segment says of itself, for pointers and objects of an earlier version: lines are read one at a
 * time. Null when there is no such object, or no event in it.
 */
export async function readFacts(archive: Pick<R2Bucket, "get">, key: string): Promise<ArchivedSegment | null> {
  const name = parseSegmentKey(key);
  const object = name === undefined ? null : await archive.get(key);
  if (name === undefined || object === null) return null;
  const text = object.body.pipeThrough(new DecompressionStream("gzip")).pipeThrough(new TextDecoderStream());
  const lines = new LineFacts();
  for await (const line of splitLines(text)) lines.add(line);
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
