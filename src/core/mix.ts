/** MurmurHash3's finish: every bit of the result (signed) depends on every bit of `word`. */
export function stir(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** 32 bits (unsigned) that depend on all 64 of a hash and on the seed. */
export const mix = (high: number, low: number, seed: number): number => stir(stir(high ^ seed) ^ low) >>> 0;
