import { isJsonObject, type JsonObject } from "./json.ts";
import { LIMITS } from "./limits.ts";

/** What one look at a parsed value found. `tooDeep` ends the look early: the other two are then incomplete. */
export interface Inspection {
  readonly tooDeep: boolean;
  /** Object properties at all levels. */
  readonly properties: number;
  /** Holds a key that could change a prototype when somebody downstream merges objects. */
  readonly poisoned: boolean;
}

interface Findings {
  properties: number;
  poisoned: boolean;
}

/**
 * `__proto__` is never data. `constructor` is a word like any other (a racing team's, for one) unless its value
 * could reach `constructor.prototype`; only that is refused.
 */
const isPoison = (key: string, value: unknown): boolean =>
  key === "__proto__" || (key === "constructor" && isJsonObject(value) && Object.hasOwn(value, "prototype"));

function look(node: object, levels: number, found: Findings): boolean {
  if (levels === 0) return false;
  if (Array.isArray(node)) {
    for (const item of node as unknown[]) {
      if (typeof item === "object" && item !== null && !look(item, levels - 1, found)) return false;
    }
    return true;
  }
  const record = node as JsonObject;
  for (const key in record) {
    const value = record[key];
    found.properties++;
    if (isPoison(key, value)) found.poisoned = true;
    if (typeof value === "object" && value !== null && !look(value, levels - 1, found)) return false;
  }
  return true;
}

/** One walk over a parsed JSON value, bounded in depth; reads only. */
export function inspect(value: object): Inspection {
  const found: Findings = { properties: 0, poisoned: false };
  const shallow = look(value, LIMITS.depth + 1, found);
  return { tooDeep: !shallow, ...found };
}

/** How much of a value may be copied. Both count down while copying. */
interface Budget {
  properties: number;
  dropped: number;
}

function copy(value: unknown, levels: number, budget: Budget): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (levels === 0) return "…";
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item, levels - 1, budget));
  const kept: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (isPoison(key, item) || budget.properties === 0) {
      budget.dropped++;
      continue;
    }
    budget.properties--;
    kept.push([key, copy(item, levels - 1, budget)]);
  }
  return Object.fromEntries(kept);
}

/**
 * A copy of `message` without prototype-changing keys and with at most 10,000 properties in each of `properties`
 * and `traits` (nested ones count; the first in document order stay). `dropped`: how many keys are missing.
 */
export function sanitise(message: JsonObject): { readonly message: JsonObject; readonly dropped: number } {
  const rest: Budget = { properties: Number.POSITIVE_INFINITY, dropped: 0 };
  let dropped = 0;
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(message)) {
    if (isPoison(key, value)) {
      dropped++;
      continue;
    }
    const limited = key === "properties" || key === "traits";
    const budget = limited ? { properties: LIMITS.propertiesPerEvent, dropped: 0 } : rest;
    kept.push([key, copy(value, LIMITS.depth, budget)]);
    if (limited) dropped += budget.dropped;
  }
  return { message: Object.fromEntries(kept), dropped: dropped + rest.dropped };
}

/** JSON text of any parsed value, however deep: what lies below the depth limit becomes "…". */
export function stringifyBounded(value: unknown): string {
  const safe = typeof value !== "object" || value === null || !inspect(value).tooDeep;
  const budget: Budget = { properties: LIMITS.propertiesPerEvent, dropped: 0 };
  return JSON.stringify(safe ? value : copy(value, LIMITS.depth, budget)) ?? "null";
}
