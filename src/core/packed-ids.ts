import { mix, type HashTable } from "./hash-table.ts";

/** 2^32: prints are spread evenly below it, so a print's place in the order can be guessed. */
const PRINTS = 0x1_0000_0000;

/**
 * Ids that no more are added to: a sorted array of (32-bit print, segment), 8 bytes an id. The print is seeded, so
 * that nobody can make ids that look like others.
 */
export class PackedIds {
  readonly #seed: number;
  /** Pairs of segment, print. */
  readonly #words: Uint32Array;

  constructor(seed: number, table: HashTable, more?: PackedIds) {
    this.#seed = seed;
    const entries = new BigUint64Array(table.size + (more?.size ?? 0));
    // Written as pairs and sorted as 64-bit numbers: on a little-endian machine, and all are, the print counts most.
    this.#words = new Uint32Array(entries.buffer);
    let at = 0;
    table.forEach((high, low, segment) => {
      this.#words[at++] = segment;
      this.#words[at++] = mix(high, low, seed);
    });
    if (more !== undefined) this.#words.set(more.#words, at);
    entries.sort();
  }

  get size(): number {
    return this.#words.length / 2;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  find(high: number, low: number, into: number[]): void {
    const print = mix(high, low, this.#seed);
    for (let i = this.#firstAt(print); i < this.size && this.#printAt(i) === print; i++) {
      into.push(this.#words[i * 2]!);
    }
  }

  /** The first entry whose print is not smaller: a guess, doubling steps around it, then halving between them. */
  #firstAt(print: number): number {
    const guess = Math.floor((print / PRINTS) * this.size);
    let low = guess;
    let high = guess;
    for (let step = 1; low > 0 && this.#printAt(low - 1) >= print; step *= 2) low = Math.max(0, low - step);
    for (let step = 1; high < this.size && this.#printAt(high) < print; step *= 2)
      high = Math.min(this.size, high + step);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#printAt(middle) < print) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #printAt(i: number): number {
    return this.#words[i * 2 + 1]!;
  }
}
