import { isObject } from "./directive.ts";

/** One field of an event that a mapping can name, with the value it has there. */
export interface EventPath {
  /** Without the leading `$.`. */
  readonly path: string;
  /** The value as short text. */
  readonly sample: string;
}

const LIMITS = { paths: 400, depth: 6, sample: 60 } as const;

/** Every field of an event, the inner ones after what holds them, as far as a list is of use. */
export function eventPaths(event: unknown): readonly EventPath[] {
  const found: EventPath[] = [];
  const visit = (value: unknown, path: string, depth: number): void => {
    if (found.length >= LIMITS.paths) return;
    if (path !== "") found.push({ path, sample: sampleOf(value) });
    if (!isObject(value) || depth >= LIMITS.depth) return;
    for (const [key, item] of Object.entries(value))
      visit(item, path === "" ? keyPart(key) : joined(path, key), depth + 1);
  };
  visit(event, "", 0);
  return found;
}

const PLAIN = /^[^.[\]"']+$/;
const keyPart = (key: string): string => (PLAIN.test(key) ? key : `["${key.replaceAll('"', '\\"')}"]`);
const joined = (path: string, key: string): string => (PLAIN.test(key) ? `${path}.${key}` : `${path}${keyPart(key)}`);

/** A value on one line, cut. */
export function sampleOf(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > LIMITS.sample ? `${text.slice(0, LIMITS.sample)}…` : text;
}

/** What `path` (without `$.`) leads to, for suggestions below a list. */
export function valueAtPath(event: unknown, path: string): unknown {
  let value = event;
  for (const key of path.split(".").filter((part) => part !== "" && part !== "$")) {
    if (!isObject(value)) return undefined;
    value = value[key];
  }
  return value;
}
