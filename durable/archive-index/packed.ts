import type { SegmentPlace } from "../../src/core/archive-index.ts";
import type { LooseSegment } from "./segment-store.ts";

/** A segment within a compacted file. `bytes` are those it had as an object. */
export interface PackedSegment extends LooseSegment {
  readonly place: SegmentPlace;
}

/** [shard, segment, seq, count, bytes, firstAt, lastAt, offset, length, firstLine, hours or 0] */
type Entry = [number, number, number, number, number, number, number, number, number, number, number[] | 0];

/** Segments a file may have: their entries take some 80 bytes each, of the 2 MB of a row. */
export const MOST_PACKED = 10_000;

export function writePacked(segments: readonly PackedSegment[]): string {
  if (segments.length > MOST_PACKED) throw new Error(`a compacted file has at most ${MOST_PACKED} segments`);
  return JSON.stringify(
    segments.map(({ shard, segment, seq, count, bytes, firstAt, lastAt, place, hours }): Entry => [
      shard,
      segment,
      seq,
      count,
      bytes,
      firstAt,
      lastAt,
      place.offset,
      place.length,
      place.firstLine,
      hours === undefined ? 0 : [...hours],
    ]),
  );
}

/** What a row keeps, with the keys the segments had. */
export function readPacked(
  text: string,
  { hour, file, keyOf }: { readonly hour: number; readonly file: string; keyOf(shard: number, no: number): string },
): PackedSegment[] {
  return (JSON.parse(text) as Entry[]).map(
    ([shard, segment, seq, count, bytes, firstAt, lastAt, offset, length, firstLine, hours]) => ({
      hour,
      shard,
      segment,
      key: keyOf(shard, segment),
      seq,
      count,
      bytes,
      firstAt,
      lastAt,
      ...(hours === 0 ? {} : { hours }),
      place: { file, offset, length, firstLine, count },
    }),
  );
}

type Spans = Readonly<Record<string, readonly [least: number, greatest: number]>>;

/** Least and greatest number of each shard: tells without reading the entries that a segment is not among them. */
export function writeSpans(segments: readonly { readonly shard: number; readonly segment: number }[]): string {
  const spans: Record<string, [number, number]> = {};
  for (const { shard, segment } of segments) {
    const [least, greatest] = spans[shard] ?? [segment, segment];
    spans[shard] = [Math.min(least, segment), Math.max(greatest, segment)];
  }
  return JSON.stringify(spans);
}

export function mayHold(spans: string, shard: number, segment: number): boolean {
  const [least, greatest] = (JSON.parse(spans) as Spans)[shard] ?? [Infinity, -Infinity];
  return least <= segment && segment <= greatest;
}
