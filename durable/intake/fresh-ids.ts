import { HASH_BYTES } from "../../src/core/dedup-index.ts";

const WORDS = HASH_BYTES / 4;

/**
 * The ids of one commit that are in no segment yet, to find those that come twice. An open-addressed table of their
 * hashes, whose places depend on chance, so that nobody can choose ids that share one. A hash of zeros is a free place.
 */
export class FreshIds {
  readonly #table: Int32Array;
  readonly #bits: number;
  readonly #seed = Math.floor(Math.random() * 2 ** 32);

  /** `most`: how many ids will be added at most. */
  constructor(most: number) {
    this.#bits = Math.max(1, Math.ceil(Math.log2(most * 2)));
    this.#table = new Int32Array(2 ** this.#bits * WORDS);
  }

  /** Adds the `i`th of the packed hashes; false when it is there already. */
  add(hashes: Int32Array, i: number): boolean {
    const at = i * WORDS;
    const table = this.#table;
    let place = (Math.imul(hashes[at]! ^ this.#seed, 0x9e3779b1) >>> (32 - this.#bits)) * WORDS;
    while (!isFree(table, place)) {
      if (isSame(table, place, hashes, at)) return false;
      place = (place + WORDS) % table.length;
    }
    for (let word = 0; word < WORDS; word++) table[place + word] = hashes[at + word]!;
    return true;
  }
}

const isFree = (table: Int32Array, place: number): boolean =>
  (table[place]! | table[place + 1]! | table[place + 2]! | table[place + 3]!) === 0;

const isSame = (a: Int32Array, at: number, b: Int32Array, from: number): boolean =>
  a[at] === b[from] && a[at + 1] === b[from + 1] && a[at + 2] === b[from + 2] && a[at + 3] === b[from + 3];
