import { HASH_BYTES } from "./dedup-index.ts";
import { sha256Into } from "./sha256.ts";

/** The packed 16-byte hashes of messageIds (SHA-256 of their UTF-8, cut), in order. */
export function hashIds(ids: readonly string[]): ArrayBuffer {
  const packed = new DataView(new ArrayBuffer(ids.length * HASH_BYTES));
  for (let i = 0; i < ids.length; i++) sha256Into(ids[i]!, packed, i * HASH_BYTES, HASH_BYTES);
  return packed.buffer;
}
