/**
 * `value` as a JavaScript literal that is inert wherever a script may stand: `<` cannot close a tag, the two
 * Unicode line ends cannot end a string in old engines.
 */
export const literal = (value: unknown): string =>
  JSON.stringify(value).replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A 64-bit FNV-1a pair as hex: names a version of a text in an ETag; protects nothing. */
export function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  let b = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x01000197);
  }
  return [a, b].map((n) => (n >>> 0).toString(16).padStart(8, "0")).join("");
}
