import { err, ok, type Result } from "../result.ts";

/** One part of a glob pattern: any run of characters, or one character. */
type Part =
  | { readonly kind: "star" }
  | { readonly kind: "one"; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] };

/** A parsed pattern of match(). */
export type Glob = readonly Part[];

const ANY: Part = { kind: "one", negated: true, ranges: [] };
const just = (code: number): Part => ({ kind: "one", negated: false, ranges: [[code, code]] });

/** Reads a pattern from left to right, one code point at a time. */
class Reader {
  readonly #chars: readonly string[];
  #next = 0;

  constructor(text: string) {
    this.#chars = Array.from(text);
  }

  get peek(): string | undefined {
    return this.#chars[this.#next];
  }

  take(): string | undefined {
    return this.#chars[this.#next++];
  }

  /** One character of a class, possibly behind a backslash; undefined where none may stand. */
  takeMember(): number | undefined {
    const char = this.take();
    if (char === "-" || char === "]") return undefined;
    return (char === "\\" ? this.take() : char)?.codePointAt(0);
  }
}

/** What stands between `[` and `]`; undefined when it is not well-formed. */
function readClass(reader: Reader): Part | undefined {
  const negated = reader.peek === "^";
  if (negated) reader.take();
  const ranges: [number, number][] = [];
  while (ranges.length === 0 || reader.peek !== "]") {
    const low = reader.takeMember();
    if (low === undefined) return undefined;
    let high: number | undefined = low;
    if (reader.peek === "-") {
      reader.take();
      high = reader.takeMember();
    }
    if (high === undefined) return undefined;
    ranges.push([low, high]);
  }
  reader.take();
  return { kind: "one", negated, ranges };
}

function readPart(reader: Reader): Part | undefined {
  const char = reader.take();
  if (char === "*") return { kind: "star" };
  if (char === "?") return ANY;
  if (char === "[") return readClass(reader);
  const code = (char === "\\" ? reader.take() : char)?.codePointAt(0);
  return code === undefined ? undefined : just(code);
}

/**
 * A pattern of match(): `*`, `?`, `[abc]`, `[a-z]`, `[^a]` and `\x` (quality.md §4.7, after Go's path.Match, but `*`
 * also matches `/`). The error is a sentence.
 */
export function parseGlob(pattern: string): Result<Glob, string> {
  const reader = new Reader(pattern);
  const parts: Part[] = [];
  while (reader.peek !== undefined) {
    const part = readPart(reader);
    if (part === undefined) return err("the pattern has an unfinished [ ] or a backslash at its end");
    if (part.kind === "one" || parts.at(-1)?.kind !== "star") parts.push(part);
  }
  return ok(parts);
}

const accepts = (part: Extract<Part, { kind: "one" }>, code: number): boolean =>
  part.ranges.some(([low, high]) => low <= code && code <= high) !== part.negated;

const width = (code: number): number => (code > 0xffff ? 2 : 1);

/**
 * Whether a glob matches the whole text, code point by code point. Only the last star is ever tried again, so the
 * time is at most their lengths multiplied; what each step looks at is taken from `work`, and undefined says that it
 * ran out.
 */
export function matchGlob(glob: Glob, text: string, work: { left: number }): boolean | undefined {
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const part = glob[next];
    work.left -= part?.kind === "one" ? Math.max(part.ranges.length, 1) : 1;
    if (work.left < 0) return undefined;
    const code = text.codePointAt(at) ?? 0;
    if (part?.kind === "star") {
      star = next++;
      starAt = at;
    } else if (part !== undefined && accepts(part, code)) {
      next++;
      at += width(code);
    } else if (star >= 0) {
      next = star + 1;
      starAt += width(text.codePointAt(starAt) ?? 0);
      at = starAt;
    } else {
      return false;
    }
  }
  while (glob[next]?.kind === "star") next++;
  return next === glob.length;
}
