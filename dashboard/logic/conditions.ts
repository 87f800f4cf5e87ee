/** What a condition looks at. The last three need a path below them. */
export type Subject = "type" | "event" | "name" | "userId" | "properties" | "traits" | "context";

export type TriggerOperator =
  | "="
  | "!="
  | "contains"
  | "not_contains"
  | "starts_with"
  | "not_starts_with"
  | "ends_with"
  | "not_ends_with"
  | "exists"
  | "not_exists"
  | "number_equals"
  | "number_not_equals"
  | "<"
  | "<="
  | ">"
  | ">="
  | "is_true"
  | "is_false";

export interface Condition {
  readonly subject: Subject;
  /** Below `properties`, `traits` or `context`; empty for the others. */
  readonly path: string;
  readonly operator: TriggerOperator;
  /** As it is typed. */
  readonly value: string;
}

/** What the builder can show: conditions on one level, all or any of which must hold. */
export interface Trigger {
  readonly join: "and" | "or";
  readonly conditions: readonly Condition[];
}

export const hasPath = (subject: Subject): boolean =>
  subject === "properties" || subject === "traits" || subject === "context";

const TEXT: readonly TriggerOperator[] = [
  "=",
  "!=",
  "contains",
  "not_contains",
  "starts_with",
  "not_starts_with",
  "ends_with",
  "not_ends_with",
];
const PRESENCE: readonly TriggerOperator[] = ["exists", "not_exists"];
const NUMBER: readonly TriggerOperator[] = ["number_equals", "number_not_equals", "<", "<=", ">", ">="];
const FLAG: readonly TriggerOperator[] = ["is_true", "is_false"];

/** The comparisons that mean something for a subject: the engine compares `event` with null as with a text. */
export function operatorsOf(subject: Subject): readonly TriggerOperator[] {
  if (subject === "type") return ["=", "!="];
  if (subject === "event") return TEXT;
  return hasPath(subject) ? [...TEXT, ...PRESENCE, ...NUMBER, ...FLAG] : [...TEXT, ...PRESENCE];
}

export const takesNumber = (operator: TriggerOperator): boolean => NUMBER.includes(operator);
export const takesValue = (operator: TriggerOperator): boolean =>
  !PRESENCE.includes(operator) && !FLAG.includes(operator);
