const isLower = (unit: number): boolean => unit >= 0x61 && unit <= 0x7a;
const isUpper = (unit: number): boolean => unit >= 0x41 && unit <= 0x5a;
const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;
const isPlain = (unit: number): boolean => isLower(unit) || isDigit(unit);
const UNDERSCORE = 0x5f;

/** How much of the beginning is snake case already, and whether a capital there goes on with the word. */
function plainPrefix(text: string): { readonly length: number; readonly continues: boolean } {
  let lower = false;
  let underscore = false;
  let lowerSince = false;
  let at = 0;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isLower(unit)) {
      lower = true;
      lowerSince = true;
    } else if (unit === UNDERSCORE && at > 0 && isPlain(text.charCodeAt(at + 1))) {
      underscore = true;
      lowerSince = false;
    } else if (!isDigit(unit)) {
      break;
    }
  }
  const continues = isUpper(text.charCodeAt(at)) && (!lower || (underscore && !lowerSince));
  return { length: at, continues };
}

/** The end of a word: capitals and digits, then small letters and digits. */
function endOfWord(text: string, from: number): number {
  let at = from;
  while (isUpper(text.charCodeAt(at)) || isDigit(text.charCodeAt(at))) at++;
  while (isPlain(text.charCodeAt(at))) at++;
  return at;
}

/**
 * Segment's names of tables and columns: go-snakecase's algorithm, byte for byte (storage.md §3.2). Whatever is no
 * ASCII letter or digit separates words and is dropped, so a name in another script gives `""`; acronyms swallow the
 * next word's capital (`HTTPServer` → `httpserver`).
 */
export function snakeCase(text: string): string {
  const prefix = plainPrefix(text);
  if (prefix.length === text.length) return text;
  let at = prefix.continues ? endOfWord(text, prefix.length) : prefix.length;
  const words = at === 0 ? [] : [text.slice(0, at).toLowerCase()];
  while (at < text.length) {
    const end = endOfWord(text, at);
    if (end > at) words.push(text.slice(at, end).toLowerCase());
    at = end === at ? at + 1 : end;
  }
  return words.join("_");
}
