import { createRequire } from "node:module";
import type { Expr } from "../../src/core/fql/expr.ts";

/** Segment's own engine for filters in the browser, as analytics.js ships it: a judge of ours. */
interface Tsub {
  matches(event: unknown, matcher: { type: "fql"; ir: string }): boolean;
  /** Changes `payload` in place; null when it is dropped. */
  transform(payload: unknown, transformers: readonly { type: string; config?: unknown }[]): unknown;
}

// It was built for browsers and looks for their global object.
Object.assign(globalThis, { self: globalThis });
const tsub = createRequire(import.meta.url)("@segment/analytics-next/dist/cjs/vendor/tsub/tsub.js") as Tsub;

type Ir = string | { value: unknown } | Ir[];

/** The s-expression that Segment's server makes of FQL for its browser engine (quality.md §4.6). */
function toIr(expr: Expr): Ir {
  switch (expr.kind) {
    case "literal":
      return { value: expr.value };
    case "list":
      return { value: expr.items.map(toIr) };
    case "path":
      return expr.path.join(".");
    case "call":
      return [expr.name, ...expr.args.map(toIr)];
    case "not":
      return ["!", toIr(expr.operand)];
    case "compare":
      return [expr.operator, toIr(expr.left), toIr(expr.right)];
    default:
      return [expr.kind, ...expr.operands.map(toIr)];
  }
}

export const tsubMatches = (expr: Expr, event: unknown): boolean =>
  tsub.matches(event, { type: "fql", ir: JSON.stringify(toIr(expr)) });

/** Works on a copy. */
export const tsubTransform = (event: unknown, transformers: readonly { type: string; config?: unknown }[]): unknown =>
  tsub.transform(structuredClone(event), transformers);
