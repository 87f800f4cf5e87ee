import { type Condition, hasPath, type Subject, takesNumber, takesValue, type Trigger } from "./conditions.ts";
import { conditionsWords } from "./condition-words.ts";

/** Matches every event. */
export const ALL = "all";

const SUBJECTS: readonly Subject[] = ["type", "event", "name", "userId", "properties", "traits", "context"];
const PATH = String.raw`(?:[A-Za-z_]|\\.)(?:[\w-]|\\.)*(?:\.(?:[\w-]|\\.)+)*`;
const TEXT = `"[^"]*"|'[^']*'`;
const CALL = new RegExp(`^(!?)(contains|match)\\((${PATH}),\\s*(${TEXT})\\)$`);
const COMPARISON = new RegExp(`^(${PATH})\\s*(!=|<=|>=|=|<|>)\\s*(${TEXT}|[-+]?\\d+(?:\\.\\d+)?|true|false|null)$`);
/** What a pattern of match() takes for something else. */
const GLOB = /[*?[\]\\]/;

/**
 * The builder's view of a filter's condition (server FQL, quality.md §4.7), or `undefined` where it says more than one
 * level of conditions of the usual kinds.
 */
export function readCondition(text: string): Trigger | undefined {
  const { clauses, joins } = split(text.trim());
  const [join = "and"] = joins;
  if (joins.some((one) => one !== join)) return undefined;
  const conditions = clauses.map(readClause);
  return conditions.every((one) => one !== undefined) ? { join, conditions } : undefined;
}

/** Clauses between "and" and "or", outside of quotes. */
function split(text: string): { clauses: string[]; joins: ("and" | "or")[] } {
  const clauses = [""];
  const joins: ("and" | "or")[] = [];
  for (const [part, join] of text.matchAll(/"[^"]*"|'[^']*'|\s+(and|or)\s+|[^]/g)) {
    if (join === "and" || join === "or") {
      joins.push(join);
      clauses.push("");
    } else clauses[clauses.length - 1] += part;
  }
  return { clauses: clauses.map((clause) => clause.trim()), joins };
}

function readClause(clause: string): Condition | undefined {
  const call = CALL.exec(clause);
  if (call !== null) return readCall(call[1] === "!", call[2]!, call[3]!, call[4]!.slice(1, -1));
  const comparison = COMPARISON.exec(clause);
  return comparison === null ? undefined : readComparison(comparison[1]!, comparison[2]!, comparison[3]!);
}

function readCall(negated: boolean, name: string, path: string, value: string): Condition | undefined {
  const target = subjectOf(path);
  if (target === undefined) return undefined;
  const no = negated ? ("not_" as const) : ("" as const);
  if (name === "contains") return { ...target, operator: `${no}contains`, value };
  const [first, last] = [value.slice(0, -1), value.slice(1)];
  if (value.endsWith("*") && !GLOB.test(first)) return { ...target, operator: `${no}starts_with`, value: first };
  if (value.startsWith("*") && !GLOB.test(last)) return { ...target, operator: `${no}ends_with`, value: last };
  return undefined;
}

function readComparison(path: string, sign: string, value: string): Condition | undefined {
  const target = subjectOf(path);
  if (target === undefined) return undefined;
  const equal = sign === "=";
  if (/^["']/.test(value)) {
    const text = value.slice(1, -1);
    return equal || sign === "!=" ? { ...target, operator: equal ? "=" : "!=", value: text } : undefined;
  }
  if (value === "null") {
    if (!equal && sign !== "!=") return undefined;
    return { ...target, operator: equal ? "not_exists" : "exists", value: "" };
  }
  if (!hasPath(target.subject)) return undefined;
  if (value === "true" || value === "false") {
    return equal ? { ...target, operator: value === "true" ? "is_true" : "is_false", value: "" } : undefined;
  }
  if (equal) return { ...target, operator: "number_equals", value };
  return { ...target, operator: sign === "!=" ? "number_not_equals" : (sign as "<" | "<=" | ">" | ">="), value };
}

function subjectOf(text: string): Pick<Condition, "subject" | "path"> | undefined {
  const [, head = "", rest] = /^((?:\\.|[^.\\])+)(?:\.([^]*))?$/.exec(text) ?? [];
  const subject = SUBJECTS.find((one) => one === head);
  if (subject === undefined || hasPath(subject) !== (rest !== undefined)) return undefined;
  // What stands for itself in a path of a person needs no backslash there; a dot within a name does.
  return { subject, path: (rest ?? "").replaceAll(/\\([^.\\])/g, "$1") };
}

/** The FQL of what was built; `all` without conditions. */
export const writeCondition = ({ join, conditions }: Trigger): string =>
  conditions.length === 0 ? ALL : conditions.map(writeClause).join(` ${join} `);

function writeClause({ subject, path, operator, value }: Condition): string {
  const what = hasPath(subject) ? `${subject}.${escaped(path.trim())}` : subject;
  switch (operator) {
    case "contains":
    case "not_contains":
      return `${operator === "contains" ? "" : "!"}contains(${what}, ${quoted(value)})`;
    case "starts_with":
    case "not_starts_with":
      return `${operator === "starts_with" ? "" : "!"}match(${what}, ${quoted(`${value}*`)})`;
    case "ends_with":
    case "not_ends_with":
      return `${operator === "ends_with" ? "" : "!"}match(${what}, ${quoted(`*${value}`)})`;
    case "exists":
      return `${what} != null`;
    case "not_exists":
      return `${what} = null`;
    case "is_true":
      return `${what} = true`;
    case "is_false":
      return `${what} = false`;
    case "number_equals":
      return `${what} = ${value.trim()}`;
    case "number_not_equals":
      return `${what} != ${value.trim()}`;
    case "=":
    case "!=":
      return `${what} ${operator} ${quoted(value)}`;
    default:
      return `${what} ${operator} ${value.trim()}`;
  }
}

/** FQL's texts know no escapes: one kind of quotes holds the other. */
const quoted = (text: string): string => (text.includes('"') ? `'${text}'` : `"${text}"`);

const escaped = (path: string): string =>
  path.replaceAll(/\\[.\\]|[^\w.-]/gu, (part) => (part.length === 2 && part.startsWith("\\") ? part : `\\${part}`));

/** Why a condition cannot be written as server FQL, or nothing. */
export function clauseProblem({ subject, path, operator, value }: Condition): string | undefined {
  if (hasPath(subject) && path.trim() === "") return `Which of the ${subject}?`;
  if (hasPath(subject) && /^\.|\.\.|\.$/.test(path.trim())) return "A path has no dot at its ends, nor two in a row.";
  if (!takesValue(operator)) return undefined;
  if (takesNumber(operator)) return /^[-+]?\d+(?:\.\d+)?$/.test(value.trim()) ? undefined : "A number is needed.";
  if (value.includes('"') && value.includes("'")) return "A value holds \" or ', not both.";
  const part = operator.endsWith("_with");
  if ((part || operator.endsWith("contains")) && value === "") return "Which text?";
  return part && GLOB.test(value) ? "Write this one as text: * ? [ ] \\ have a meaning in patterns." : undefined;
}

/** A filter's condition as a person would say it. */
export function conditionText(text: string): string {
  if (text.trim() === ALL) return "All events";
  const built = readCondition(text);
  return built === undefined ? text.trim().replaceAll(/\s+/g, " ") : conditionsWords(built);
}

/** The condition inside `!( … )`, where the brackets belong together. */
export function insideNot(text: string): string | undefined {
  const inner = /^!\s*\(([^]*)\)$/.exec(text.trim())?.[1];
  if (inner === undefined) return undefined;
  let depth = 0;
  for (const [part] of inner.matchAll(/"[^"]*"|'[^']*'|[^]/g)) {
    if (part === "(") depth++;
    if (part === ")" && --depth < 0) return undefined;
  }
  return depth === 0 ? inner.trim() : undefined;
}
