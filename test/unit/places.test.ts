import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { findPlaces } from "../../durable/intake/places.ts";
import type { IntakeStore } from "../../durable/intake/store.ts";
import { DedupIndex, HASH_BYTES, KEPT_HASH_BYTES } from "../../src/core/dedup-index.ts";

const BUCKET = 7;

function pack(ids: readonly string[], width = HASH_BYTES): ArrayBuffer {
  const packed = new Uint8Array(ids.length * width);
  ids.forEach((id, i) => packed.set(createHash("sha256").update(id).digest().subarray(0, width), i * width));
  return packed.buffer;
}

const idsOf = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}-${i}`);

/** Segments by number: written ones whole (those of even numbers by an earlier version), waiting ones as their commits. */
function room(written: Record<number, string[]>, waiting: Record<number, string[][]> = {}) {
  const index = new DedupIndex();
  const reads: number[] = [];
  const remember = (segment: number, ids: readonly string[]) => {
    const view = new DataView(pack(ids));
    ids.forEach((_, i) => index.add(BUCKET, view, i * HASH_BYTES, segment));
  };
  for (const [no, ids] of Object.entries(written)) remember(Number(no), ids);
  for (const [no, parts] of Object.entries(waiting)) for (const ids of parts) remember(Number(no), ids);
  const store = {
    segmentHashes(no: number) {
      reads.push(no);
      const ids = written[no];
      return ids && { count: ids.length, hashes: pack(ids, no % 2 === 0 ? HASH_BYTES : KEPT_HASH_BYTES) };
    },
    outboxIds: (no: number) =>
      (waiting[no] ?? []).map((ids) => ({ segment: no, at: 0, count: ids.length, hashes: pack(ids) })),
  } as unknown as IntakeStore;
  const outbox = new Map(Object.keys(waiting).map((no) => [Number(no), 1]));
  const find = (...batches: string[][]) =>
    findPlaces(
      store,
      { index, waiting: outbox },
      batches.map((ids) => pack(ids)),
    ).map((places) => [...places].toSorted(([a], [b]) => a - b));
  return { find, reads };
}

describe("places of known ids", () => {
  test("are found in written segments and across the commits of a waiting one", () => {
    const { find } = room({ 3: idsOf("a", 10) }, { 4: [idsOf("b", 5), idsOf("c", 5)] });
    expect(find(["a-9", "new", "c-2", "b-0"])).toEqual([
      [
        [0, { segment: 3, line: 9 }],
        [2, { segment: 4, line: 7 }],
        [3, { segment: 4, line: 0 }],
      ],
    ]);
  });

  test("are the same however many are asked for at once", () => {
    const ids = idsOf("many", 2500);
    const { find } = room({ 1: ids, 2: idsOf("other", 2500) });
    const [places] = find(ids.toReversed());
    expect(places).toEqual(ids.map((_, i) => [i, { segment: 1, line: 2499 - i }]));
  });

  test("cost one read of each segment, whatever a crowd of callers asks for in whatever order", () => {
    const segments = Object.fromEntries(Array.from({ length: 20 }, (_, no) => [no, idsOf(`s${no}`, 50)]));
    const { find, reads } = room(segments);
    const mixed = idsOf("", 50).flatMap((_, i) => Array.from({ length: 20 }, (_, no) => `s${no}-${i}`));
    const answers = find(mixed, mixed, ["unknown"]);
    expect(answers.map((places) => places.length)).toEqual([1000, 1000, 0]);
    expect(reads.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, no) => no));
  });

  test("cost no read at all for ids that are new", () => {
    const { find, reads } = room({ 1: idsOf("a", 100) });
    expect(find(idsOf("b", 100))).toEqual([[]]);
    expect(reads).toEqual([]);
  });
});
