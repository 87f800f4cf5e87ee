import { createRequire } from "node:module";
import type { DestinationDefinition } from "@segment/actions-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadCore, type ActionsCore } from "../../src/destinations/engine/modules.ts";
import { payloadsFor, type TriedSchema } from "../support/schema-payloads.ts";

/** The same payloads each time: a difference that was found can be found again. */
const SEED = 20_261_122;

/** As Node runs it, with AJV. */
const require = createRequire(import.meta.url);
const { fieldsToJsonSchema, validateSchema } = require("@segment/actions-core") as ActionsCore;
let ours: ActionsCore;

/** The verdict's words and what validation made of the payload. */
function judge(validate: ActionsCore["validateSchema"], payload: unknown, schema: object): unknown {
  const judged: unknown = structuredClone(payload);
  try {
    validate(judged, schema);
    return { judged };
  } catch (error) {
    return { judged, message: (error as Error).message };
  }
}

function agreeOn(schema: TriedSchema, runs: number): void {
  fc.assert(
    fc.property(payloadsFor(schema), (payload) => {
      expect(judge(ours.validateSchema, payload, schema)).toEqual(judge(validateSchema, payload, schema));
    }),
    { numRuns: runs, seed: SEED },
  );
}

/** Every schema of the catalogue: of actions and of settings, by where it stands. */
function catalogueSchemas(): Map<string, TriedSchema> {
  const { manifest } = require("@segment/action-destinations") as {
    manifest: Record<string, { definition: DestinationDefinition; directory: string }>;
  };
  const schemas = new Map<string, TriedSchema>();
  for (const { definition, directory } of Object.values(manifest)) {
    const { authentication, actions } = definition;
    if (authentication) schemas.set(`${directory} settings`, fieldsToJsonSchema(authentication.fields) as TriedSchema);
    for (const [key, { fields }] of Object.entries(actions)) {
      schemas.set(`${directory} ${key}`, fieldsToJsonSchema(fields) as TriedSchema);
    }
  }
  return schemas;
}

beforeAll(async () => {
  ours = await loadCore();
});

describe("validation without generated code, beside AJV itself", () => {
  it("gives the same words and the same coerced payload for every schema of the catalogue", () => {
    const schemas = catalogueSchemas();
    expect(schemas.size).toBeGreaterThan(800);
    for (const schema of schemas.values()) agreeOn(schema, 2);
  }, 90_000);

  const choice = fc.constantFrom("a", "b", "1", "true");
  const condition = fc.record({
    fieldKey: fc.constantFrom("one", "two", "three", "three.inner"),
    operator: fc.constantFrom("is" as const, "is_not" as const),
    value: fc.constantFrom<unknown>("a", "b", 1, true, undefined),
  });
  const required = fc.oneof(
    fc.boolean(),
    fc.record({
      match: fc.constantFrom("any" as const, "all" as const),
      conditions: fc.array(condition, { minLength: 1, maxLength: 2 }),
    }),
  );
  const field = fc.record(
    {
      label: fc.constantFrom("Label", "Another label"),
      description: fc.constant("what it is"),
      type: fc.constantFrom("string", "text", "number", "integer", "datetime", "boolean", "password", "object"),
      required,
      multiple: fc.boolean(),
      allowNull: fc.boolean(),
      additionalProperties: fc.boolean(),
      minimum: fc.constantFrom(1, 5),
      maximum: fc.constantFrom(3, 10),
      choices: fc.uniqueArray(choice, { minLength: 1 }),
      format: fc.constantFrom("email", "uri", "date-time", "uuid", "ipv4"),
      properties: fc.constant({
        inner: { label: "Inner", description: "", type: "string", required: true },
        "in/ner~": { label: "Odd name", description: "", type: "number" },
      }),
    },
    { requiredKeys: ["label", "description", "type"] },
  );
  const fields = fc.record({ one: field, two: field, three: field, four: field }, { requiredKeys: ["one"] });

  it("gives the same for fields of any shape that actions-core makes schemas of", () => {
    fc.assert(
      fc.property(fields, (given) => {
        agreeOn(fieldsToJsonSchema(given as Parameters<typeof fieldsToJsonSchema>[0]) as TriedSchema, 5);
      }),
      { numRuns: 150, seed: SEED },
    );
  }, 90_000);

  it("keeps schemas of two actions with one title apart", () => {
    const key = { schemaKey: "Tool:Send" };
    const schemaOf = (name: string) =>
      fieldsToJsonSchema({ [name]: { label: name, description: "", type: "string", required: true } });
    expect(() => ours.validateSchema({ a: "x" }, schemaOf("a"), key)).not.toThrow();
    expect(() => ours.validateSchema({ a: "x" }, schemaOf("b"), key)).toThrow("missing the required field 'b'");
  });
});
