import {
  type Condition,
  type Subject,
  takesNumber,
  takesValue,
  type Trigger,
  type TriggerOperator,
} from "./conditions.ts";

export const OPERATOR_WORDS: Record<TriggerOperator, string> = {
  "=": "is",
  "!=": "is not",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  not_starts_with: "does not start with",
  ends_with: "ends with",
  not_ends_with: "does not end with",
  exists: "exists",
  not_exists: "does not exist",
  number_equals: "equals the number",
  number_not_equals: "does not equal the number",
  "<": "is less than",
  "<=": "is at most",
  ">": "is greater than",
  ">=": "is at least",
  is_true: "is true",
  is_false: "is false",
};

export const SUBJECT_WORDS: Record<Subject, string> = {
  type: "Event type",
  event: "Event name",
  name: "Page or screen name",
  userId: "User id",
  properties: "Property",
  traits: "Trait",
  context: "Context",
};

/** Conditions as a person would say them. */
export function conditionsWords({ join, conditions }: Trigger): string {
  const types = conditions.filter(isType);
  const rest = conditions.filter((one) => !isType(one));
  if (join === "or" && rest.length === 0) return capitalise(`${list(types.map(typeWord), "or")} calls`);
  if (join === "and" && types.length === 1) {
    const call = `${capitalise(typeWord(types[0]!))} calls`;
    return rest.length === 0 ? call : `${call} where ${list(rest.map(conditionWords), "and")}`;
  }
  return capitalise(list(conditions.map(conditionWords), join));
}

const isType = ({ subject, operator }: Condition): boolean => subject === "type" && operator === "=";
const typeWord = ({ value }: Condition): string => value;

function conditionWords({ subject, path, operator, value }: Condition): string {
  const what = path === "" ? SUBJECT_WORDS[subject].toLowerCase() : `${subject}.${path}`;
  if (!takesValue(operator)) return `${what} ${OPERATOR_WORDS[operator]}`;
  if (takesNumber(operator)) return `${what} ${operator.length <= 2 ? operator : SIGNS[operator]} ${value}`;
  return `${what} ${OPERATOR_WORDS[operator]} “${value}”`;
}

const SIGNS: Partial<Record<TriggerOperator, string>> = { number_equals: "=", number_not_equals: "≠" };

/** "a, b and c". */
const list = (words: readonly string[], join: string): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${join} ${words.at(-1)}`;

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
