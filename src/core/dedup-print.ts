import { mix, stir } from "./mix.ts";

/**
 * What stands for an id once it is packed: 38 bits that depend on 64 of its hash and on a random seed, so that nobody
 * can make ids that look like others. Beside 50 million known ids one new id in 5,500 looks like one of them, and costs
 * a look at that one's segment. An entry is a print and a segment in two words: the lower has 6 bits of the print above
 * 26 of the segment's number, the upper the other 32.
 */
export const LOW_PRINTS = 64;
/** 2^32: upper words of prints are spread evenly below it. */
export const PRINTS = 0x1_0000_0000;

const SEGMENT_BITS = 26;
const SEGMENT_MASK = 2 ** SEGMENT_BITS - 1;

/** The upper 32 bits (unsigned) of the print of a hash whose first words are `high` and `low`. */
export const printHigh = mix;

/** The lower 6 bits of the print. */
export const printLow = (high: number, low: number, seed: number): number =>
  stir(stir(low ^ seed) + high) >>> SEGMENT_BITS;

/** The lower word of an entry. */
export const entryWord = (low: number, segment: number): number =>
  ((low << SEGMENT_BITS) | (segment & SEGMENT_MASK)) >>> 0;

export const lowPrintOf = (word: number): number => word >>> SEGMENT_BITS;

/** The segment of an entry: the first from `base` on that its 26 bits fit. A window has far fewer than 2^26 segments. */
export const segmentOf = (word: number, base: number): number => base + ((word - base) & SEGMENT_MASK);

/** Sorts entries by print. As 64-bit numbers: on a little-endian machine, and all are, the upper word counts most. */
export function sortEntries(words: Uint32Array<ArrayBuffer>): void {
  new BigUint64Array(words.buffer, words.byteOffset, words.length / 2).sort();
}
