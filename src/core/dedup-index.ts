import { HashTable } from "./hash-table.ts";
import { PackedIds } from "./packed-ids.ts";

/** Bytes of a truncated SHA-256 that stand for one messageId: 2^-128 per pair, so equal means the same id. */
export const HASH_BYTES = 16;

interface Bucket {
  /** Ids that still arrive: quick to add to, up to 35 bytes each. */
  fresh?: HashTable | undefined;
  /** Ids of a time that is over: 8 bytes each. */
  packed?: PackedIds | undefined;
}

/**
 * Which segment may hold an id, by time bucket. A candidate can be wrong (never, or about one look-up in 500 at
 * 8 million packed ids), so the caller confirms it against the segment's stored hashes; an id without a candidate is
 * certainly new. Buckets are packed when a newer one begins, and expire whole.
 */
export class DedupIndex {
  readonly #buckets = new Map<number, Bucket>();
  readonly #seed: number;
  #newest = Number.NEGATIVE_INFINITY;

  /** `seed`: a random 32-bit number, so that nobody can choose ids that crowd one place or look alike. */
  constructor(seed = 0) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#sum(({ size }) => size);
  }

  /** Memory in use, in bytes. */
  get bytes(): number {
    return this.#sum(({ bytes }) => bytes);
  }

  /** The oldest bucket that holds ids. */
  get oldest(): number | undefined {
    return this.#buckets.size === 0 ? undefined : Math.min(...this.#buckets.keys());
  }

  /** Adds the hash at `offset` of `hashes` as part of `segment` (0 … 2^32 − 2), which belongs to `bucket`. */
  add(bucket: number, hashes: DataView, offset: number, segment: number): void {
    if (bucket > this.#newest) {
      this.#newest = bucket;
      this.#packAll();
    }
    let entry = this.#buckets.get(bucket);
    if (entry === undefined) this.#buckets.set(bucket, (entry = {}));
    entry.fresh ??= new HashTable(this.#seed);
    entry.fresh.add(hashes.getUint32(offset), hashes.getUint32(offset + 4), segment);
  }

  /** Segments that may hold the hash at `offset`. */
  candidates(hashes: DataView, offset: number): number[] {
    const found: number[] = [];
    const high = hashes.getUint32(offset);
    const low = hashes.getUint32(offset + 4);
    for (const { fresh, packed } of this.#buckets.values()) {
      fresh?.find(high, low, found);
      packed?.find(high, low, found);
    }
    return found;
  }

  /** Forgets every id of the buckets before `bucket`; tells whether there were any. */
  dropBefore(bucket: number): boolean {
    const expired = [...this.#buckets.keys()].filter((key) => key < bucket);
    for (const key of expired) this.#buckets.delete(key);
    return expired.length > 0;
  }

  #packAll(): void {
    for (const entry of this.#buckets.values()) {
      if (entry.fresh === undefined) continue;
      entry.packed = new PackedIds(this.#seed, entry.fresh, entry.packed);
      entry.fresh = undefined;
    }
  }

  #sum(of: (part: HashTable | PackedIds) => number): number {
    let total = 0;
    for (const { fresh, packed } of this.#buckets.values()) {
      if (fresh !== undefined) total += of(fresh);
      if (packed !== undefined) total += of(packed);
    }
    return total;
  }
}
