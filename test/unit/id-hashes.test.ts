import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HASH_BYTES } from "../../src/core/dedup-index.ts";
import { hashIds } from "../../src/core/id-hashes.ts";

const reference = (id: string): string =>
  createHash("sha256")
    .update(id)
    .digest("hex")
    .slice(0, HASH_BYTES * 2);

const hashes = (ids: readonly string[]): string[] => {
  const packed = hashIds(ids);
  return ids.map((_, i) => Buffer.from(packed, i * HASH_BYTES, HASH_BYTES).toString("hex"));
};

test("an id's hash is its SHA-256 as the platform computes it, cut to 16 bytes", () => {
  const texts = fc.array(fc.string({ unit: "binary", maxLength: 70 }), { maxLength: 4 });
  fc.assert(
    fc.property(texts, (ids) => {
      expect(hashes(ids)).toEqual(ids.map(reference));
    }),
  );
});

test("every length around a block's end is padded as it must be", () => {
  const ids = Array.from({ length: 1100 }, (_, n) => "ü".repeat(n % 3) + "x".repeat(n));
  expect(hashes(ids)).toEqual(ids.map(reference));
});

test("an id longer than the room that is kept is hashed whole", () => {
  const ids = ["x".repeat(1024), `${"x".repeat(1023)}ü`, "€".repeat(5000), "x"];
  expect(hashes(ids)).toEqual(ids.map(reference));
});

test("halves of characters count as the replacement character, as in every UTF-8 encoder", () => {
  const ids = ["\ud800", "a\udc00", "\ud800\ud83d\ude00", "\udc00\ud800"];
  expect(hashes(ids)).toEqual(ids.map(reference));
});
