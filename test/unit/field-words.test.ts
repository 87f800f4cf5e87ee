import * as z from "zod";
import { expect, it } from "vitest";
import { fieldWords } from "../../src/api/field-words.ts";

const wordsOf = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map(fieldWords) ?? [];

it.each<[string, z.ZodType, unknown, string]>([
  ["a text that is empty", z.string().min(1), "", "must not be empty"],
  ["a list that is empty", z.array(z.string()).min(1), [], "must not be empty"],
  ["a text that is too short", z.string().min(16), "x", "must have at least 16 characters"],
  ["a list that is too long", z.array(z.string()).max(1), ["a", "b"], "must have at most 1 entries"],
  ["a number below its bound", z.int().min(50), 3, "must be at least 50"],
  ["a number beyond its bound", z.int().max(100), 101, "must be at most 100"],
  ["no value", z.string(), undefined, "must be given"],
  ["half a number where whole ones are", z.int(), 1.5, "must be a whole number"],
  ["no number, as JSON writes it", z.number(), null, "must be a number"],
  ["a text for a switch", z.boolean(), "yes", "must be true or false"],
])("says plainly what is wrong with %s", (_, schema, value, words) => {
  expect(wordsOf(schema, value)).toEqual([words]);
});

it("keeps what a schema says itself, and what it has no words for", () => {
  expect(wordsOf(z.string().min(1, "Give it a name"), "")).toEqual(["Give it a name"]);
  expect(wordsOf(z.number().gt(0), 0)).toEqual([expect.stringContaining(">0")]);
  expect(wordsOf(z.enum(["a", "b"]), "c")).toEqual([expect.stringContaining('"a"|"b"')]);
});
