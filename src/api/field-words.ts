import type * as z from "zod";

type Issue = z.core.$ZodIssue;

/** What zod says by itself; a schema's own words are better. */
const OWN_WORDS = /^(?:Too small|Too big|Invalid input): expected /;
const UNITS: Readonly<Record<string, string>> = { string: "characters", array: "entries" };
const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

function bound(side: "least" | "most", limit: bigint | number, { origin, exact }: Bounded): string {
  const unit = UNITS[origin];
  const words = `${exact === true ? "exactly" : `at ${side}`} ${limit}`;
  return unit === undefined ? `must be ${words}` : `must have ${words} ${unit}`;
}
type Bounded = { readonly origin: string; readonly exact?: boolean | undefined };

/** What is wrong with a value, for whoever fills in a form or writes a script; it begins small and has no full stop. */
export function fieldWords(issue: Issue): string {
  if (!OWN_WORDS.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "too_small":
      if (issue.minimum === 1 && issue.origin in UNITS) return "must not be empty";
      return issue.inclusive === false ? issue.message : bound("least", issue.minimum, issue);
    case "too_big":
      return issue.inclusive === false ? issue.message : bound("most", issue.maximum, issue);
    case "invalid_type": {
      if (issue.message.endsWith("received undefined")) return "must be given";
      const type = TYPES[issue.expected];
      return type === undefined ? issue.message : `must be ${type}`;
    }
    default:
      return issue.message;
  }
}
