const utf8 = new TextEncoder();

/** One character of a secret, ready to be looked for. */
export interface Character {
  /** As it is, as its UTF-8 looks when it is read as Latin-1, and as what stands for characters that were lost. */
  readonly readings: readonly string[];
  /** Its bytes, as percent-encoding writes them, in each of the encodings. */
  readonly bytes: readonly (readonly number[])[];
}

const latin1 = (bytes: Iterable<number>): string => String.fromCharCode(...bytes);

function prepare(char: string): Character {
  const code = char.codePointAt(0)!;
  const bytes = [...utf8.encode(char)];
  if (code < 0x80) return { readings: [char], bytes: [bytes] };
  const misread = latin1(bytes);
  const encodings = [bytes, [...utf8.encode(misread)], ...(code < 0x100 ? [[code]] : [])];
  return { readings: [char, misread, "\uFFFD", "?"], bytes: encodings };
}

/** Those of Latin-1, which nearly all secrets are made of. */
const prepared = Array.from({ length: 0x100 }, (_, code) => prepare(String.fromCharCode(code)));
export const characterOf = (char: string): Character => prepared[char.codePointAt(0)!] ?? prepare(char);

/** Code units that a spelling of this character can begin with. */
export const beginningsOf = ({ readings }: Character): number[] => [
  ...readings.map((reading) => reading.charCodeAt(0)),
  ...Array.from(readings[0] === " " ? "\\%&+" : "\\%&", (char) => char.charCodeAt(0)),
];

const LETTERS: Readonly<Record<string, string>> = { "\n": "n", "\t": "t", "\r": "r", "\b": "b", "\f": "f" };
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00A0" };
const CODE = /u([0-9a-f]{4})|x([0-9a-f]{2})/iy;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/iy;
/** Texts inside texts that are looked into: each doubles a backslash, or writes `%` as `%25`. */
const LEVELS = 4;
const MOST_BACKSLASHES = 2 ** LEVELS;
const HEX = /[0-9a-f]{2}/iy;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** `\/`, `\"`, `\n`, `\u00e9`, `\xe9`; with more backslashes where one JSON text is inside another. */
function escapedEnd(unit: string, text: string, at: number): number | undefined {
  let next = at;
  while (text[next] === "\\" && next - at < MOST_BACKSLASHES) next++;
  if (next === at) return undefined;
  const coded = matchAt(CODE, text, next);
  if (coded !== null && Number.parseInt(coded[1] ?? coded[2]!, 16) === unit.charCodeAt(0)) return CODE.lastIndex;
  if (text[next] === LETTERS[unit]) return next + 1;
  return text[next] === unit && !/[a-z0-9]/i.test(unit) ? next + 1 : undefined;
}

/** A backslash doubles with every JSON text around it. */
function backslashEnds(text: string, at: number): number[] {
  const ends = [];
  for (let count = 2; count <= MOST_BACKSLASHES && text.startsWith("\\".repeat(count), at); count *= 2)
    ends.push(at + count);
  return ends;
}

function entityEnd(unit: string, text: string, at: number): number | undefined {
  if (text[at] !== "&") return undefined;
  const [, decimal, hex, name = ""] = matchAt(ENTITY, text, at) ?? [];
  const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return code === unit.charCodeAt(0) || NAMED[name.toLowerCase()] === unit ? ENTITY.lastIndex : undefined;
}

/** `%A9` in either case, and `%25A9` where one URL is inside another; `%25` may be a character of the secret itself. */
function byteEnds(byte: number, text: string, at: number): number[] {
  if (text[at] !== "%") return [];
  const ends = [];
  for (let next = at + 1; next <= at + 1 + 2 * LEVELS; next += 2) {
    const [hex = ""] = matchAt(HEX, text, next) ?? [];
    if (Number.parseInt(hex, 16) === byte) ends.push(next + 2);
    if (hex !== "25") break;
  }
  return ends;
}

const percentEnds = (bytes: readonly number[], text: string, at: number): number[] =>
  bytes.reduce<number[]>((ends, byte) => ends.flatMap((end) => byteEnds(byte, text, end)), [at]);

function unitEnds(unit: string, text: string, at: number): number[] {
  const ends = [escapedEnd(unit, text, at), entityEnd(unit, text, at)].filter((end) => end !== undefined);
  if (text[at] === unit || (unit === " " && text[at] === "+")) ends.push(at + 1);
  return unit === "\\" ? [...ends, ...backslashEnds(text, at)] : ends;
}

const readingEnds = (reading: string, text: string, at: number): number[] =>
  reading.split("").reduce<number[]>((ends, unit) => ends.flatMap((end) => unitEnds(unit, text, end)), [at]);

/** Where the spellings of a character that begin at `at` end. */
export function endsOf({ readings, bytes }: Character, text: string, at: number): number[] {
  const [plain = ""] = readings;
  // Nearly every character that is looked at stands there as it is.
  if (readings.length === 1 && !"\\%&".includes(plain) && text[at] === plain) return [at + 1];
  const percent = text[at] === "%" ? bytes.flatMap((one) => percentEnds(one, text, at)) : [];
  return [...readings.flatMap((reading) => readingEnds(reading, text, at)), ...percent];
}
