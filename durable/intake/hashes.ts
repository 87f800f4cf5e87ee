import { HASH_BYTES } from "../../src/core/dedup-index.ts";
import { positionOf } from "./store.ts";

/** The hashes at `indexes` of `packed`, packed again. */
export function pickHashes(packed: ArrayBuffer, indexes: readonly number[]): ArrayBuffer {
  const picked = new Uint8Array(indexes.length * HASH_BYTES);
  indexes.forEach((i, n) => picked.set(new Uint8Array(packed, i * HASH_BYTES, HASH_BYTES), n * HASH_BYTES));
  return picked.buffer;
}

/** How often `hash` stands in `packed`. */
export function countIn(packed: ArrayBuffer, hash: ArrayBuffer): number {
  const view = new DataView(hash);
  let count = 0;
  for (let from = 0; ; count++) {
    const position = positionOf(packed.slice(from), view, 0);
    if (position < 0) return count;
    from += (position + 1) * HASH_BYTES;
  }
}
