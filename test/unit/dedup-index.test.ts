import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DedupIndex, HASH_BYTES } from "../../src/core/dedup-index.ts";

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);
const hash = fc.uint8Array({ minLength: HASH_BYTES, maxLength: HASH_BYTES });

/** The hash of `n` as Intake makes it. */
function spread(n: number): DataView {
  const bytes = view(new Uint8Array(HASH_BYTES));
  const digest = createHash("sha256").update(String(n)).digest();
  bytes.setUint32(0, digest.readUInt32BE(0));
  bytes.setUint32(4, digest.readUInt32BE(4));
  return bytes;
}

describe("dedup index", () => {
  it("never misses a hash it was given, whatever else it holds and however the hours came", () => {
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

  it("finds ids that were chosen to share the lowest bits of their hashes, packed or not", () => {
    const index = new DedupIndex(4_000_000_000);
    const chosen = Array.from({ length: 4096 }, (_, i) => {
      const bytes = view(new Uint8Array(HASH_BYTES));
      bytes.setUint32(0, (i << 20) >>> 0);
      return bytes;
    });
    chosen.forEach((bytes, i) => index.add(1, bytes, 0, i));
    chosen.forEach((bytes, i) => expect(index.candidates(bytes, 0)).toEqual([i]));
    index.add(2, spread(1), 0, 9999);
    chosen.forEach((bytes, i) => expect(index.candidates(bytes, 0)).toContain(i));
  });

  it("packs a bucket to 8 bytes an id once a newer one begins, and adds late ones to it", () => {
    const index = new DedupIndex(7);
    for (let n = 0; n < 50_000; n++) index.add(1, spread(n), 0, n % 90);
    expect(index.bytes).toBeGreaterThan(50_000 * 17);
    index.add(2, spread(50_000), 0, 90);
    index.add(1, spread(50_001), 0, 91);
    index.add(3, spread(50_002), 0, 92);
    const openTable = 1024 * 12;
    expect(index.bytes).toBe(50_002 * 8 + openTable);
    for (const n of [0, 1, 77, 49_999]) expect(index.candidates(spread(n), 0)).toContain(n % 90);
    expect([50_000, 50_001, 50_002].flatMap((n) => index.candidates(spread(n), 0))).toEqual([90, 91, 92]);
  });

  it("hardly ever names a segment for an id it does not hold", () => {
    const index = new DedupIndex(7);
    for (let n = 0; n < 100_000; n++) index.add(1, spread(n), 0, 1);
    index.add(2, spread(100_000), 0, 2);
    let wrong = 0;
    for (let n = 200_000; n < 300_000; n++) wrong += index.candidates(spread(n), 0).length;
    expect(wrong).toBeLessThan(20);
  });

  it("forgets whole buckets, says whether it did, and names the oldest left", () => {
    const index = new DedupIndex();
    const bytes = new Uint8Array(HASH_BYTES).fill(7);
    expect(index.oldest).toBeUndefined();
    index.add(10, view(bytes), 0, 1);
    index.add(11, view(bytes), 0, 2);
    expect(index.oldest).toBe(10);
    expect(index.dropBefore(11)).toBe(true);
    expect(index.dropBefore(11)).toBe(false);
    expect(index.oldest).toBe(11);
    expect(index.candidates(view(bytes), 0)).toEqual([2]);
  });
});
