import { printHigh, printLow } from "./dedup-print.ts";
import { RecentIds, type PackedShare } from "./dedup-recent.ts";
import { DEDUP_SIZES, printWords, type DedupSizes, type Run, type RunShape } from "./dedup-run.ts";

/** Bytes of a truncated SHA-256 that stand for one messageId on its way: 2^-128 per pair, so equal means the same id. */
export const HASH_BYTES = 16;
/**
 * Bytes of it that a written segment keeps. 2^-96 per pair: that any two of 50 million ids are taken for one has a
 * chance of 1 in 63 million million.
 */
export const KEPT_HASH_BYTES = 12;

/** A page to be read, and the print to be looked for in it. */
export interface PageQuestion {
  readonly shape: RunShape;
  readonly page: number;
  readonly high: number;
  readonly low: number;
}

/**
 * Which segment may hold an id, by time bucket: the latest ids in memory, the others in runs, whose pages are on disk
 * and whose filters are here. A candidate can be wrong, so the caller confirms it against the segment's stored hashes;
 * an id without a candidate, in memory and in the pages asked for, is certainly new. Buckets and runs expire whole.
 */
export class DedupIndex {
  readonly seed: number;
  readonly sizes: DedupSizes;
  readonly #recent: RecentIds;
  #runs: readonly Run[] = [];
  #unfolded = 0;
  /** Buckets before it have expired, though a run of later ones may still hold their ids. */
  #expiredBefore = Number.NEGATIVE_INFINITY;

  /** `seed`: a random 32-bit number, so that nobody can choose ids that crowd one place or look alike. */
  constructor(seed = 0, sizes: DedupSizes = DEDUP_SIZES) {
    this.seed = seed;
    this.sizes = sizes;
    this.#recent = new RecentIds(seed, sizes.freshIds);
  }

  /** Ids held, expired ones of a run that has not expired included. */
  get size(): number {
    return this.#runs.reduce((sum, { shape }) => sum + shape.ids, this.#recent.size);
  }

  /** Memory in use, in bytes. */
  get bytes(): number {
    return this.#runs.reduce((sum, { bytes }) => sum + bytes, this.#recent.bytes);
  }

  get runs(): readonly Run[] {
    return this.#runs;
  }

  /** The oldest bucket that holds ids. */
  get oldest(): number | undefined {
    const ages = this.#runs.map(({ shape }) => Math.max(shape.oldest, this.#expiredBefore));
    if (this.#recent.oldest !== undefined) ages.push(this.#recent.oldest);
    return ages.length === 0 ? undefined : Math.min(...ages);
  }

  /** The first segment that no run holds: every id of an earlier one is in a run, or expired. */
  get unfolded(): number {
    return this.#unfolded;
  }

  /** Whether enough ids have come to `pack` them. */
  get isCrowded(): boolean {
    return this.#recent.freshSize >= this.sizes.freshIds;
  }

  /** Adds the hash at `offset` of `hashes` as part of `segment` (0 … 2^32 − 2), which belongs to `bucket`. */
  add(bucket: number, hashes: DataView, offset: number, segment: number): void {
    this.#recent.add(bucket, hashes.getUint32(offset), hashes.getUint32(offset + 4), segment);
  }

  /** Packs what has come so far, as each new bucket does. The segments of it must get no more ids. */
  pack(): void {
    this.#recent.pack();
  }

  /** Segments that may hold the hash at `offset`, of those whose ids are in memory. */
  candidates(hashes: DataView, offset: number): number[] {
    const found: number[] = [];
    this.#recent.find(hashes.getUint32(offset), hashes.getUint32(offset + 4), this.unfolded, found);
    return found;
  }

  /** Pages that may name further segments: for an id no run holds, one in 256 of the runs. */
  pages(hashes: DataView, offset: number): PageQuestion[] {
    if (this.#runs.length === 0) return [];
    const first = hashes.getUint32(offset);
    const second = hashes.getUint32(offset + 4);
    const print = printWords(printHigh(first, second, this.seed), printLow(first, second, this.seed));
    const found: PageQuestion[] = [];
    for (const run of this.#runs) {
      const page = run.pageFor(print);
      if (page !== undefined) found.push({ shape: run.shape, page, high: print.high, low: print.low });
    }
    return found;
  }

  /** Whether enough is packed for a run. */
  get wantsRun(): boolean {
    return this.#recent.packedSize >= this.sizes.foldIds;
  }

  /** All that is packed and not in a run, to be moved into one; it stays here until then. */
  take(): PackedShare {
    return this.#recent.take();
  }

  /** The pages of `run` hold all of `share` now. */
  folded(run: Run, share: PackedShare): void {
    this.restore(run);
    this.#recent.forget(share);
  }

  /** The pages of `run` hold all that those of `parts` did. */
  merged(run: Run, parts: readonly Run[]): void {
    this.#runs = [...this.#runs.filter((one) => !parts.includes(one)), run];
  }

  /** A run that was found on disk. */
  restore(run: Run): void {
    this.#runs = [...this.#runs, run];
    this.#unfolded = Math.max(this.#unfolded, run.shape.lastSegment + 1);
  }

  /** Forgets every id of the buckets before `bucket`; tells whether there were any. */
  dropBefore(bucket: number): boolean {
    const { oldest } = this;
    this.#expiredBefore = Math.max(this.#expiredBefore, bucket);
    this.#recent.dropBefore(bucket);
    this.#runs = this.#runs.filter(({ shape }) => shape.newest >= bucket);
    return oldest !== undefined && oldest < bucket;
  }
}
