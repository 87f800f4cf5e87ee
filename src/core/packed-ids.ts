import { entryWord, lowPrintOf, printHigh, printLow, PRINTS, segmentOf, sortEntries } from "./dedup-print.ts";
import type { HashTable } from "./hash-table.ts";

/** Ids that no more are added to: a sorted array of entries (see dedup-print.ts), 8 bytes an id. */
export class PackedIds {
  /** Pairs of words, the lower first. */
  readonly #words: Uint32Array<ArrayBuffer>;

  constructor(seed: number, table: HashTable, more?: PackedIds) {
    this.#words = new Uint32Array((table.size + (more?.size ?? 0)) * 2);
    let at = 0;
    table.forEach((high, low, segment) => {
      this.#words[at++] = entryWord(printLow(high, low, seed), segment);
      this.#words[at++] = printHigh(high, low, seed);
    });
    if (more !== undefined) this.#words.set(more.#words, at);
    sortEntries(this.#words);
  }

  get size(): number {
    return this.#words.length / 2;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  /** Adds the segments of entries with the print; `base`: at most the smallest segment in here. */
  find(high: number, low: number, base: number, into: number[]): void {
    for (let i = this.#firstAt(high); i < this.size && this.#highAt(i) === high; i++) {
      const word = this.#words[i * 2]!;
      if (lowPrintOf(word) === low) into.push(segmentOf(word, base));
    }
  }

  /** The entries whose upper words are `from` or more and less than `to`, not copied. */
  range(from: number, to: number): Uint32Array<ArrayBuffer> {
    return this.#words.subarray(this.#firstAt(from) * 2, this.#firstAt(to) * 2);
  }

  /** The first entry whose upper word is not smaller: a guess, doubling steps around it, then halving between them. */
  #firstAt(print: number): number {
    const guess = Math.min(this.size, Math.floor((print / PRINTS) * this.size));
    let low = guess;
    let high = guess;
    for (let step = 1; low > 0 && this.#highAt(low - 1) >= print; step *= 2) low = Math.max(0, low - step);
    for (let step = 1; high < this.size && this.#highAt(high) < print; step *= 2)
      high = Math.min(this.size, high + step);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#highAt(middle) < print) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #highAt(i: number): number {
    return this.#words[i * 2 + 1]!;
  }
}
