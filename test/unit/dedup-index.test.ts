import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DedupIndex, HASH_BYTES } from "../../src/core/dedup-index.ts";

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);
const hash = fc.uint8Array({ minLength: HASH_BYTES, maxLength: HASH_BYTES });

describe("dedup index", () => {
  it("never misses a hash it was given, whatever else it holds", () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.tuple(hash, fc.nat(5), fc.nat(1000)), { maxLength: 3000 }), (seed, entries) => {
        const index = new DedupIndex(seed);
        for (const [bytes, bucket, segment] of entries) index.add(bucket, view(bytes), 0, segment);
        for (const [bytes, , segment] of entries) expect(index.candidates(view(bytes), 0)).toContain(segment);
        expect(index.size).toBe(entries.length);
      }),
      { numRuns: 20 },
    );
  });

  it("finds ids that were chosen to share the lowest bits of their hashes", () => {
    const index = new DedupIndex(4_000_000_000);
    const chosen = Array.from({ length: 4096 }, (_, i) => {
      const bytes = view(new Uint8Array(HASH_BYTES));
      bytes.setUint32(0, (i << 20) >>> 0);
      return bytes;
    });
    chosen.forEach((bytes, i) => index.add(1, bytes, 0, i));
    chosen.forEach((bytes, i) => expect(index.candidates(bytes, 0)).toEqual([i]));
  });

  it("forgets whole buckets and says whether it did", () => {
    const index = new DedupIndex();
    const bytes = new Uint8Array(HASH_BYTES).fill(7);
    index.add(10, view(bytes), 0, 1);
    index.add(11, view(bytes), 0, 2);
    expect(index.dropBefore(11)).toBe(true);
    expect(index.dropBefore(11)).toBe(false);
    expect(index.candidates(view(bytes), 0)).toEqual([2]);
  });
});
