import { useState } from "react";
import { type FieldErrors, type FormValues, stillWrong } from "../logic/field-errors.ts";
import { problemsOf } from "./form-problems.ts";

/** A failed save, sorted to the form's fields; each complains until it is edited. `values` are what the form holds now. */
export function useProblems(error: Error | null, known: readonly string[], values: FormValues): FieldErrors {
  const [refused, setRefused] = useState({ error, values });
  if (refused.error !== error) setRefused({ error, values });
  const then = refused.error === error ? refused.values : values;
  return stillWrong(problemsOf(error, known), then, values);
}
