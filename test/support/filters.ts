import { sampleHash } from "../../src/bindings/sample-hash.ts";
import { compileFilters, type Chance, type FilterRule } from "../../src/core/filter.ts";
import type { FilterAction } from "../../src/core/filter-record.ts";
import type { JsonObject } from "../../src/core/json.ts";

export const EVENT: JsonObject = {
  type: "track",
  event: "Order Completed",
  userId: "u1",
  context: { ip: "1.2.3.4", traits: { email: "a@b.c", plan: "pro" } },
  properties: {
    total: 10,
    email: "a@b.c",
    card: { number: "4111", brand: "visa" },
    products: [{ sku: "1", price: 5 }, { sku: "2", price: 5 }, "free gift", [{ sku: "3", price: 0 }]],
    "a.b": { c: 1, d: 2 },
  },
};
export const PROPERTIES = EVENT["properties"] as JsonObject;
export const ANONYMOUS: JsonObject = Object.fromEntries(Object.entries(EVENT).filter(([name]) => name !== "userId"));
export const chance: Chance = { random: () => 0.5, hash: sampleHash };

export const rule = (condition: string, actions: FilterAction[], rest: Partial<FilterRule> = {}): FilterRule => ({
  sourceId: "s1",
  title: "Rule",
  if: condition,
  actions,
  enabled: true,
  ...rest,
});
export const dropFields = (fields: Record<string, string[]>): FilterAction => ({ type: "DROP_PROPERTIES", fields });
export const allowFields = (fields: Record<string, string[]>): FilterAction => ({ type: "ALLOW_PROPERTIES", fields });
export const DROP: FilterAction = { type: "DROP" };
export const sample = (percent: number, path?: string): FilterAction => ({
  type: "SAMPLE",
  percent,
  ...(path === undefined ? {} : { path }),
});

export const apply = (filters: FilterRule[], event = EVENT, luck = chance) =>
  compileFilters(filters)(event, "s1", luck);
/** The reduced event, or why it was dropped. */
export function outcome(filters: FilterRule[], event = EVENT, luck = chance): JsonObject | string {
  const verdict = apply(filters, event, luck);
  return verdict.pass ? verdict.event : verdict.detail;
}
