import { describe, expect, it } from "vitest";
import type { DestinationField, FieldConditions } from "../../src/core/destination-kind.ts";
import { conditionsHold, fieldProblem, isRequired } from "../../src/core/setting-rules.ts";

const field = (part: Partial<DestinationField>): DestinationField => ({
  name: "key",
  label: "API key",
  type: "string",
  required: false,
  description: "",
  secret: false,
  ...part,
});
const choices = [
  { label: "US", value: "us" },
  { label: "EU", value: "eu" },
];
const conditions = (match: "any" | "all", ...parts: [string, "is" | "is_not", unknown][]): FieldConditions => ({
  match,
  conditions: parts.map(([fieldKey, operator, value]) => ({ fieldKey, operator, value })),
});

describe("a setting", () => {
  it.each([
    [field({}), "text"],
    [field({ type: "text" }), "two\nlines"],
    [field({ type: "number" }), 0],
    [field({ type: "boolean" }), false],
    [field({ type: "map" }), { a: "b" }],
    [field({ multiple: true }), ["a", "b"]],
    [field({ type: "select", choices }), "eu"],
    [field({ type: "number", choices: [{ label: "one", value: 1 }] }), 1],
  ])("may be %j: %j", (of, value) => {
    expect(fieldProblem(of, value)).toBeUndefined();
  });

  it.each([
    [field({}), 5, "must be text"],
    [field({}), "x".repeat(16_001), "at most 16000 characters"],
    [field({ type: "number" }), "5", "must be a number"],
    [field({ type: "number" }), Number.NaN, "must be a number"],
    [field({ type: "boolean" }), "true", "must be true or false"],
    [field({ type: "map" }), ["a"], "an object of texts by name"],
    [field({ type: "map" }), Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`${n}`, ""])), "200 entries"],
    [field({ multiple: true }), "a", "a list of texts"],
    [field({ multiple: true, choices }), ["eu", "mars"], "must be one of us, eu"],
    [field({ type: "select", choices }), "mars", "must be one of us, eu"],
  ])("of %j cannot be %j", (of, value, words) => {
    expect(fieldProblem(of, value)).toMatch(/^API key /);
    expect(fieldProblem(of, value)).toContain(words);
  });

  it("is named in a refusal, its value is not", () => {
    expect(fieldProblem(field({ type: "number" }), "hunter2")).not.toContain("hunter2");
  });
});

describe("a setting that is needed under conditions", () => {
  it.each([
    [true, { region: "eu" }, true],
    [false, {}, false],
    [conditions("all", ["region", "is", "eu"]), { region: "eu" }, true],
    [conditions("all", ["region", "is", "eu"]), { region: "us" }, false],
    [conditions("all", ["region", "is", ["eu", "uk"]]), { region: "uk" }, true],
    [conditions("all", ["region", "is_not", "eu"]), {}, true],
    [conditions("all", ["on", "is", true]), { on: true }, true],
    [conditions("all", ["region", "is_not", undefined]), { region: "eu" }, true],
    [conditions("all", ["region", "is_not", undefined]), {}, false],
    [conditions("all", ["a", "is", 1], ["b", "is", 2]), { a: 1 }, false],
    [conditions("any", ["a", "is", 1], ["b", "is", 2]), { a: 1 }, true],
  ] as const)("%j beside %j: %s", (required, settings, needed) => {
    expect(isRequired(required, settings)).toBe(needed);
  });

  it("is not needed because of a sync mode, which settings do not have", () => {
    const mode = { conditions: [{ type: "syncMode", operator: "is_not", value: "add" }] } as const;
    expect(conditionsHold({ conditions: [...mode.conditions] }, {})).toBe(false);
  });
});
