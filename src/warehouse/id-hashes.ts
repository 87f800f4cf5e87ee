import { HASH_BYTES } from "../core/dedup-index.ts";

/** Ids of a batch at most: 8 MB of hashes, and a place in it fits in the 20 bits `sortHashes` has for it. */
export const BATCH_IDS = 2 ** 19;
const INDEX_BITS = 20;
const INDEX_MASK = 2 ** INDEX_BITS - 1;

/** Compares two hashes byte by byte, as unsigned numbers. */
export function compareHashes(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < HASH_BYTES; i++) {
    const difference = a[aAt + i]! - b[bAt + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

const hashAt = (hashes: Uint8Array, i: number): Uint8Array => hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);

/**
 * The same hashes in rising order, at most `BATCH_IDS`. The engine sorts 64-bit numbers fast, so the first 44 bits are sorted
 * with the place they came from; the few that share those bits are then put in order among themselves.
 */
export function sortHashes(hashes: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = hashes.length / HASH_BYTES;
  const view = new DataView(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  const keys = new BigUint64Array(count);
  // Written as pairs of words: on a little-endian machine, and all are, the second counts most.
  const words = new Uint32Array(keys.buffer);
  for (let i = 0; i < count; i++) {
    words[i * 2] = ((view.getUint32(i * HASH_BYTES + 4) >>> INDEX_BITS) << INDEX_BITS) | i;
    words[i * 2 + 1] = view.getUint32(i * HASH_BYTES);
  }
  keys.sort();
  const sorted = new Uint8Array(hashes.length);
  for (let i = 0; i < count; i++) {
    sorted.set(hashAt(hashes, words[i * 2]! & INDEX_MASK), i * HASH_BYTES);
    sinkLast(sorted, i);
  }
  return sorted;
}

/** Moves the hash at `i` before those before it that are greater. */
function sinkLast(sorted: Uint8Array, i: number): void {
  let to = i;
  while (to > 0 && compareHashes(sorted, (to - 1) * HASH_BYTES, sorted, i * HASH_BYTES) > 0) to--;
  if (to === i) return;
  const moved = hashAt(sorted, i).slice();
  sorted.copyWithin((to + 1) * HASH_BYTES, to * HASH_BYTES, i * HASH_BYTES);
  sorted.set(moved, to * HASH_BYTES);
}

/** Sorted hashes, each once. */
export function distinctHashes(sorted: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const isNew = (at: number): boolean => at === 0 || compareHashes(sorted, at - HASH_BYTES, sorted, at) !== 0;
  let count = 0;
  for (let at = 0; at < sorted.length; at += HASH_BYTES) if (isNew(at)) count++;
  if (count * HASH_BYTES === sorted.length) return sorted;
  const distinct = new Uint8Array(count * HASH_BYTES);
  let to = 0;
  for (let at = 0; at < sorted.length; at += HASH_BYTES) {
    if (!isNew(at)) continue;
    distinct.set(sorted.subarray(at, at + HASH_BYTES), to);
    to += HASH_BYTES;
  }
  return distinct;
}

/** The place of a hash in a sorted list; negative when it is not there. */
export function findHash(sorted: Uint8Array, hash: Uint8Array): number {
  let low = 0;
  let high = sorted.length / HASH_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareHashes(sorted, middle * HASH_BYTES, hash, 0) < 0) low = middle + 1;
    else high = middle;
  }
  return low * HASH_BYTES < sorted.length && compareHashes(sorted, low * HASH_BYTES, hash, 0) === 0 ? low : -1;
}
