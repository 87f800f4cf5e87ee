import { isReservedWord } from "../../src/core/warehouse/reserved-words.ts";

/**
 * The naming rules of test/conformance/warehouse.md once more, by regular expressions and big integers: shares with the
 * product nothing but its list of reserved words.
 */
function snake(text: string): string {
  if (/^[a-z0-9]*(?:_[a-z0-9]+)*$/.test(text) && !text.startsWith("_")) return text;
  const prefix = /^[a-z0-9]*(?:(?<=.)_[a-z0-9]+)*/s.exec(text)![0];
  const rest = text.slice(prefix.length);
  const words = rest.match(/[A-Z0-9]+[a-z0-9]*|[a-z0-9]+/g) ?? [];
  const goesOn = /^[A-Z]/.test(rest) && !/[a-z]/.test(prefix.split("_").at(-1)!);
  const first = goesOn ? prefix + (words.shift() ?? "") : prefix;
  return [first, ...words]
    .filter((word) => word !== "")
    .join("_")
    .toLowerCase();
}

const WORD = 0xffff_ffffn;

function stir(word: bigint): bigint {
  let mixed = ((word ^ (word >> 16n)) * 0x85ebca6bn) & WORD;
  mixed = ((mixed ^ (mixed >> 13n)) * 0xc2b2ae35n) & WORD;
  return mixed ^ (mixed >> 16n);
}

function hash(text: string): string {
  let [high, low] = [0x811c9dc5n, 0x2f3b9d61n];
  for (const unit of Array.from({ length: text.length }, (_, i) => BigInt(text.charCodeAt(i)))) {
    high = ((high ^ unit) * 0x01000193n) & WORD;
    low = (((low ^ unit) * 0x5bd1e995n) & WORD) ^ (low >> 15n);
  }
  const length = BigInt(text.length);
  const one = stir(stir(high ^ length) ^ low);
  const two = stir(stir(low ^ (~length & WORD)) ^ high);
  return (one.toString(16).padStart(8, "0") + two.toString(16).padStart(8, "0")).slice(0, 12);
}

const short = (name: string): string =>
  name.length > 63 ? `${name.slice(0, 50).replace(/_+$/, "")}_${hash(name)}` : name;

const known = new Map<string, string>();

/** The same few names come a million times; what is made up for one test need not be kept. */
function remembered(key: string, make: () => string): string {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size > 100_000) known.clear();
  const made = make();
  known.set(key, made);
  return made;
}

export const oracleWords = (text: string, kind: "event" | "column"): string =>
  remembered(`${kind} ${text}`, () => {
    const words = snake(text);
    return short(words === "" ? `${kind}_${hash(text)}` : words);
  });

/** A name as it may stand in SQL. */
export const oracleName = (words: string, taken: boolean): string =>
  remembered(`${taken} ${words}`, () =>
    short(taken || /^\d/.test(words) || isReservedWord(words) ? `_${words}` : words),
  );
