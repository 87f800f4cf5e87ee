import { stir } from "./mix.ts";

const ARITY = 4;
/** Slots of one part; three offsets of ten bits come out of one word. */
const MAX_PART = 1024;
const MAX_ATTEMPTS = 100;
/** Stored before the slots: which attempt succeeded, and for how many prints. */
const HEADER_BYTES = 8;

/** Two words that say where a print is looked for; another attempt spreads all prints anew. */
const wordA = (high: number, low: number, attempt: number): number =>
  stir(high ^ Math.imul(low + 1 + (attempt << 6), 0x9e3779b1)) >>> 0;
const wordB = (high: number, low: number, attempt: number): number =>
  stir(Math.imul(high, 0x85ebca77) ^ ((low + (attempt << 6)) << 20) ^ 0x2c1b3c6d) >>> 0;

/** The two words of the first attempt, by which nearly all filters are built. */
export const filterWords = (high: number, low: number): readonly [a: number, b: number] => [
  wordA(high, low, 0),
  wordB(high, low, 0),
];

interface Shape {
  /** Slots of a part, a power of two. */
  readonly part: number;
  /** Slots a print's first place is chosen from; its others are each a part further on. */
  readonly spread: number;
  readonly slots: number;
}

/** Sizes as Graf and Lemire found them (Binary Fuse Filters, 2022) for four places a print. */
function shapeFor(count: number): Shape {
  const log = Math.log(Math.max(count, 2));
  const part = Math.min(MAX_PART, Math.max(4, 2 ** Math.floor(log / Math.log(2.91) - 0.5)));
  const perPrint = Math.max(1.075, 0.77 + (0.305 * Math.log(600_000)) / log);
  const parts = Math.max(1, Math.ceil((count * perPrint) / part) - (ARITY - 1));
  return { part, spread: parts * part, slots: (parts + ARITY - 1) * part };
}

/**
 * A binary fuse filter: a static set of prints in about 9.2 bits each (50,000 of them). It knows each print it was built
 * from, and takes one other print in 256 for one of them.
 */
export class DedupFilter {
  /** With the header, as stored. */
  readonly stored: Uint8Array<ArrayBuffer>;
  readonly #slots: Uint8Array<ArrayBuffer>;
  readonly #shape: Shape;
  readonly #attempt: number;

  /** `stored`: what `buildFilter` made. */
  constructor(stored: Uint8Array<ArrayBuffer>) {
    const header = new DataView(stored.buffer, stored.byteOffset);
    this.stored = stored;
    this.#attempt = header.getUint32(0);
    this.#shape = shapeFor(header.getUint32(4));
    this.#slots = stored.subarray(HEADER_BYTES);
    if (this.#slots.length !== this.#shape.slots) throw new Error("a stored filter has not the size of its header");
  }

  get bytes(): number {
    return this.stored.byteLength;
  }

  /** `a`, `b`: `filterWords` of the same print. */
  has(high: number, low: number, a: number, b: number): boolean {
    if (this.#attempt > 0) {
      a = wordA(high, low, this.#attempt);
      b = wordB(high, low, this.#attempt);
    }
    const { part, spread } = this.#shape;
    const slots = this.#slots;
    const mask = part - 1;
    const first = Math.floor((a * spread) / 2 ** 32);
    const found =
      slots[first]! ^
      slots[(first + part) ^ (b & mask)]! ^
      slots[(first + 2 * part) ^ ((b >>> 10) & mask)]! ^
      slots[(first + 3 * part) ^ ((b >>> 20) & mask)]!;
    return found === (a & 0xff);
  }
}

/** Builds a filter of the prints of `words`, sorted entries; equal prints count once. Up to 2^18 of them. */
export function buildFilter(words: Uint32Array, lowOf: (word: number) => number): DedupFilter {
  const prints = distinct(words, lowOf);
  const shape = shapeFor(prints.count);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const stored = new Uint8Array(HEADER_BYTES + shape.slots);
    if (!new Peeling(prints, shape, attempt).fill(stored.subarray(HEADER_BYTES))) continue;
    const header = new DataView(stored.buffer);
    header.setUint32(0, attempt);
    header.setUint32(4, prints.count);
    return new DedupFilter(stored);
  }
  throw new Error(`no filter of ${prints.count} prints in ${MAX_ATTEMPTS} attempts`);
}

interface Prints {
  readonly count: number;
  readonly high: Uint32Array;
  readonly low: Uint8Array;
}

function distinct(words: Uint32Array, lowOf: (word: number) => number): Prints {
  const high = new Uint32Array(words.length / 2);
  const low = new Uint8Array(words.length / 2);
  let count = 0;
  for (let i = 0; i < words.length; i += 2) {
    const lower = lowOf(words[i]!);
    if (count > 0 && high[count - 1] === words[i + 1] && low[count - 1] === lower) continue;
    high[count] = words[i + 1]!;
    low[count++] = lower;
  }
  return { count, high, low };
}

/** One attempt: finds an order in which each print has a slot that no later one touches, then fills backwards. */
class Peeling {
  readonly #count: number;
  /** Four places of each print. */
  readonly #places: Uint32Array;
  readonly #marks: Uint8Array;
  readonly #slots: number;

  constructor({ count, high, low }: Prints, { part, spread, slots }: Shape, attempt: number) {
    const mask = part - 1;
    this.#count = count;
    this.#slots = slots;
    this.#places = new Uint32Array(count * ARITY);
    this.#marks = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      const a = wordA(high[i]!, low[i]!, attempt);
      const b = wordB(high[i]!, low[i]!, attempt);
      const first = Math.floor((a * spread) / 2 ** 32);
      this.#marks[i] = a & 0xff;
      this.#places[i * ARITY] = first;
      this.#places[i * ARITY + 1] = (first + part) ^ (b & mask);
      this.#places[i * ARITY + 2] = (first + 2 * part) ^ ((b >>> 10) & mask);
      this.#places[i * ARITY + 3] = (first + 3 * part) ^ ((b >>> 20) & mask);
    }
  }

  /** Fills `slots`, all zero, so that each print's four give its mark; false when this attempt has no such order. */
  fill(slots: Uint8Array): boolean {
    const order = this.#order();
    if (order === undefined) return false;
    const places = this.#places;
    for (let n = this.#count - 1; n >= 0; n--) {
      const print = order.prints[n]!;
      let mark = this.#marks[print]!;
      for (let k = 0; k < ARITY; k++) mark ^= slots[places[print * ARITY + k]!]!;
      slots[order.slots[n]!] = mark;
    }
    return true;
  }

  #order(): { readonly prints: Uint32Array; readonly slots: Uint32Array } | undefined {
    const places = this.#places;
    const touched = new Uint32Array(this.#slots);
    const who = new Uint32Array(this.#slots);
    for (let at = 0; at < places.length; at++) {
      touched[places[at]!]!++;
      who[places[at]!]! ^= at >>> 2;
    }
    const alone: number[] = [];
    for (let slot = 0; slot < this.#slots; slot++) if (touched[slot] === 1) alone.push(slot);
    const prints = new Uint32Array(this.#count);
    const slots = new Uint32Array(this.#count);
    let done = 0;
    for (let slot = alone.pop(); slot !== undefined; slot = alone.pop()) {
      if (touched[slot] !== 1) continue;
      const print = who[slot]!;
      prints[done] = print;
      slots[done++] = slot;
      for (let k = print * ARITY; k < (print + 1) * ARITY; k++) {
        const place = places[k]!;
        who[place]! ^= print;
        if (--touched[place]! === 1) alone.push(place);
      }
    }
    return done === this.#count ? { prints, slots } : undefined;
  }
}
