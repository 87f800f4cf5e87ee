import { isObject } from "./directive.ts";

export interface Removed {
  readonly path: string;
  /** Its value, as JSON. */
  readonly value: string;
}

/** What `after` lacks of `before` (both plain JSON): the outermost parts that are gone or differ, in their order. */
export function removedFrom(before: unknown, after: unknown, path = ""): readonly Removed[] {
  if (isObject(before) && isObject(after)) {
    return Object.entries(before).flatMap(([key, value]) => {
      const at = path === "" ? key : `${path}.${key}`;
      return Object.hasOwn(after, key) ? removedFrom(value, after[key], at) : [{ path: at, value: json(value) }];
    });
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((value: unknown, at) => removedFrom(value, after[at], `${path}[${at}]`));
  }
  return json(before) === json(after) ? [] : [{ path, value: json(before) }];
}

const json = (value: unknown): string => JSON.stringify(value) ?? "";
