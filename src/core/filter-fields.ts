import { parsePath } from "./fql/path.ts";
import { isJsonObject, type JsonObject } from "./json.ts";

type Change = (object: JsonObject) => JsonObject;

/**
 * `node` with the object at `path` changed; every object of a list is. Only what lies on the way is copied, and
 * nothing when nothing changes.
 */
function changeAt(node: unknown, path: readonly string[], change: Change): unknown {
  if (Array.isArray(node)) {
    const items = node.map((item: unknown) => changeAt(item, path, change));
    return items.some((item, i) => item !== node[i]) ? items : node;
  }
  if (!isJsonObject(node)) return node;
  const [name, ...rest] = path;
  if (name === undefined) return change(node);
  if (!Object.hasOwn(node, name)) return node;
  const child = changeAt(node[name], rest, change);
  return child === node[name] ? node : { ...node, [name]: child };
}

/** A copy with only the properties that are wanted; the object itself when all are. */
function keep(object: JsonObject, wanted: (name: string) => boolean): JsonObject {
  const entries = Object.entries(object);
  const kept = entries.filter(([name]) => wanted(name));
  return kept.length === entries.length ? object : Object.fromEntries(kept);
}

/** Gives back a reduced copy of an event; the event itself when there is nothing to remove. */
export type Reduction = (event: JsonObject) => JsonObject;

/**
 * Compiles the `fields` of a DROP_PROPERTIES or ALLOW_PROPERTIES action: names by the dotted path of the object that
 * holds them, "" being the event. ALLOW acts inside each named object only; what stands beside it is untouched.
 */
export function compileReduction(
  type: "DROP_PROPERTIES" | "ALLOW_PROPERTIES",
  fields: Readonly<Record<string, readonly string[]>>,
): Reduction {
  const allowing = type === "ALLOW_PROPERTIES";
  const steps = Object.entries(fields).map(([path, list]) => {
    const names = new Set(list);
    return {
      path: parsePath(path),
      change: (object: JsonObject) => keep(object, (name) => names.has(name) === allowing),
    };
  });
  return (event) => {
    let reduced: unknown = event;
    for (const { path, change } of steps) reduced = changeAt(reduced, path, change);
    return isJsonObject(reduced) ? reduced : event;
  };
}
