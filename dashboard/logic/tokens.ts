/** What a stretch of code or JSON is, for its colour. */
export type TokenKind = "plain" | "key" | "string" | "number" | "comment" | "call";

export interface Token {
  readonly kind: TokenKind;
  /** Where it starts. */
  readonly at: number;
  readonly text: string;
}

const PATTERN =
  /(?<comment>(?<!:)\/\/[^\n]*|^#[^\n]*|^--[^\n]*)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<call>\b[\w$]+(?=\())|(?<number>-?\b\d[\d.eE+-]*\b|\b(?:true|false|null)\b)|(?<key>\b[\w$]+(?=\s*:(?!\/\/)))/gm;

/** Cuts code or JSON into coloured stretches; joined again they are the input, character for character. */
export function tokenize(code: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of code.matchAll(PATTERN)) {
    if (match.index > at) tokens.push({ kind: "plain", at, text: code.slice(at, match.index) });
    tokens.push({ kind: kindOf(match, code), at: match.index, text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < code.length) tokens.push({ kind: "plain", at, text: code.slice(at) });
  return tokens;
}

function kindOf(match: RegExpExecArray, code: string): TokenKind {
  const groups = match.groups ?? {};
  if (groups["comment"] !== undefined) return "comment";
  if (groups["string"] !== undefined) {
    // A quoted name before a colon is a key.
    return /^\s*:/.test(code.slice(match.index + match[0].length, match.index + match[0].length + 4))
      ? "key"
      : "string";
  }
  if (groups["call"] !== undefined) return "call";
  return groups["number"] === undefined ? "key" : "number";
}
