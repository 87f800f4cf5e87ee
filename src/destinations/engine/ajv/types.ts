import type { Place } from "./schema.ts";

const isFiniteNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** JSON types as AJV tells them apart with `strictNumbers`, its default. */
export function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return isFiniteNumber(value) && value % 1 === 0;
    case "number":
      return isFiniteNumber(value);
    default:
      return typeof value === type;
  }
}

const NOTHING = Symbol("not coercible");

/** AJV's comparison `data == +data` for a text: whether it reads as a number. */
const readsAsNumber = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && !Number.isNaN(Number(value));

function toNumber(value: unknown, whole: boolean): unknown {
  if (typeof value === "boolean" || value === null) return Number(value);
  // Not `% 1 !== 0`: AJV lets Infinity, whose remainder is NaN, pass for a whole number here.
  if (readsAsNumber(value) && !(whole && Number(value) % 1)) return Number(value);
  return NOTHING;
}

function toBoolean(value: unknown): unknown {
  if (value === "false" || value === 0 || value === null) return false;
  return value === "true" || value === 1 ? true : NOTHING;
}

function coerceTo(type: string, value: unknown): unknown {
  switch (type) {
    case "string":
      if (typeof value === "number" || typeof value === "boolean") return String(value);
      return value === null ? "" : NOTHING;
    case "number":
      return toNumber(value, false);
    case "integer":
      return toNumber(value, true);
    case "boolean":
      return toBoolean(value);
    case "null":
      return value === "" || value === 0 || value === false ? null : NOTHING;
    case "array":
      return value === null || ["string", "number", "boolean"].includes(typeof value) ? [value] : NOTHING;
    default:
      return NOTHING;
  }
}

const COERCIBLE = new Set(["string", "number", "integer", "boolean", "null", "array"]);
export const isCoercible = (type: string): boolean => COERCIBLE.has(type);

/**
 * AJV's `coerceTypes: "array"`. A list of one is unwrapped first, and stays so for the errors that follow even when
 * nothing fits; the parent is changed only when something does.
 * @returns whether the value now has one of the types
 */
export function coerce(types: readonly string[], place: Place): boolean {
  if (Array.isArray(place.value) && place.value.length === 1) {
    place.value = place.value[0];
    // `every`: of several types AJV asks for all at once here, so that only a single type takes the item as it is.
    if (types.every((type) => hasType(type, place.value))) return replace(place, place.value);
  }
  for (const type of types) {
    const coerced = coerceTo(type, place.value);
    if (coerced !== NOTHING) return replace(place, coerced);
  }
  return false;
}

function replace(place: Place, value: unknown): true {
  place.value = value;
  if (place.parent !== undefined) place.parent[place.key] = value;
  return true;
}
