import { entryWord, LOW_PRINTS, lowPrintOf } from "./dedup-print.ts";

/** Where a page's numbers start from. */
export interface PageBase {
  /** Smallest upper word of a print that may be in it. */
  readonly start: number;
  /** Smallest segment of its run. */
  readonly firstSegment: number;
}

/** A gap between 38-bit prints and a segment's distance take six and five bytes at most. */
const ENTRY_MAX_BYTES = 11;

/**
 * A page of sorted entries (dedup-print.ts) as bytes: of each the distance of its print from the one before, and of its
 * segment from the run's first, both as LEB128 numbers: 4 to 5 bytes an entry.
 */
export function encodePage(words: Uint32Array, { start, firstSegment }: PageBase): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((words.length / 2) * ENTRY_MAX_BYTES);
  const first = entryWord(0, firstSegment);
  let at = 0;
  let before = start * LOW_PRINTS;
  for (let i = 0; i < words.length; i += 2) {
    const low = lowPrintOf(words[i]!);
    const print = words[i + 1]! * LOW_PRINTS + low;
    at = putNumber(bytes, at, print - before);
    at = putNumber(bytes, at, entryWord(0, words[i]! - first));
    before = print;
  }
  return bytes.slice(0, at);
}

/** Writes a number below 2^53 at `at`; where the next one goes. */
function putNumber(bytes: Uint8Array, at: number, value: number): number {
  for (; value >= 2 ** 31; value = Math.floor(value / 128)) bytes[at++] = (value % 128) | 128;
  for (; value >= 128; value >>>= 7) bytes[at++] = (value & 127) | 128;
  bytes[at++] = value;
  return at;
}

/** Reads numbers one after the other. */
class Numbers {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.#bytes[this.#at++]!;
      if (byte < 128) return value + byte * unit;
      value += (byte - 128) * unit;
    }
  }
}

/** The entries of a page whose upper words are `from` or more and less than `to`, as words. */
export function decodePage(
  page: Uint8Array,
  { start, firstSegment, from, to }: PageBase & { readonly from: number; readonly to: number },
): Uint32Array<ArrayBuffer> {
  const numbers = new Numbers(page);
  const words = new Uint32Array(page.length);
  let size = 0;
  let print = start * LOW_PRINTS;
  while (!numbers.ended) {
    print += numbers.next();
    const segment = firstSegment + numbers.next();
    const high = Math.floor(print / LOW_PRINTS);
    if (high < from) continue;
    if (high >= to) break;
    words[size++] = entryWord(print % LOW_PRINTS, segment);
    words[size++] = high;
  }
  return words.slice(0, size);
}

/** Prints that a page is asked for. */
export interface AskedPrint {
  readonly high: number;
  readonly low: number;
}

/** Calls `found` with each of `asked` (in any order) and each segment of an entry with that print. */
export function searchPage<Asked extends AskedPrint>(
  page: Uint8Array,
  { start, firstSegment }: PageBase,
  asked: readonly Asked[],
  found: (one: Asked, segment: number) => void,
): void {
  const numbers = new Numbers(page);
  const wanted = asked
    .map((one) => ({ one, print: one.high * LOW_PRINTS + one.low }))
    .toSorted((a, b) => a.print - b.print);
  let next = 0;
  let print = start * LOW_PRINTS;
  while (!numbers.ended) {
    print += numbers.next();
    const distance = numbers.next();
    while (next < wanted.length && wanted[next]!.print < print) next++;
    if (next === wanted.length) return;
    for (let i = next; i < wanted.length && wanted[i]!.print === print; i++) {
      found(wanted[i]!.one, firstSegment + distance);
    }
  }
}
