import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/core/fql/evaluate.ts";
import { parseCondition, parseFql } from "../../src/core/fql/parser.ts";

const EVENT = {
  event: "Button Clicked",
  properties: {
    features: ["discounts"],
    price: 19.99,
    enabled: true,
    plan: { name: "pro" },
    "product 1": {},
    pattern: "[a",
  },
};

/** true, false, or the sentence of an evaluation that failed. */
function run(text: string): boolean | string {
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new Error(`${parsed.error.message} at ${parsed.error.at}`);
  const result = evaluate(parsed.value, EVENT);
  return result.ok ? result.value : result.error;
}

describe("a value of a wrong type is an error that names it (§4.6: evaluation error)", () => {
  it.each<readonly [text: string, sentence: string]>([
    ["event", "event is a string, not true or false"],
    ["event and true", "event is a string, not true or false"],
    ["!properties.price", "properties.price is a number, not true or false"],
    ["event > 1", "event is a string, not a number"],
    ["1 < properties.plan", "properties.plan is an object, not a number"],
    ["'x' in event", "event is a string, not a list"],
    ["contains(properties.features, 'x')", "properties.features is a list, not a string"],
    ["match(properties.price, '1*')", "properties.price is a number, not a string"],
    ["lowercase(properties.enabled) = 'x'", "properties.enabled is true or false, not a string"],
    ["length(properties.plan) = 1", "properties.plan is an object, not a string or a list"],
    ["match(event, properties.pattern)", "the pattern has an unfinished [ ] or a backslash at its end"],
    [String.raw`properties.product\ 1`, String.raw`properties.product\ 1 is an object, not true or false`],
  ])("%s", (text, sentence) => {
    expect(run(text)).toBe(sentence);
  });

  it("is not reached when what stands before decides", () => {
    expect(run("false and event")).toBe(false);
    expect(run("true or event")).toBe(true);
  });
});

describe("a text that is no FQL is refused with its place", () => {
  it.each<readonly [text: string, at: number, message: RegExp]>([
    ["", 0, /expected a value, found the end/],
    ['userId = oops"', 13, /no closing quote/],
    ["event = 'x", 8, /no closing quote/],
    ["event = ", 8, /expected a value, found the end/],
    ["event == 'x'", 7, /expected a value, found "="/],
    ["event = 'a' = 'b'", 12, /expected the end, or an operator/],
    ["event 'x'", 6, /expected the end, or an operator, found "x"/],
    ["(event = 'x'", 12, /expected "\)"/],
    ["event = 'x')", 11, /expected the end/],
    ["type in ['a'", 12, /expected "," or "]"/],
    ["type in ['a',]", 13, /expected a value, found "]"/],
    ["shout(event) = 'x'", 0, /no function shout\(\)/],
    ["true and length(event, 2) > 1", 9, /length\(\) takes one value, not 2/],
    ["contains(event)", 0, /contains\(\) takes 2 values, not 1/],
    ["event = 1.2.3", 8, /not a number/],
    ["event = 12abc", 8, /not a number/],
    ["event = --1", 8, /not a number/],
    ["properties..a = 1", 10, /two in a row/],
    ["properties.a. = 1", 12, /begin or end with a dot/],
    [".event = 1", 0, /begin or end with a dot/],
    ["properties.$a = 1", 10, /dot/],
    ["$.event = 1", 0, /unexpected "\$"; in a path, put a backslash before it/],
    ["event = 'x' & true", 12, /unexpected "&"/],
    ["event = 'x' AND true", 12, /expected the end/],
    ["and = 1", 0, /expected a value, found "and"/],
    ["event =\\", 7, /unexpected/],
    ["😀 = 1", 0, /unexpected "😀"/],
  ])("%s", (text, at, message) => {
    const parsed = parseCondition(text);
    if (parsed.ok) throw new Error("accepted");
    expect(parsed.error.message).toMatch(message);
    expect(parsed.error.at).toBe(at);
  });

  it.each<readonly [text: string, at: number, message: RegExp]>([
    ["'yes'", 0, /"yes" is a string; true or false must stand here/],
    ["lowercase(event) = 'x' and length(event)", 27, /length\(\) is a number; true or false/],
    ["!['a']", 1, /the list is a list; true or false/],
    ["properties.price > '5'", 19, /"5" is a string; a number must stand here/],
    ["typeof(event) < 2", 0, /typeof\(\) is a string; a number/],
    ["'a' in 'abc'", 7, /"abc" is a string; a list must stand here/],
    ["contains(event, 5)", 16, /5 is a number; a string must stand here/],
    ["length(5) = 1", 7, /a string or a list must stand here/],
    ["match(event, '[a')", 13, /unfinished/],
    ["match(event, '[x-]')", 13, /unfinished/],
  ])("and so is one whose types cannot fit: %s", (text, at, message) => {
    const parsed = parseCondition(text);
    if (parsed.ok) throw new Error("accepted");
    expect(parsed.error.message).toMatch(message);
    expect(parsed.error.at).toBe(at);
  });

  it("but what is lower-cased may be null, so it may stand anywhere a null may", () => {
    expect(run("lowercase(properties.missing) or true")).toBe(true);
  });

  it("a value that is no condition still parses as FQL", () => {
    expect(parseFql("uppercase(traits.name)").ok).toBe(true);
    expect(parseCondition("length(traits.name)").ok).toBe(false);
  });
});
