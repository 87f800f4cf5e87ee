import { beginningsOf, characterOf, endsOf, type Character } from "./secret-spelling.ts";

const MASK = "••••";
/** Shorter ones are part of too many words to be hidden. */
const LEAST_CHARS = 4;
/** What somebody else's encoding is opened for: a password of a few characters is a word of some text. */
const LEAST_DECODED_CHARS = 6;

const utf8 = new TextEncoder();

/** The user and password of `Basic …` (RFC 7617): both together, and the one of them that is secret. */
function basicParts(value: string): string[] {
  const [, encoded] = /^basic\s+([\w+/-]+)=*\s*$/i.exec(value) ?? [];
  if (encoded === undefined || encoded.length % 4 === 1) return [];
  const bytes = Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  const pair = new TextDecoder().decode(bytes);
  const colon = pair.indexOf(":");
  if (colon < 0) return [pair];
  // Where there is no password, as with many an API's keys, the user is the secret.
  return [pair, pair.slice(colon + 1) || pair.slice(0, colon)];
}

/** The bytes of a text in Latin-1; undefined when it has others. */
const latin1Of = (text: string): Uint8Array | undefined =>
  /[^\p{ASCII}\x80-\xff]/u.test(text) ? undefined : Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Latin-1 read as UTF-8: as a server reads a header that it takes to be UTF-8. */
function misread(text: string): string[] {
  const bytes = latin1Of(text);
  return bytes === undefined || !/[\x80-\xff]/.test(text) ? [] : [new TextDecoder().decode(bytes)];
}

/** Base64 without the padding, in both alphabets, of the text in UTF-8 and in Latin-1. */
function base64Forms(text: string): string[] {
  const encodings = [utf8.encode(text), latin1Of(text) ?? []];
  const plain = encodings.map((bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));
  return plain.flatMap((encoded) => {
    const bare = encoded.replace(/=+$/, "");
    return [bare, bare.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** What a credential gives away: itself, without the scheme before it, what it encodes, and Base64 of each of them. */
function textsOf(secret: string, least: number): string[] {
  const bare = [secret.replace(/^\S+\s+/, "")].filter(({ length }) => length >= Math.max(least, LEAST_CHARS));
  const decoded = basicParts(secret).filter(({ length }) => length >= Math.max(least, LEAST_DECODED_CHARS));
  const texts = [secret, ...bare, ...decoded];
  return [
    ...texts,
    ...texts.flatMap(misread),
    ...texts.flatMap(base64Forms).filter(({ length }) => length >= LEAST_DECODED_CHARS),
  ];
}

/** The longest end of `secret` as it is spelled from `at` on; undefined when it does not stand there. */
function endOfSecret(secret: readonly Character[], text: string, at: number): number | undefined {
  let ends = [at];
  for (const char of secret) {
    ends = [...new Set(ends.flatMap((end) => endsOf(char, text, end)))];
    if (ends.length === 0) return undefined;
  }
  return Math.max(...ends);
}

interface Wanted {
  /** By the code unit that a spelling can begin with. */
  readonly byBeginning: ReadonlyMap<number, readonly (readonly Character[])[]>;
}

function prepare(secrets: readonly string[], least: number): Wanted {
  const byBeginning = new Map<number, (readonly Character[])[]>();
  for (const text of new Set(secrets.flatMap((secret) => textsOf(secret, least)))) {
    const characters = Array.from(text, characterOf);
    for (const unit of new Set(beginningsOf(characters[0]!))) {
      byBeginning.set(unit, [...(byBeginning.get(unit) ?? []), characters]);
    }
  }
  return { byBeginning };
}

function hideAll({ byBeginning }: Wanted, text: string): string {
  let shown = "";
  /** Up to here the text has been dealt with; what overlaps a secret belongs to it. */
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const found = (byBeginning.get(text.charCodeAt(at)) ?? []).flatMap((one) => endOfSecret(one, text, at) ?? []);
    if (found.length === 0) continue;
    if (at >= done) shown += text.slice(done, at) + MASK;
    done = Math.max(done, ...found);
  }
  return shown + text.slice(done);
}

/**
 * Hides secrets in what somebody else wrote: error pages like to repeat the request, and write it in their own way. A
 * secret is found in every spelling of its characters, mixed ones too: JSON's and JavaScript's escapes, percent- and
 * form-encoding, HTML's entities, UTF-8 read as Latin-1; further without the scheme before it (`Bearer x`), what
 * `Basic …` encodes, and in Base64.
 * @param secrets credentials as they are set or sent
 * @param least characters of the shortest one that is hidden
 */
export function hiderOf(secrets: readonly string[], least = LEAST_CHARS): (text: string) => string {
  let wanted: Wanted | undefined;
  return (text) =>
    hideAll(
      (wanted ??= prepare(
        secrets.filter(({ length }) => length >= Math.max(least, 1)),
        least,
      )),
      text,
    );
}
