import { HASH_BYTES } from "../core/dedup-index.ts";
import { inParallel } from "../core/pool.ts";
import { hashId } from "../core/id-hashes.ts";
import { BATCH_IDS, compareHashes, distinctHashes, findHash, sortHashes } from "./id-hashes.ts";
import { meetHashes, type ReadObject } from "./sorted-hashes.ts";

/** Lists of other hours that are read at the same time; an isolate may wait for six answers. */
const AT_ONCE = 4;
const INITIAL_BYTES = 4096 * HASH_BYTES;

/** Seen in an earlier hour or batch: every line with the id is a copy. */
const BEFORE = 1;
/** More than one line of the batch has the id: the first of them is kept. */
const REPEATED = 2;
const TAKEN = 4;

/** Which lines of a batch are copies of earlier ones. */
export class Copies {
  /** Lines that are copies. */
  readonly count: number;
  readonly #hashes: Uint8Array;
  readonly #flags: Uint8Array;

  /** `hashes`: sorted and distinct, with what is known of each. */
  constructor(count: number, hashes: Uint8Array, flags: Uint8Array) {
    this.count = count;
    this.#hashes = hashes;
    this.#flags = flags;
  }

  /** To be asked once for each line of the batch, in its order: of lines with one id the first is none. */
  isCopy(id: string): boolean {
    if (this.#flags.length === 0) return false;
    const i = findHash(this.#hashes, hashId(id));
    if (i < 0) return false;
    const flags = this.#flags[i]!;
    this.#flags[i] = flags | TAKEN;
    return (flags & (BEFORE | TAKEN)) !== 0;
  }
}

/** The ids of some segments of an hour, as SHA-256 cut to 16 bytes; at most 2^19, which are 8 MB. */
export class IdBatch {
  count = 0;
  #hashes = new Uint8Array(0);
  #isSorted = true;

  get full(): boolean {
    return this.count >= BATCH_IDS;
  }

  add(id: string): void {
    if (this.full) throw new Error("the batch of ids is full");
    if (this.count * HASH_BYTES === this.#hashes.length) {
      const grown = new Uint8Array(Math.max(this.#hashes.length * 2, INITIAL_BYTES));
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    this.#hashes.set(hashId(id), this.count * HASH_BYTES);
    this.#isSorted = false;
    this.count++;
  }

  /** The sorted hashes, each id once: what later hours are compared with. */
  encode(): Uint8Array<ArrayBuffer> {
    return distinctHashes(this.#sort());
  }

  /**
   * What of the batch was there before: in one of the lists `before` (R2 keys), or in the batch itself. Each list is read
   * once, block by block, so the cost is that of reading them: 16 bytes an id.
   */
  async findCopies(read: ReadObject, before: readonly string[]): Promise<Copies> {
    const distinct = this.encode();
    const flags = new Uint8Array(distinct.length / HASH_BYTES);
    await inParallel(before, AT_ONCE, (key) =>
      meetHashes(read, key, distinct, (i) => {
        flags[i]! |= BEFORE;
        return true;
      }),
    );
    return this.#copies(distinct, flags);
  }

  /** Keeps the hashes that matter and counts their lines. */
  #copies(distinct: Uint8Array, flags: Uint8Array): Copies {
    const sorted = this.#sort();
    const kept: number[] = [];
    let count = 0;
    let at = 0;
    for (let i = 0; i < flags.length; i++) {
      const from = at;
      while (at < sorted.length && compareHashes(sorted, at, distinct, i * HASH_BYTES) === 0) at += HASH_BYTES;
      const lines = (at - from) / HASH_BYTES;
      if (lines > 1) flags[i]! |= REPEATED;
      if (flags[i] === 0) continue;
      kept.push(i);
      count += (flags[i]! & BEFORE) === 0 ? lines - 1 : lines;
    }
    const hashes = new Uint8Array(kept.length * HASH_BYTES);
    for (const [to, i] of kept.entries()) {
      hashes.set(distinct.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES), to * HASH_BYTES);
    }
    return new Copies(
      count,
      hashes,
      Uint8Array.from(kept, (i) => flags[i]!),
    );
  }

  #sort(): Uint8Array<ArrayBuffer> {
    if (!this.#isSorted) this.#hashes = sortHashes(this.#hashes.subarray(0, this.count * HASH_BYTES));
    this.#isSorted = true;
    return this.#hashes;
  }
}

/** Whether two hours have an id in common; both are given as their lists (R2 keys). */
export async function sharesIds(read: ReadObject, ids: readonly string[], others: readonly string[]): Promise<boolean> {
  let shared = false;
  for (const key of ids) {
    const stream = await read(key);
    const sorted = new Uint8Array(await new Response(stream).arrayBuffer());
    await inParallel(
      others,
      AT_ONCE,
      (other) => meetHashes(read, other, sorted, () => ((shared = true), false)),
      () => !shared,
    );
    if (shared) return true;
  }
  return false;
}
