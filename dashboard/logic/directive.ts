/** The directives of Segment's mapping kit (destinations.md §7.5), each with the keys its object needs. */
const DIRECTIVES: Readonly<Record<string, readonly string[]>> = {
  "@path": [],
  "@template": [],
  "@literal": [],
  "@if": ["then"],
  "@case": ["operator", "value"],
  "@replace": ["pattern", "value"],
  "@arrayPath": [],
  "@flatten": ["value", "separator"],
  "@json": ["mode", "value"],
  "@merge": ["objects", "direction"],
  "@transform": ["apply", "mapping"],
  "@excludeWhenNull": [],
  "@liquid": [],
};
const TEXT_ONLY = new Set(["@liquid"]);

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether an object is a directive rather than keys and values. */
export const isDirective = (value: unknown): boolean =>
  isObject(value) && Object.keys(value).some((key) => key.startsWith("@"));

/**
 * The first thing wrong with a value of a mapping, as a sentence that says where; `undefined` when nothing is. The
 * collector looks closer when it is saved: this is what can be said while it is typed.
 */
export function directiveProblem(value: unknown, at = ""): string | undefined {
  if (Array.isArray(value)) return firstProblem(value.entries(), at);
  if (!isObject(value)) return undefined;
  if (!isDirective(value)) return firstProblem(Object.entries(value), at);
  const keys = Object.keys(value).filter((key) => key !== "_metadata");
  const [key = ""] = keys;
  const place = at === "" ? "" : ` at ${at}`;
  if (keys.length > 1) return `A directive has one key and no other; here are ${keys.join(", ")}${place}.`;
  const needs = DIRECTIVES[key];
  if (needs === undefined)
    return `There is no directive ${key}${place}. There are ${Object.keys(DIRECTIVES).join(", ")}.`;
  return argumentProblem(key, needs, value[key], place) ?? directiveProblem(value[key], join(at, key));
}

function argumentProblem(key: string, needs: readonly string[], value: unknown, place: string): string | undefined {
  if (TEXT_ONLY.has(key)) return typeof value === "string" ? undefined : `${key} takes text${place}.`;
  if (key === "@path" || key === "@template") {
    return typeof value === "string" || isDirective(value) ? undefined : `${key} takes text${place}.`;
  }
  if (key === "@arrayPath") return Array.isArray(value) ? undefined : `@arrayPath takes [path, shape]${place}.`;
  if (needs.length === 0) return undefined;
  if (!isObject(value)) return `${key} takes an object with ${needs.join(", ")}${place}.`;
  const missing = needs.find((need) => value[need] === undefined);
  return missing === undefined ? undefined : `${key} needs ${missing}${place}.`;
}

function firstProblem(entries: Iterable<readonly [string | number, unknown]>, at: string): string | undefined {
  for (const [key, item] of entries) {
    const problem = directiveProblem(item, join(at, String(key)));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const join = (at: string, key: string): string => (at === "" ? key : `${at}.${key}`);
