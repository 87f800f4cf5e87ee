import { mix } from "../mix.ts";

/**
 * 12 hex digits that stand for a text in a name: two FNV-like hashes over its UTF-16 units, stirred into 48 bits. Ten
 * thousand different names meet with a chance of one in five million; somebody who wants two to meet only mixes up
 * their own tables, and a notice says so.
 */
export function nameHash(text: string): string {
  let high = 0x811c9dc5;
  let low = 0x2f3b9d61;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995) ^ (low >>> 15);
  }
  const first = mix(high, low, text.length).toString(16).padStart(8, "0");
  const second = mix(low, high, ~text.length).toString(16).padStart(8, "0");
  return first + second.slice(0, 4);
}
