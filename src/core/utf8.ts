/** UTF-8 bytes of one UTF-16 unit; both halves of a surrogate pair count 2, so that a pair counts 4. */
function unitBytes(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return isPaired(text, index, unit) ? 2 : 3;
}

function isPaired(text: string, index: number, unit: number): boolean {
  if (unit < 0xd800 || unit > 0xdfff) return false;
  const other = text.charCodeAt(unit < 0xdc00 ? index + 1 : index - 1);
  return unit < 0xdc00 ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other < 0xdc00;
}

/** Bytes of `text` in UTF-8 (a lone surrogate counts as U+FFFD: 3), without encoding it. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) bytes += unitBytes(text, i);
  return bytes;
}

/** Whether `text` needs more than `limit` bytes; short texts are answered without looking at each character. */
export function exceedsUtf8(text: string, limit: number): boolean {
  if (text.length * 3 <= limit) return false;
  return text.length > limit || utf8Length(text) > limit;
}

/** The longest beginning of `text` within `limit` bytes, never cut inside a character. */
export function cutUtf8(text: string, limit: number): string {
  if (!exceedsUtf8(text, limit)) return text;
  let bytes = 0;
  let end = 0;
  while (end < text.length) {
    bytes += unitBytes(text, end);
    if (bytes > limit) break;
    end++;
  }
  const splitsPair = end > 0 && text.charCodeAt(end - 1) < 0xdc00 && isPaired(text, end - 1, text.charCodeAt(end - 1));
  return text.slice(0, splitsPair ? end - 1 : end);
}
