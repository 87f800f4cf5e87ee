/** Bytes of a truncated SHA-256 that stand for one messageId: 2^-128 per pair, so equal means the same id. */
export const HASH_BYTES = 16;

const INITIAL_SLOTS = 1 << 10;
/** Words a slot: two of the hash, then segment + 1 (0 = free). */
const WORDS = 3;
const MAX_LOAD = 0.7;

/**
 * Which segment may hold an id: an open-addressed table of (64 bits of the hash, segment) per time bucket,
 * 17 to 35 bytes an id in memory. 64 bits can lie, if hardly ever, so the caller confirms a candidate against
 * the segment's stored hashes; an id without a candidate is certainly new. Expiry drops whole buckets.
 */
export class DedupIndex {
  readonly #buckets = new Map<number, HashTable>();
  readonly #seed: number;

  /** `seed`: a random 32-bit number, so that nobody can choose ids that crowd one place of the tables. */
  constructor(seed = 0) {
    this.#seed = seed;
  }

  get size(): number {
    let total = 0;
    for (const table of this.#buckets.values()) total += table.size;
    return total;
  }

  /** Adds the hash at `offset` of `hashes` as part of `segment` (≥ 0), which belongs to `bucket`. */
  add(bucket: number, hashes: DataView, offset: number, segment: number): void {
    let table = this.#buckets.get(bucket);
    if (table === undefined) {
      table = new HashTable(this.#seed);
      this.#buckets.set(bucket, table);
    }
    table.add(hashes.getUint32(offset), hashes.getUint32(offset + 4), segment);
  }

  /** Segments that (very likely) hold the hash at `offset`. */
  candidates(hashes: DataView, offset: number): number[] {
    const found: number[] = [];
    const high = hashes.getUint32(offset);
    const low = hashes.getUint32(offset + 4);
    for (const table of this.#buckets.values()) table.find(high, low, found);
    return found;
  }

  /** Forgets every id of the buckets before `bucket`; tells whether there were any. */
  dropBefore(bucket: number): boolean {
    const expired = [...this.#buckets.keys()].filter((key) => key < bucket);
    for (const key of expired) this.#buckets.delete(key);
    return expired.length > 0;
  }
}

class HashTable {
  size = 0;
  readonly #seed: number;
  #slots = new Uint32Array(INITIAL_SLOTS * WORDS);

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(high: number, low: number, segment: number): void {
    if (this.size >= (this.#slots.length / WORDS) * MAX_LOAD) this.#grow();
    this.#put(high, low, segment + 1);
    this.size++;
  }

  find(high: number, low: number, into: number[]): void {
    const slots = this.#slots;
    const mask = slots.length / WORDS - 1;
    for (let i = this.#home(high, low, mask); slots[i * WORDS + 2] !== 0; i = (i + 1) & mask) {
      if (slots[i * WORDS] === high && slots[i * WORDS + 1] === low) into.push(slots[i * WORDS + 2]! - 1);
    }
  }

  /** The highest bits of a product depend on all bits of its factors and of the seed. */
  #home(high: number, low: number, mask: number): number {
    return (Math.imul(high ^ this.#seed, 0x9e3779b1) + Math.imul(low ^ this.#seed, 0x85ebca6b)) >>> Math.clz32(mask);
  }

  #put(high: number, low: number, reference: number): void {
    const slots = this.#slots;
    const mask = slots.length / WORDS - 1;
    let i = this.#home(high, low, mask);
    while (slots[i * WORDS + 2] !== 0) i = (i + 1) & mask;
    slots[i * WORDS] = high;
    slots[i * WORDS + 1] = low;
    slots[i * WORDS + 2] = reference;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += WORDS) {
      if (old[i + 2] !== 0) this.#put(old[i]!, old[i + 1]!, old[i + 2]!);
    }
  }
}
