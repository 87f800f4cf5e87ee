import { describe, expect, it } from "vitest";
import { checkMapping } from "../../src/destinations/check-mapping.ts";

/** An object may not be written with a `then`, which a promise would take for its own. */
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe("a mapping", () => {
  it.each([
    {},
    { a: 1, b: null, c: "text", d: { "@path": "$.a" } },
    { a: { "@if": json('{"exists":{"@path":"$.a"},"then":1,"else":{"@template":"{{b}}"}}') } },
    { a: { "@arrayPath": ["$.products", { id: { "@path": "$.id" } }] } },
    { a: [{ "@path": "$.a" }, { b: { "@literal": 1 } }] },
    { a: { "@path": "$.a", _metadata: { label: "A" } } },
    { a: { "@merge": { objects: [{ b: 1 }, { "@path": "$.c" }], direction: "right" } } },
  ])("is fine as %j", async (mapping) => {
    expect(await checkMapping(mapping)).toEqual([]);
  });

  it.each([
    [{ a: { "@path": "$.a", "@literal": 1 } }, "a", "only have one @-prefixed key"],
    [{ a: { "@path": "$.a", other: 1 } }, "a", "only have one @-prefixed key"],
    [{ a: { b: { "@teleport": 1 } } }, "a.b", "invalid directive: @teleport"],
    [{ a: { "@if": json('{"then":{"@path":5}}') } }, "a.@if.then.@path", "should be a string"],
    [{ a: { "@replace": { pattern: "x".repeat(11), value: "" } } }, "a.@replace.pattern", "length 10 or less"],
    [{ a: [1, { b: [{ "@nope": 1 }] }] }, "a.1.b.0", "invalid directive: @nope"],
  ])("%j is refused at %s", async (mapping, field, words) => {
    const complaints = await checkMapping(mapping);
    expect(complaints.map((one) => one.field)).toContain(field);
    expect(complaints.map((one) => one.message).join()).toContain(words);
  });

  it("is looked at everywhere, and each mistake is named once", async () => {
    const complaints = await checkMapping({ a: { "@nope": 1 }, b: { c: { "@path": 1 } }, d: [{ "@x": 1 }] });
    expect(complaints.map(({ field }) => field)).toEqual(["a", "b.c.@path", "d.0"]);
  });

  it("may hold what only looks like a directive where it is taken as it is", async () => {
    expect(await checkMapping({ a: { "@literal": { list: [{ "@nope": 1 }] } } })).toEqual([]);
  });
});
