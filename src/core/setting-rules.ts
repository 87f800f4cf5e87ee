import type { SettingValue } from "./catalog.ts";
import type { DestinationField, FieldConditions } from "./destination-kind.ts";
import { namesSecret } from "./mask.ts";

const LIMITS = {
  /** UTF-16 units of a text; what is sealed may have no more. */
  textChars: 16_000,
  /** Entries of a map, items of a list. */
  entries: 200,
} as const;

/** An absent one is the same as one that is not there. */
function sameAs(expected: unknown, value: unknown): boolean {
  if (expected === undefined) return value === undefined || value === null || value === "";
  return Array.isArray(expected) ? expected.includes(value) : expected === value || String(expected) === String(value);
}

/** Whether conditions on other settings hold; those on anything else (a sync mode) do not. */
export function conditionsHold(
  { match, conditions }: FieldConditions,
  settings: Readonly<Record<string, unknown>>,
): boolean {
  const holds = ({ type, fieldKey, operator, value }: FieldConditions["conditions"][number]): boolean => {
    if (type === "syncMode" || fieldKey === undefined) return false;
    return sameAs(value, settings[fieldKey]) === (operator === "is");
  };
  return match === "any" ? conditions.some(holds) : conditions.every(holds);
}

/** Whether a field needs a value beside these other settings. */
export const isRequired = (
  required: DestinationField["required"],
  settings: Readonly<Record<string, unknown>>,
): boolean => (typeof required === "boolean" ? required : conditionsHold(required, settings));

function textProblem(value: unknown): string | undefined {
  if (typeof value !== "string") return "must be text";
  return value.length > LIMITS.textChars ? `must have at most ${LIMITS.textChars} characters` : undefined;
}

function mapProblem(value: SettingValue): string | undefined {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap) return "must be an object of texts by name";
  return Object.keys(value).length > LIMITS.entries ? `must have at most ${LIMITS.entries} entries` : undefined;
}

function listProblem({ choices }: DestinationField, value: SettingValue): string | undefined {
  if (!Array.isArray(value)) return "must be a list of texts";
  if (value.length > LIMITS.entries) return `must have at most ${LIMITS.entries} items`;
  return value.map((item) => choiceProblem(choices, item)).find((words) => words !== undefined);
}

/** Nothing when there is nothing to choose from. */
function choiceProblem(choices: DestinationField["choices"], value: SettingValue): string | undefined {
  if (choices === undefined || choices.length === 0 || choices.some((one) => one.value === value)) return undefined;
  return `must be one of ${choices.map((one) => one.value).join(", ")}`;
}

/** Why a value cannot be this setting, in words that follow its name; the value itself is never repeated. */
function problem(field: DestinationField, value: SettingValue): string | undefined {
  if (field.multiple === true) return listProblem(field, value);
  if (field.choices !== undefined && field.choices.length > 0) return choiceProblem(field.choices, value);
  switch (field.type) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? undefined : "must be a number";
    case "map":
      return mapProblem(value);
    default:
      return textProblem(value);
  }
}

/** A sentence that says what is wrong with a value that is there; undefined when nothing is. */
export function fieldProblem(field: DestinationField, value: SettingValue): string | undefined {
  const words = problem(field, value);
  return words === undefined ? undefined : `${field.label} ${words}.`;
}

/** Entries of a map; none of any other value. */
export const entriesOf = (value: SettingValue | undefined): [name: string, text: string][] =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];

/**
 * The first entry of a map that is shown to everybody and whose name is that of a credential. What is stored already
 * goes on as it is: a rule that has become stricter must not stop deliveries or other changes.
 */
export function plainCredential(value: SettingValue, stored: SettingValue | undefined): string | undefined {
  const known = new Map(entriesOf(stored));
  return entriesOf(value).find(([name, text]) => namesSecret(name) && known.get(name) !== text)?.[0];
}
