import { assertNever, err, ok, type Result } from "../result.ts";
import { describeExpr, describeType, describeTypes, FQL_LIMITS, type Comparison, type Expr } from "./expr.ts";
import { EXHAUSTED, Failure, FUNCTIONS, spend, typeOf, type Work } from "./functions.ts";
import { matchGlob, parseGlob } from "./glob.ts";
import { readPath } from "./path.ts";

/** A compiled part: its value for one event, or a Failure. */
type Code = (event: unknown, work: Work) => unknown;

const mismatch = (expr: Expr, value: unknown, wanted: string): Failure =>
  new Failure(`${describeExpr(expr)} is ${describeType(typeOf(value))}, not ${wanted}`);

/** Null counts as false. */
function asBool(expr: Expr, code: Code): (event: unknown, work: Work) => boolean | Failure {
  return (event, work) => {
    const value = code(event, work);
    if (typeof value === "boolean" || value instanceof Failure) return value;
    return value === null ? false : mismatch(expr, value, "true or false");
  };
}

/** Lists and objects are equal when their JSON texts are, as in Segment's own engines. */
function areEqual(left: unknown, right: unknown, work: Work): boolean | Failure {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return left === right;
  const [one, other] = [JSON.stringify(left), JSON.stringify(right)];
  return spend(work, one.length + other.length) ? one === other : EXHAUSTED;
}

function isIn(item: unknown, list: readonly unknown[], work: Work): boolean | Failure {
  if (!spend(work, list.length)) return EXHAUSTED;
  for (const one of list) {
    const equal = areEqual(item, one, work);
    if (equal !== false) return equal;
  }
  return false;
}

function inOrder(operator: Comparison, left: number, right: number): boolean {
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    default:
      return left >= right;
  }
}

function compileCompare({ operator, left, right }: Extract<Expr, { kind: "compare" }>): Code {
  const [one, other] = [compile(left), compile(right)];
  const decide = (a: unknown, b: unknown, work: Work): boolean | Failure => {
    if (operator === "=") return areEqual(a, b, work);
    if (operator === "!=") {
      const equal = areEqual(a, b, work);
      return typeof equal === "boolean" ? !equal : equal;
    }
    if (operator === "in") {
      if (b === null) return false;
      return Array.isArray(b) ? isIn(a, b, work) : mismatch(right, b, "a list");
    }
    if (a !== null && typeof a !== "number") return mismatch(left, a, "a number");
    if (b !== null && typeof b !== "number") return mismatch(right, b, "a number");
    return a !== null && b !== null && inOrder(operator, a, b);
  };
  return (event, work) => {
    const a = one(event, work);
    if (a instanceof Failure) return a;
    const b = other(event, work);
    return b instanceof Failure ? b : decide(a, b, work);
  };
}

/** Evaluates in order; undefined as soon as one fails, which `failed` then holds. */
function compileAll(exprs: readonly Expr[]): (event: unknown, work: Work) => readonly unknown[] | Failure {
  const codes = exprs.map(compile);
  return (event, work) => {
    const values: unknown[] = [];
    for (const code of codes) {
      const value = code(event, work);
      if (value instanceof Failure) return value;
      values.push(value);
    }
    return values;
  };
}

/** match() with a pattern in the text: parsed once. */
function compileMatch(subject: Expr, pattern: string): Code | undefined {
  const glob = parseGlob(pattern);
  if (!glob.ok) return undefined;
  const code = compile(subject);
  return (event, work) => {
    const text = code(event, work);
    if (text instanceof Failure) return text;
    if (text === null) return false;
    if (typeof text !== "string") return mismatch(subject, text, "a string");
    return matchGlob(glob.value, text, work) ?? EXHAUSTED;
  };
}

function compileCall(call: Extract<Expr, { kind: "call" }>): Code {
  const known = FUNCTIONS.get(call.name);
  if (known === undefined) throw new Error(`no FQL function ${call.name}`);
  const [subject, pattern] = call.args;
  if (call.name === "match" && pattern?.kind === "literal" && typeof pattern.value === "string") {
    const quick = compileMatch(subject!, pattern.value);
    if (quick !== undefined) return quick;
  }
  const evaluateArgs = compileAll(call.args);
  return (event, work) => {
    const args = evaluateArgs(event, work);
    if (args instanceof Failure) return args;
    if (known.whenNull !== undefined && args.includes(null)) return known.whenNull;
    const wrong = args.findIndex((arg, i) => arg !== null && !known.params[i]!.includes(typeOf(arg)));
    if (wrong >= 0) return mismatch(call.args[wrong]!, args[wrong], describeTypes(known.params[wrong]!));
    return known.run(args, work);
  };
}

function compileJoined(kind: "and" | "or", operands: readonly Expr[]): Code {
  const codes = operands.map((operand) => asBool(operand, compile(operand)));
  const last = kind === "or";
  return (event, work) => {
    for (const code of codes) {
      const value = code(event, work);
      if (value instanceof Failure || value === last) return value;
    }
    return !last;
  };
}

function compile(expr: Expr): Code {
  switch (expr.kind) {
    case "literal":
      return () => expr.value;
    case "path":
      return (event) => readPath(event, expr.path);
    case "list":
      return compileAll(expr.items);
    case "call":
      return compileCall(expr);
    case "compare":
      return compileCompare(expr);
    case "and":
    case "or":
      return compileJoined(expr.kind, expr.operands);
    case "not": {
      const operand = asBool(expr.operand, compile(expr.operand));
      return (event, work) => {
        const value = operand(event, work);
        return value instanceof Failure ? value : !value;
      };
    }
    default:
      return assertNever(expr);
  }
}

/** Whether a condition holds for an event (parsed JSON). The error says which part had a value of the wrong type. */
export type Condition = (event: unknown) => Result<boolean, string>;

const TRUE = ok(true);
const FALSE = ok(false);

/**
 * Prepares a parsed condition for many events. Null, and so what the event lacks, has the defaults of quality.md §4.7;
 * any other value of a wrong type is an error, as in Segment's server, because its author's intent cannot be known.
 * One evaluation does at most FQL_LIMITS.work steps.
 */
export function compileCondition(expr: Expr): Condition {
  const code = asBool(expr, compile(expr));
  return (event) => {
    const value = code(event, { left: FQL_LIMITS.work });
    if (value instanceof Failure) return err(value.message);
    return value ? TRUE : FALSE;
  };
}

/** One evaluation; compileCondition is for many. */
export const evaluate = (expr: Expr, event: unknown): Result<boolean, string> => compileCondition(expr)(event);
