import { describe, expect, it } from "vitest";
import { inspect, sanitise, stringifyBounded } from "../../src/core/sanitise.ts";
import { cutUtf8, exceedsUtf8, utf8Length } from "../../src/core/utf8.ts";

const manyProperties = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, i]));

describe("too many properties", () => {
  it("keeps the first 10,000 of properties and of traits and counts the others", () => {
    const { message, dropped } = sanitise({
      event: "x",
      properties: manyProperties(10_007),
      traits: manyProperties(9),
      context: { a: 1 },
    });
    expect(Object.keys(message["properties"] as object)).toHaveLength(10_000);
    expect(message["properties"]).toMatchObject({ p0: 0, p9999: 9999 });
    expect(message).toMatchObject({ event: "x", traits: manyProperties(9), context: { a: 1 } });
    expect(dropped).toBe(7);
  });

  it("counts nested ones", () => {
    const { message, dropped } = sanitise({ properties: { list: [manyProperties(6000), manyProperties(6000)] } });
    const [first, second] = (message["properties"] as { list: object[] }).list;
    expect([Object.keys(first ?? {}).length, Object.keys(second ?? {}).length]).toEqual([6000, 3999]);
    expect(dropped).toBe(2001);
  });
});

describe("a look at a value", () => {
  it("counts properties at all levels and finds poisoned keys in arrays", () => {
    expect(inspect({ a: { b: 1, c: [{ d: 2 }] } })).toEqual({ tooDeep: false, properties: 4, poisoned: false });
    expect(inspect(JSON.parse('{"a":[[{"__proto__":1}]]}') as object).poisoned).toBe(true);
  });

  it("writes any depth for the debugger, cut at the limit", () => {
    const deep: unknown = JSON.parse("[".repeat(50_000) + "]".repeat(50_000));
    expect(stringifyBounded(deep)).toBe(`${"[".repeat(64)}"…"${"]".repeat(64)}`);
    expect(stringifyBounded({ a: 1 })).toBe('{"a":1}');
    expect(stringifyBounded(undefined)).toBe("null");
  });
});

describe("UTF-8 lengths", () => {
  it.each(["", "abc", "é", "漢字", "👩‍🚀", "a\ud800b", "\udc00", "\ud83d"])("of %j are the encoder's", (text) => {
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  });

  it("cut at a character, never inside a pair", () => {
    expect(cutUtf8("ab👩c", 5)).toBe("ab");
    expect(cutUtf8("ab👩c", 6)).toBe("ab👩");
    expect(cutUtf8("ab👩c", 100)).toBe("ab👩c");
    expect(cutUtf8("a\ud800b", 4)).toBe("a\ud800");
    expect(cutUtf8("漢字", 2)).toBe("");
    expect(exceedsUtf8("漢字", 5)).toBe(true);
    expect(exceedsUtf8("漢字", 6)).toBe(false);
  });
});
