import { isJsonObject } from "../core/json.ts";
import type { Mapping } from "../core/subscription.ts";
import type { Complaint } from "../core/trial.ts";

/** `/properties/@path should be …` → the field, and what is wrong with it. */
function complaintOf(error: unknown): Complaint {
  const text = error instanceof Error ? error.message : String(error);
  const [, place, message] = /^\/(\S*) (.+)$/s.exec(text) ?? [];
  return place === undefined || message === undefined
    ? { message: text }
    : { field: place.replaceAll("/", "."), message };
}

/** An AggregateError of the mapping kit is iterable over what it holds. */
const errorsIn = (error: unknown): unknown[] =>
  typeof error === "object" && error !== null && Symbol.iterator in error ? [...(error as Iterable<unknown>)] : [error];

/** Objects within lists, which the mapping kit's own check leaves out although it resolves them. */
function objectsInLists(value: unknown, path: readonly string[]): { value: object; path: readonly string[] }[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const at = [...path, String(index)];
      return [...(isJsonObject(item) ? [{ value: item, path: at }] : []), ...objectsInLists(item, at)];
    });
  }
  if (!isJsonObject(value)) return [];
  // What stands in @literal is taken as it is.
  const parts = Object.entries(value).filter(([key]) => key !== "@literal");
  return parts.flatMap(([key, part]) => objectsInLists(part, [...path, key]));
}

/**
 * What is wrong in a mapping, by Segment's own rules (destinations.md §7.5): one known directive per object, with
 * arguments of the right types. The mapping must not be nested too deeply (core/sanitise).
 */
export async function checkMapping(mapping: Mapping): Promise<readonly Complaint[]> {
  const { default: validate } = await import("@segment/actions-core/mapping-kit/validate");
  const complaints: Complaint[] = [];
  for (const part of [{ value: mapping, path: [] }, ...objectsInLists(mapping, [])]) {
    try {
      validate(part.value, [...part.path]);
    } catch (error) {
      complaints.push(...errorsIn(error).map(complaintOf));
    }
  }
  return complaints;
}
