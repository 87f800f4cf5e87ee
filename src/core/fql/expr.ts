/** Bounds of one FQL text and of one evaluation of it (quality.md §4.6: 5 KB). */
export const FQL_LIMITS = {
  chars: 5000,
  /** Parentheses, negations, calls and lists inside one another. */
  depth: 50,
  /** Characters and list items that one evaluation may look at: honest filters need a few thousand. */
  work: 1_000_000,
} as const;

/** What `typeof()` answers. `object` is ours: the language has no word for a JSON object. */
export type ValueType = "string" | "number" | "bool" | "list" | "null" | "object";

export const COMPARISONS = ["=", "!=", ">", ">=", "<", "<=", "in"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A parsed FQL text. `at` is the offset, in UTF-16 units, of the part in the text. */
export type Expr =
  | { readonly kind: "literal"; readonly at: number; readonly value: string | number | boolean | null }
  | { readonly kind: "list"; readonly at: number; readonly items: readonly Expr[] }
  | { readonly kind: "path"; readonly at: number; readonly path: readonly string[] }
  | { readonly kind: "call"; readonly at: number; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: "not"; readonly at: number; readonly operand: Expr }
  | { readonly kind: "and" | "or"; readonly at: number; readonly operands: readonly Expr[] }
  | {
      readonly kind: "compare";
      readonly at: number;
      readonly operator: Comparison;
      readonly left: Expr;
      readonly right: Expr;
    };

/** Why a text is no FQL, and where: `at` is an offset in UTF-16 units. */
export interface FqlProblem {
  readonly message: string;
  readonly at: number;
}

/** `a string`, `a list`: for sentences about a wrong type. */
export const describeType = (type: ValueType): string => {
  if (type === "null") return "null";
  if (type === "bool") return "true or false";
  return type === "object" ? "an object" : `a ${type}`;
};

/** `a string or a list`. */
export const describeTypes = (types: readonly ValueType[]): string => types.map(describeType).join(" or ");

const printed = (name: string): string => name.replaceAll(/[^A-Za-z0-9_-]/gu, String.raw`\$&`);

/** The text of a short expression, for sentences; longer ones are named by their kind. */
export function describeExpr(expr: Expr): string {
  switch (expr.kind) {
    case "path":
      return expr.path.map(printed).join(".");
    case "call":
      return `${expr.name}()`;
    case "literal":
      return JSON.stringify(expr.value);
    case "list":
      return "the list";
    default:
      return "the condition";
  }
}
