import { err, ok, type Result } from "../result.ts";
import { FQL_LIMITS, type FqlProblem } from "./expr.ts";
import { parsePath } from "./path.ts";

/** `word`: an operator, a bracket, or a reserved word that stands alone. `at`: offset in UTF-16 units. */
export type Token =
  | { readonly kind: "string" | "word"; readonly at: number; readonly text: string }
  | { readonly kind: "number"; readonly at: number; readonly value: number }
  /** `text` is the path as written: a plain name may be a function's. */
  | { readonly kind: "path"; readonly at: number; readonly text: string; readonly path: readonly string[] }
  | { readonly kind: "end"; readonly at: number };

const RESERVED: ReadonlySet<string> = new Set(["and", "or", "in", "true", "false", "null"]);

/** Strings know no escapes: a backslash in them belongs to match(). Other characters of a name need a backslash. */
const PATTERNS = {
  space: /\s+/y,
  string: /'([^']*)'|"([^"]*)"/y,
  number: /[-+]?\d+(?:\.\d+)?(?![\w.\\-])/y,
  path: /(?:[A-Za-z_]|\\[^])(?:[\w-]|\\[^])*(?:\.(?:[\w-]|\\[^])+)*/uy,
  word: /!=|>=|<=|[=<>!()[\],]/y,
} as const;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const quoted = (text: string, at: number): string => JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));

function problemAt(text: string, at: number): FqlProblem {
  const char = text[at];
  if (char === "'" || char === '"') return { message: "this text has no closing quote", at };
  if (/[\d+-]/.test(char ?? "")) return { message: "not a number", at };
  if (char === ".") return { message: "a path must not begin or end with a dot, nor have two in a row", at };
  return { message: `unexpected ${quoted(text, at)}; in a path, put a backslash before it`, at };
}

/** The token at `at` and where it ends; undefined when there is none. */
function tokenAt(text: string, at: number): { readonly token: Token; readonly end: number } | undefined {
  const string = matchAt(PATTERNS.string, text, at);
  if (string !== null) {
    return { token: { kind: "string", at, text: string[1] ?? string[2] ?? "" }, end: PATTERNS.string.lastIndex };
  }
  const number = matchAt(PATTERNS.number, text, at);
  if (number !== null) {
    return { token: { kind: "number", at, value: Number(number[0]) }, end: PATTERNS.number.lastIndex };
  }
  const path = matchAt(PATTERNS.path, text, at);
  if (path !== null) {
    const end = PATTERNS.path.lastIndex;
    if (RESERVED.has(path[0])) return { token: { kind: "word", at, text: path[0] }, end };
    return { token: { kind: "path", at, text: path[0], path: parsePath(path[0]) }, end };
  }
  const word = matchAt(PATTERNS.word, text, at);
  if (word === null) return undefined;
  return { token: { kind: "word", at, text: word[0] }, end: PATTERNS.word.lastIndex };
}

/** The tokens of an FQL text, the last one being `end`. Takes time proportional to its length. */
export function lex(text: string): Result<readonly Token[], FqlProblem> {
  if (text.length > FQL_LIMITS.chars) {
    return err({ message: `longer than ${FQL_LIMITS.chars} characters`, at: FQL_LIMITS.chars });
  }
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    if (matchAt(PATTERNS.space, text, at) !== null) at = PATTERNS.space.lastIndex;
    if (at >= text.length) return ok([...tokens, { kind: "end", at }]);
    const found = tokenAt(text, at);
    if (found === undefined) return err(problemAt(text, at));
    tokens.push(found.token);
    at = found.end;
  }
}
