import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkFilter, compileFilters, previewFilter } from "../../src/core/filter.ts";
import type { FilterAction } from "../../src/core/filter-record.ts";
import type { JsonObject } from "../../src/core/json.ts";
import {
  allowFields,
  ANONYMOUS,
  apply,
  chance,
  DROP,
  dropFields,
  EVENT,
  outcome,
  rule,
  sample,
} from "../support/filters.ts";

describe("what a filter applies to (§4.6)", () => {
  it("`all` matches every event", () => {
    expect(outcome([rule("all", [DROP])])).toBe("filter “Rule”: drops this event");
    expect(outcome([rule(" all ", [DROP])])).toContain("drops this event");
  });

  it("only events for which the condition holds", () => {
    expect(outcome([rule("event = 'Order Completed'", [DROP])])).toContain("drops this event");
    expect(outcome([rule("event = 'Other'", [DROP])])).toBe(EVENT);
  });

  it("Only Send is a DROP of the opposite; several of them all have to agree", () => {
    const onlyOrders = rule("!(event = 'Order Completed')", [DROP], { title: "Only orders" });
    const onlyPages = rule("!(type = 'page')", [DROP], { title: "Only pages" });
    expect(outcome([onlyOrders])).toBe(EVENT);
    expect(outcome([onlyOrders, onlyPages])).toBe("filter “Only pages”: drops this event");
  });

  it("not while it is disabled", () => {
    expect(outcome([rule("all", [DROP], { enabled: false })])).toBe(EVENT);
    expect(outcome([rule("not ( fql", [DROP], { enabled: false })])).toBe(EVENT);
  });

  it("only events of its own source: a filter belongs to one source–destination pair", () => {
    const chain = compileFilters([rule("all", [DROP], { sourceId: "s2" })]);
    expect(chain(EVENT, "s1", chance)).toEqual({ pass: true, event: EVENT });
    expect(chain(EVENT, "s2", chance).pass).toBe(false);
  });

  it("all filters apply, also beyond the ten that may be made", () => {
    const filters = Array.from({ length: 12 }, (_, i) => rule("all", [dropFields({ properties: [`p${i}`] })]));
    const properties = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`p${i}`, i]));
    expect(outcome(filters, { properties })).toEqual({ properties: { p12: 12 } });
  });
});

describe("a filter that cannot decide drops the event and says so (§4.6: fail closed, but visible)", () => {
  it.each<readonly [why: string, condition: string, detail: string]>([
    ["no FQL", 'userId = oops"', "filter “Rule”: the condition is no FQL: this text has no closing quote"],
    ["empty", "", "filter “Rule”: the condition is no FQL: expected a value, found the end"],
    [
      "no condition",
      "length(event)",
      "filter “Rule”: the condition is no FQL: length() is a number; true or false must stand here",
    ],
    [
      "a value of a wrong type",
      "contains(properties.total, '1')",
      "filter “Rule”: properties.total is a number, not a string",
    ],
  ])("%s", (_, condition, detail) => {
    expect(outcome([rule(condition, [dropFields({ properties: ["email"] })])])).toBe(detail);
  });

  it("whatever the other filters say", () => {
    expect(outcome([rule("all", [allowFields({ properties: [] })]), rule("(", [sample(1)])])).toContain("no FQL");
  });

  it("never shows a value of the event", () => {
    expect(outcome([rule("properties.email > 5", [DROP])])).toBe(
      "filter “Rule”: properties.email is a string, not a number",
    );
  });

  it.each<readonly [condition: string, at: number | undefined]>([
    ["all", undefined],
    ["event = 'x'", undefined],
    ["event = ", 8],
    ["length(event)", 0],
  ])("checkFilter tells before it is saved: %s", (condition, at) => {
    expect(checkFilter(condition)?.at).toBe(at);
  });
});

describe("SAMPLE (§4.6)", () => {
  it.each<readonly [percent: number, random: number, passes: boolean]>([
    [0, 0, false],
    [1, 0.999999, true],
    [0.5, 0.49, true],
    [0.5, 0.5, false],
  ])("%s of the events pass: luck %s → %s", (percent, random, passes) => {
    const luck = { ...chance, random: () => random };
    const filters = [rule("all", [sample(percent)])];
    expect(outcome(filters, EVENT, luck)).toEqual(passes ? EVENT : "filter “Rule”: not in the sample");
  });

  it("a larger share holds all of a smaller one, and the share is right", () => {
    const passes = (percent: number, userId: string) =>
      apply([rule("all", [sample(percent, "userId")])], { userId }).pass;
    const ids = Array.from({ length: 2000 }, (_, i) => `user-${i}`);
    const few = ids.filter((id) => passes(0.2, id));
    expect(few.every((id) => passes(0.3, id))).toBe(true);
    expect(few.length / ids.length).toBeCloseTo(0.2, 1);
  });

  it("the fraction is the first 64 bits of the MD5 of the value's JSON", () => {
    const digest = createHash("md5").update('"ü"').digest();
    const fraction = Number(digest.readBigUInt64BE(0)) / 2 ** 64;
    const passes = (percent: number) => apply([rule("all", [sample(percent, "userId")])], { userId: "ü" }).pass;
    expect(passes(fraction - 1e-9)).toBe(false);
    expect(passes(fraction + 1e-9)).toBe(true);
  });

  it("events without the value all fare alike", () => {
    const passes = [{}, { userId: null }, { userId: undefined }].map(
      (event) => apply([rule("all", [sample(0.5, "userId")])], event).pass,
    );
    expect(new Set(passes).size).toBe(1);
  });
});

describe("order (§4.6: Sample → Drop → Drop Properties → Allow Properties)", () => {
  const unlucky = { ...chance, random: () => 0.99 };

  it("does not depend on the order of the filters", () => {
    const drop = rule("all", [DROP], { title: "drop" });
    const sampling = rule("all", [sample(0.5)], { title: "sample" });
    expect(outcome([drop, sampling], EVENT, unlucky)).toBe("filter “sample”: not in the sample");
    expect(outcome([drop, sampling], EVENT, chance)).toBe("filter “sample”: not in the sample");
    expect(outcome([drop, sampling], EVENT, { ...chance, random: () => 0.1 })).toBe("filter “drop”: drops this event");
  });

  it("a condition sees the event as it came, not what another filter has left of it", () => {
    const hide = rule("all", [dropFields({ "": ["userId"] })]);
    const forUsers = rule("userId = 'u1'", [allowFields({ properties: ["total"] })]);
    const expected = { ...ANONYMOUS, properties: { total: 10 } };
    expect(outcome([hide, forUsers])).toEqual(expected);
    expect(outcome([forUsers, hide])).toEqual(expected);
  });

  it("one filter may have several actions, in that order too", () => {
    const both = rule("all", [allowFields({ properties: ["card"] }), dropFields({ "properties.card": ["number"] })]);
    expect(outcome([both])).toEqual({ ...EVENT, properties: { card: { brand: "visa" } } });
  });
});

describe("preview", () => {
  it.each<readonly [string, string, FilterAction[], ReturnType<typeof previewFilter>]>([
    ["shows the reduced payload", "all", [allowFields({ "": ["type"] })], { result: { type: "track" } }],
    ["shows the payload when the condition does not hold", "event = 'x'", [DROP], { result: EVENT }],
    ["shows null for a dropped payload", "all", [DROP], { result: null }],
    ["shows why the condition failed", "event > 1", [DROP], { result: null, error: "event is a string, not a number" }],
    ["shows what is wrong with the condition", "(", [DROP], { result: null, error: expect.stringMatching(/no FQL/) }],
  ])("%s", (_, condition, actions, expected) => {
    expect(previewFilter({ if: condition, actions }, EVENT, chance)).toEqual(expected);
  });

  it("refuses a payload that is nested too deeply, instead of breaking", () => {
    const deep = JSON.parse(`{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`) as JsonObject;
    const preview = previewFilter({ if: "all", actions: [dropFields({ a: ["b"] })] }, deep, chance);
    expect(preview).toEqual({ result: null, error: "the payload is nested too deeply" });
  });
});
