import {
  generateFql,
  parseFql,
  type Condition as FqlCondition,
  type GroupCondition,
} from "@segment/destination-subscriptions";
import {
  type Condition,
  hasPath,
  operatorsOf,
  type Subject,
  takesNumber,
  takesValue,
  type Trigger,
  type TriggerOperator,
} from "./conditions.ts";

const NODE_OF = {
  type: "event-type",
  event: "event",
  name: "name",
  userId: "userId",
  properties: "event-property",
  traits: "event-trait",
  context: "event-context",
} as const satisfies Record<Subject, FqlCondition["type"]>;
const SUBJECT_OF = Object.fromEntries(Object.entries(NODE_OF).map(([subject, node]) => [node, subject])) as Record<
  string,
  Subject | undefined
>;

/**
 * The builder's view of a trigger's FQL, or `undefined` where building it again would not give the same text: other
 * than one level of conditions, subjects the engine skips, single quotes.
 */
export function readTrigger(text: string): Trigger | undefined {
  const parsed = parseFql(text);
  if ("error" in parsed) return undefined;
  const conditions = parsed.children.map(readCondition);
  if (!conditions.every((one) => one !== undefined)) return undefined;
  const trigger = { join: parsed.operator, conditions };
  return skeleton(writeTrigger(trigger)) === skeleton(text) ? trigger : undefined;
}

/**
 * Conditions that, all met, let an event through: of those of which any will do only one, a track call where there is
 * one, since most tools want that. As far as the engine reads the text; none when it cannot.
 */
export function conditionsToMeet(text: string): readonly Condition[] {
  const parsed = parseFql(text);
  return "error" in parsed ? [] : toMeet(parsed);
}

function toMeet(node: FqlCondition): readonly Condition[] {
  if (node.type !== "group") return [readCondition(node)].filter((one) => one !== undefined);
  if (node.operator === "and") return node.children.flatMap(toMeet);
  const track = node.children.find((child) => child.type === "event-type" && child.value === "track");
  return toMeet(track ?? node.children[0]!);
}

function readCondition(node: FqlCondition): Condition | undefined {
  if (node.type === "group") return undefined;
  const subject = SUBJECT_OF[node.type];
  if (subject === undefined || !operatorsOf(subject).includes(node.operator)) return undefined;
  return {
    subject,
    path: "name" in node ? node.name : "",
    operator: node.operator,
    value: node.value === undefined ? "" : String(node.value),
  };
}

/** The FQL of what was built; empty without conditions. */
export function writeTrigger({ join, conditions }: Trigger): string {
  if (conditions.length === 0) return "";
  const group: GroupCondition = { type: "group", operator: join, children: conditions.map(writeCondition) };
  return generateFql(group);
}

function writeCondition({ subject, path, operator, value }: Condition): FqlCondition {
  const type = NODE_OF[subject];
  const node = { operator, ...(takesValue(operator) ? { value: takesNumber(operator) ? Number(value) : value } : {}) };
  return (hasPath(subject) ? { type, name: path, ...node } : { type, ...node }) as FqlCondition;
}

/** Compares with a part of the text, of which there must be one. */
const isPart = (operator: TriggerOperator): boolean => /(?:contains|_with)$/.test(operator);

/** Why a condition cannot be written as FQL (Segment's own limits, quality.md §4.7), or nothing. */
export function conditionProblem({ subject, path, operator, value }: Condition): string | undefined {
  if (hasPath(subject) && path.trim() === "") return `Which of the ${subject}?`;
  if (path.includes(".$") || path.startsWith("$")) return "A path has no part that begins with $.";
  if (!takesValue(operator)) return undefined;
  if (takesNumber(operator) && (value.trim() === "" || !Number.isFinite(Number(value)))) return "A number is needed.";
  if (/["~]/.test(value)) return 'A value cannot hold " or ~.';
  if (isPart(operator) && value === "") return "Which text?";
  // The engine takes a pattern with a star at its end for a beginning.
  if (operator.endsWith("ends_with") && value.endsWith("*")) return "A value to end with cannot end with *.";
  return undefined;
}

/** Text without what the engine does not read: white space outside quotes, and the spelling of "and". */
const skeleton = (text: string): string =>
  text
    .split(/("[^"]*")/)
    .map((part, at) => (at % 2 === 1 ? part : part.replaceAll(/\bAND\b/g, "and").replaceAll(/\s+/g, "")))
    .join("");
