import { mix } from "./mix.ts";

const INITIAL_SLOTS = 1 << 10;
/** Words a slot: two of the hash, then segment + 1 (0 = free). */
const WORDS = 3;
const MAX_LOAD = 0.7;

/** An open-addressed table from 64 bits of a hash to the segment that holds it: 17 to 35 bytes an id. */
export class HashTable {
  size = 0;
  readonly #seed: number;
  #slots = new Uint32Array(INITIAL_SLOTS * WORDS);

  constructor(seed: number) {
    this.#seed = seed;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  add(high: number, low: number, segment: number): void {
    if (this.size >= (this.#slots.length / WORDS) * MAX_LOAD) this.#grow();
    this.#put(high, low, segment + 1);
    this.size++;
  }

  find(high: number, low: number, into: number[]): void {
    const slots = this.#slots;
    const mask = slots.length / WORDS - 1;
    for (let i = mix(high, low, this.#seed) & mask; slots[i * WORDS + 2] !== 0; i = (i + 1) & mask) {
      if (slots[i * WORDS] === high && slots[i * WORDS + 1] === low) into.push(slots[i * WORDS + 2]! - 1);
    }
  }

  forEach(visit: (high: number, low: number, segment: number) => void): void {
    const slots = this.#slots;
    for (let i = 0; i < slots.length; i += WORDS) {
      if (slots[i + 2] !== 0) visit(slots[i]!, slots[i + 1]!, slots[i + 2]! - 1);
    }
  }

  #put(high: number, low: number, reference: number): void {
    const slots = this.#slots;
    const mask = slots.length / WORDS - 1;
    let i = mix(high, low, this.#seed) & mask;
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
