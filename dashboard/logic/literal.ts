/** Characters that reorder or break lines of code without being seen; written as escapes. */
const DECEPTIVE = /[\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\u0085\ufeff]/g;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const LINE = 68;
/** Levels of nesting printed; the collector refuses deeper messages as well. */
const DEPTH = 64;

/** Shows what would act unseen: `\\u202e` instead of turning the rest of the line around. */
export const revealHidden = (text: string): string =>
  text.replace(DECEPTIVE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A JavaScript string literal that evaluates to `text` and cannot disguise itself in an editor. */
export const stringLiteral = (text: string): string => revealHidden(JSON.stringify(text));

/**
 * A JSON value as JavaScript source that evaluates to the same value. Short objects stay on one line.
 * `undefined` when it is nested deeper than 64 levels.
 */
export function literal(value: unknown, indent = 0, depth = 0): string | undefined {
  if (typeof value === "string") return stringLiteral(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (depth >= DEPTH) return undefined;
  const parts: string[] = [];
  const entries = Array.isArray(value) ? value.map((item) => ["", item] as const) : Object.entries(value);
  for (const [key, item] of entries) {
    const text = literal(item, indent + 2, depth + 1);
    if (text === undefined) return undefined;
    parts.push(Array.isArray(value) ? text : `${propertyName(key)}: ${text}`);
  }
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return layOut(parts, open, close, indent);
}

/** Joins printed parts on one line when they are short, else one a line. */
export function layOut(parts: readonly string[], open: string, close: string, indent: number): string {
  if (parts.length === 0) return `${open}${close}`;
  const pad = open === "{" ? " " : "";
  const flat = `${open}${pad}${parts.join(", ")}${pad}${close}`;
  if (flat.length + indent <= LINE && !parts.some((part) => part.includes("\n"))) return flat;
  const margin = " ".repeat(indent + 2);
  return `${open}\n${parts.map((part) => `${margin}${part},`).join("\n")}\n${" ".repeat(indent)}${close}`;
}

/** `__proto__` as a plain key would set the prototype; computed, it is a property like any other. */
function propertyName(key: string): string {
  if (key === "__proto__") return `["__proto__"]`;
  return IDENTIFIER.test(key) ? key : stringLiteral(key);
}
