import { printHigh, printLow } from "./dedup-print.ts";
import { HashTable } from "./hash-table.ts";
import { PackedIds } from "./packed-ids.ts";

interface Bucket {
  /** Ids that still arrive: quick to add to, 17 to 35 bytes each. */
  fresh?: HashTable | undefined;
  /** Ids of segments that get no more: 8 bytes each. */
  packed: PackedIds[];
}

/** Packed ids on their way into a run. */
export interface PackedShare {
  readonly parts: readonly PackedIds[];
  readonly ids: number;
  readonly oldest: number;
  readonly newest: number;
  readonly lastSegment: number;
}

/** The ids that are in memory, by time bucket. */
export class RecentIds {
  readonly #buckets = new Map<number, Bucket>();
  readonly #seed: number;
  /** Parts of one bucket that are together not larger become one. */
  readonly #partIds: number;
  /** Parts on their way into a run: what is packed later does not join them. */
  readonly #taken = new WeakSet<PackedIds>();
  #newest = Number.NEGATIVE_INFINITY;
  #lastSegment = -1;
  #lastPacked = -1;

  constructor(seed: number, partIds: number) {
    this.#seed = seed;
    this.#partIds = partIds;
  }

  get size(): number {
    return this.#sum(({ size }) => size);
  }

  get bytes(): number {
    return this.#sum(({ bytes }) => bytes);
  }

  get freshSize(): number {
    let total = 0;
    for (const { fresh } of this.#buckets.values()) total += fresh?.size ?? 0;
    return total;
  }

  get packedSize(): number {
    let total = 0;
    for (const { packed } of this.#buckets.values()) for (const { size } of packed) total += size;
    return total;
  }

  get oldest(): number | undefined {
    return this.#buckets.size === 0 ? undefined : Math.min(...this.#buckets.keys());
  }

  add(bucket: number, high: number, low: number, segment: number): void {
    if (bucket > this.#newest) {
      this.#newest = bucket;
      this.pack();
    }
    let entry = this.#buckets.get(bucket);
    if (entry === undefined) this.#buckets.set(bucket, (entry = { packed: [] }));
    entry.fresh ??= new HashTable(this.#seed);
    entry.fresh.add(high, low, segment);
    this.#lastSegment = Math.max(this.#lastSegment, segment);
  }

  /** Adds the segments that may hold the hash. `base`: at most the smallest segment in here. */
  find(high: number, low: number, base: number, into: number[]): void {
    const print = { high: printHigh(high, low, this.#seed), low: printLow(high, low, this.#seed) };
    for (const { fresh, packed } of this.#buckets.values()) {
      fresh?.find(high, low, into);
      for (const part of packed) part.find(print.high, print.low, base, into);
    }
  }

  /** Packs what is fresh. The segments so far must get no more ids. */
  pack(): void {
    for (const entry of this.#buckets.values()) {
      if (entry.fresh === undefined) continue;
      const last = entry.packed.at(-1);
      const joins = last && !this.#taken.has(last) && last.size + entry.fresh.size <= this.#partIds;
      entry.packed.push(new PackedIds(this.#seed, entry.fresh, joins ? entry.packed.pop() : undefined));
      entry.fresh = undefined;
    }
    this.#lastPacked = this.#lastSegment;
  }

  /** All that is packed, to be moved into a run: every id of every segment up to the last of them. */
  take(): PackedShare {
    const buckets = [...this.#buckets].filter(([, { packed }]) => packed.length > 0);
    const parts = buckets.flatMap(([, { packed }]) => packed);
    for (const part of parts) this.#taken.add(part);
    return {
      parts,
      ids: parts.reduce((sum, { size }) => sum + size, 0),
      oldest: Math.min(...buckets.map(([bucket]) => bucket)),
      newest: Math.max(...buckets.map(([bucket]) => bucket)),
      lastSegment: this.#lastPacked,
    };
  }

  forget({ parts }: PackedShare): void {
    const gone = new Set(parts);
    for (const [bucket, entry] of this.#buckets) {
      entry.packed = entry.packed.filter((part) => !gone.has(part));
      if (entry.packed.length === 0 && entry.fresh === undefined) this.#buckets.delete(bucket);
    }
  }

  dropBefore(bucket: number): boolean {
    const expired = [...this.#buckets.keys()].filter((key) => key < bucket);
    for (const key of expired) this.#buckets.delete(key);
    return expired.length > 0;
  }

  #sum(of: (part: HashTable | PackedIds) => number): number {
    let total = 0;
    for (const { fresh, packed } of this.#buckets.values()) {
      if (fresh !== undefined) total += of(fresh);
      for (const part of packed) total += of(part);
    }
    return total;
  }
}
