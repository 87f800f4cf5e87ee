import { planStatements, type StatementRequest } from "../../src/core/statements/plan.ts";
import type { Lake } from "./lake.ts";

/** All statements over a lake, as the API gives them. */
export function statementsOf(lake: Pick<Lake, "schema" | "tables">, request: StatementRequest): string {
  const plan = planStatements(request, lake.schema);
  if (!plan.ok) throw new Error(`${plan.error.field}: ${plan.error.message}`);
  return plan.value.head() + lake.tables.map((table) => plan.value.table(table)).join("");
}
