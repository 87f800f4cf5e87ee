import { describeExpr, describeTypes, type Expr, type FqlProblem, type ValueType } from "./expr.ts";
import { FUNCTIONS, typeOf } from "./functions.ts";
import { parseGlob } from "./glob.ts";

/** Types that an expression can have; undefined when only the event knows. */
function possibleTypes(expr: Expr): readonly ValueType[] | undefined {
  switch (expr.kind) {
    case "path":
      return undefined;
    case "literal":
      return [typeOf(expr.value)];
    case "list":
      return ["list"];
    case "call":
      return FUNCTIONS.get(expr.name)?.result;
    default:
      return ["bool"];
  }
}

/** A problem when `expr` can be none of `wanted` and cannot be null either. */
function demand(expr: Expr, wanted: readonly ValueType[]): FqlProblem | undefined {
  const possible = possibleTypes(expr);
  if (possible === undefined || possible.some((type) => type === "null" || wanted.includes(type))) return undefined;
  const message = `${describeExpr(expr)} is ${describeTypes(possible)}; ${describeTypes(wanted)} must stand here`;
  return { message, at: expr.at };
}

const firstOf = <T>(items: readonly T[], check: (item: T, index: number) => FqlProblem | undefined) => {
  for (const [index, item] of items.entries()) {
    const problem = check(item, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

const asValue = (expr: Expr): FqlProblem | undefined => checkTypes(expr, "value");
const asCondition = (expr: Expr): FqlProblem | undefined => checkTypes(expr, "condition");

function checkCall(call: Extract<Expr, { kind: "call" }>): FqlProblem | undefined {
  const params = FUNCTIONS.get(call.name)?.params ?? [];
  const wrong = firstOf(call.args, (arg, index) => asValue(arg) ?? demand(arg, params[index] ?? []));
  const pattern = call.name === "match" ? call.args[1] : undefined;
  if (wrong !== undefined || pattern?.kind !== "literal" || typeof pattern.value !== "string") return wrong;
  const glob = parseGlob(pattern.value);
  return glob.ok ? undefined : { message: glob.error, at: pattern.at };
}

function checkCompare({ operator, left, right }: Extract<Expr, { kind: "compare" }>): FqlProblem | undefined {
  const inside = asValue(left) ?? asValue(right);
  if (inside !== undefined || operator === "=" || operator === "!=") return inside;
  if (operator === "in") return demand(right, ["list"]);
  return demand(left, ["number"]) ?? demand(right, ["number"]);
}

/** The first place where the text alone shows that a type is wrong. A `condition` must be able to be true or false. */
export function checkTypes(expr: Expr, use: "value" | "condition"): FqlProblem | undefined {
  if (use === "condition") return checkTypes(expr, "value") ?? demand(expr, ["bool"]);
  switch (expr.kind) {
    case "literal":
    case "path":
      return undefined;
    case "list":
      return firstOf(expr.items, asValue);
    case "call":
      return checkCall(expr);
    case "not":
      return asCondition(expr.operand);
    case "and":
    case "or":
      return firstOf(expr.operands, asCondition);
    case "compare":
      return checkCompare(expr);
  }
}
