import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { anyObject } from "../support/arbitraries.ts";
import { allowFields, ANONYMOUS, dropFields, EVENT, outcome, PROPERTIES, rule } from "../support/filters.ts";
import { tsubTransform } from "../support/tsub.ts";

describe("DROP_PROPERTIES (§4.6)", () => {
  it.each<readonly [rule: string, fields: Record<string, string[]>, expected: JsonObject]>([
    [
      "names fields of an object",
      { properties: ["email", "total"] },
      { ...EVENT, properties: without("email", "total") },
    ],
    [
      "of a deeper object",
      { "properties.card": ["number"] },
      { ...EVENT, properties: { ...PROPERTIES, card: { brand: "visa" } } },
    ],
    ['and "" means the event itself', { "": ["userId"] }, ANONYMOUS],
    [
      "of every object of a list",
      { "properties.products": ["price"] },
      {
        ...EVENT,
        properties: { ...PROPERTIES, products: [{ sku: "1" }, { sku: "2" }, "free gift", [{ sku: "3" }]] },
      },
    ],
    [
      "of a name with an escaped dot",
      { "properties.a\\.b": ["c"] },
      { ...EVENT, properties: { ...PROPERTIES, "a.b": { d: 2 } } },
    ],
    [
      "of several objects at once",
      { "context.traits": ["email"], properties: ["email"] },
      { ...EVENT, context: { ip: "1.2.3.4", traits: { plan: "pro" } }, properties: without("email") },
    ],
    ["a whole list", { properties: ["products"] }, { ...EVENT, properties: without("products") }],
  ])("%s", (_, fields, expected) => {
    expect(outcome([rule("all", [dropFields(fields)])])).toEqual(expected);
  });

  it.each<readonly [string, Record<string, string[]>]>([
    ["an object that is not there", { "properties.nothing": ["a"] }],
    ["a value that is no object", { "properties.total": ["a"] }],
    ["a field that is not there", { properties: ["nothing"] }],
    ["one element of a list", { "properties.products.0": ["price"] }],
    ["a list's length", { "properties.products": ["length"] }],
    ["what objects inherit", { "": ["toString"], constructor: ["prototype"], __proto__: ["toString"] }],
  ])("leaves the event as it is for %s", (_, fields) => {
    expect(outcome([rule("all", [dropFields(fields)])])).toBe(EVENT);
  });
});

function without(...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(PROPERTIES).filter(([name]) => !names.includes(name)));
}

describe("ALLOW_PROPERTIES (§4.6)", () => {
  it.each<readonly [rule: string, fields: Record<string, string[]>, expected: JsonObject]>([
    ["keeps only the named fields of an object", { properties: ["total"] }, { ...EVENT, properties: { total: 10 } }],
    [
      "acts inside the named object only",
      { "context.traits": ["plan"] },
      { ...EVENT, context: { ip: "1.2.3.4", traits: { plan: "pro" } } },
    ],
    [
      "in every object of a list",
      { "properties.products": ["sku"] },
      {
        ...EVENT,
        properties: { ...PROPERTIES, products: [{ sku: "1" }, { sku: "2" }, "free gift", [{ sku: "3" }]] },
      },
    ],
    ['and "" means the event itself', { "": ["type", "event"] }, { type: "track", event: "Order Completed" }],
    [
      "and leaves an empty object when none of them is there",
      { "properties.card": ["cvc"] },
      { ...EVENT, properties: { ...PROPERTIES, card: {} } },
    ],
    ["and does nothing to an object that is not there", { "properties.nothing": ["a"] }, EVENT],
  ])("%s", (_, fields, expected) => {
    expect(outcome([rule("all", [allowFields(fields)])])).toEqual(expected);
  });
});

describe("any event and any fields", () => {
  const fields = fc.dictionary(
    fc.constantFrom("", "a", "a.b", "properties", "properties.list", "__proto__", "constructor", "a.__proto__"),
    fc.array(fc.constantFrom("a", "b", "list", "__proto__", "toString", "length"), { maxLength: 3 }),
    { maxKeys: 3 },
  );
  const node = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(1, "x", null),
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "list", "properties"), tie("node"), { maxKeys: 4 }),
    ),
  })).node;
  const hostile = fc
    .dictionary(fc.constantFrom("a", "b", "list", "properties"), fc.oneof(node, anyObject), { maxKeys: 4 })
    .map((event) => JSON.parse(JSON.stringify(event)) as JsonObject);

  it("change no input and no prototype, and only ever take away", () => {
    fc.assert(
      fc.property(hostile, fields, fc.boolean(), (event, fields, allow) => {
        const before = JSON.stringify(event);
        const result = outcome([rule("all", [allow ? allowFields(fields) : dropFields(fields)])], event);
        expect(JSON.stringify(event)).toBe(before);
        expect(JSON.stringify(result).length).toBeLessThanOrEqual(before.length);
        expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
        expect(({} as JsonObject)["a"]).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("end as in Segment's browser engine, but for lists in lists and lists on the way", () => {
    const flatFields = fc.dictionary(
      fc.constantFrom("", "a", "a.b", "properties", "properties.list"),
      fc.array(fc.constantFrom("a", "b", "list"), { maxLength: 3 }),
      { maxKeys: 3 },
    );
    const object = fc.dictionary(fc.constantFrom("a", "b", "list"), fc.constantFrom(1, "x", null), { maxKeys: 3 });
    const flat = fc.dictionary(
      fc.constantFrom("a", "properties"),
      fc.dictionary(
        fc.constantFrom("b", "list", "c"),
        fc.oneof(object, fc.array(fc.oneof(object, fc.constant(1)), { maxLength: 3 })),
      ),
    );
    fc.assert(
      fc.property(flat, flatFields, fc.boolean(), (event, fields, allow) => {
        const ours = outcome([rule("all", [allow ? allowFields(fields) : dropFields(fields)])], event);
        const type = allow ? "allow_properties" : "drop_properties";
        expect(ours).toEqual(tsubTransform(event, [{ type, config: { [allow ? "allow" : "drop"]: fields } }]));
      }),
      { numRuns: 1000 },
    );
  });
});
