import { ApiError } from "../api/client.ts";
import { type FieldErrors, sortProblems } from "../logic/field-errors.ts";

const NOTHING_WRONG: FieldErrors = { fields: {}, general: [] };

/** A failed save, sorted to the form's fields. `known` are the paths of the fields that are on the screen. */
export function problemsOf(error: Error | null, known: readonly string[]): FieldErrors {
  if (error === null) return NOTHING_WRONG;
  if (error instanceof ApiError && error.problems.length > 0) return sortProblems(error.problems, known);
  return { fields: {}, general: [error.message] };
}
