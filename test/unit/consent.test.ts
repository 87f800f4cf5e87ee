import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowsConsent } from "../../src/core/consent.ts";
import { compileFilters, type Chance, type FilterRule } from "../../src/core/filter.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { gate, type Gate } from "../../src/core/routing.ts";
import { anyObject } from "../support/arbitraries.ts";

const event = (rest: JsonObject): JsonObject => ({ type: "track", event: "Order Completed", ...rest });
const consenting = (categoryPreferences: unknown, rest: JsonObject = {}): JsonObject =>
  event({ context: { consent: { categoryPreferences } }, ...rest });
const INTEGRATIONS = { integrations: { Facebook: true, Amplitude: false } };

describe("consent at one destination (quality.md §4.10)", () => {
  it.each<readonly [rule: string, event: JsonObject, mapped: boolean]>([
    ["no context: all destinations", event({}), true],
    ["no consent object: all destinations", event({ context: {} }), true],
    ["a consent of null says nothing", event({ context: { consent: null } }), true],
    ["no consent object, but an integrations object", event({ context: {}, ...INTEGRATIONS }), true],
    ["an empty consent object: all destinations", event({ context: { consent: {} } }), true],
    ["also with an empty integrations object", event({ context: { consent: {} }, integrations: {} }), true],
    [
      "an empty consent object and an integrations object: all false",
      event({ context: { consent: {} }, ...INTEGRATIONS }),
      false,
    ],
    ["empty preferences: all false", consenting({}), false],
    ["empty preferences and an integrations object: all false", consenting({}, INTEGRATIONS), false],
    ["every mapped category is true", consenting({ ad: true, analytics: true }), true],
    ["one mapped category is false", consenting({ ad: true, analytics: false }), false],
    ["one mapped category is missing", consenting({ ad: true }), false],
    ["ids are case-sensitive", consenting({ Ad: true, Analytics: true }), false],
    ["only unknown categories", consenting({ other: true }), false],
    ["true is the boolean, nothing like it", consenting({ ad: "true", analytics: 1 }), false],
    ["preferences that cannot be read are no consent", consenting("all"), false],
    ["a list is no consent", consenting(["ad", "analytics"]), false],
    ["a consent that cannot be read is no consent", event({ context: { consent: "yes" } }), false],
    ["inherited names are no consent", consenting(JSON.parse('{"__proto__":{"ad":true,"analytics":true}}')), false],
  ])("%s", (_, event, mapped) => {
    expect(allowsConsent(event, ["ad", "analytics"])).toBe(mapped);
    expect(allowsConsent(event, [])).toBe(true);
  });

  it("the event that tells of a changed consent always goes out", () => {
    const change = consenting({ ad: false }, { event: "Segment Consent Preference Updated" });
    expect(allowsConsent(change, ["ad"])).toBe(true);
    expect(allowsConsent({ ...change, type: "identify" }, ["ad"])).toBe(false);
    expect(allowsConsent({ ...change, event: "segment consent preference updated" }, ["ad"])).toBe(false);
  });

  it("no event makes it throw", () => {
    fc.assert(
      fc.property(anyObject, fc.array(fc.string()), (event, categories) => {
        expect(typeof allowsConsent(event as JsonObject, categories)).toBe("boolean");
      }),
    );
  });
});

describe("the gate (quality.md §4.1: consent → integrations object → filters)", () => {
  const chance: Chance = { random: () => 0.5, hash: () => new Uint8Array(16) };
  const filter = (condition: string, actions: FilterRule["actions"]): FilterRule => ({
    sourceId: "s1",
    title: "Rule",
    if: condition,
    actions,
    enabled: true,
  });
  const before = (filters: FilterRule[] = [], consentCategories: string[] = []): Gate => ({
    sourceId: "s1",
    integrationName: "Facebook",
    consentCategories,
    filters: compileFilters(filters),
  });

  it.each<readonly [rule: string, event: JsonObject, gate: Gate, verdict: JsonObject]>([
    ["lets pass what nothing holds back", event({}), before(), { pass: true }],
    [
      "asks for consent first",
      consenting({ ad: false }, { integrations: { All: false } }),
      before([filter("all", [{ type: "DROP" }])], ["ad"]),
      { pass: false, reason: "FILTERED_BY_END_USER_CONSENT" },
    ],
    [
      "then for the integrations object",
      consenting({ ad: true }, { integrations: { All: false } }),
      before([filter("all", [{ type: "DROP" }])], ["ad"]),
      { pass: false, reason: "FILTERED_BY_INTEGRATIONS_OBJECT" },
    ],
    [
      "then for the filters",
      consenting({ ad: true }, { integrations: { Facebook: true } }),
      before([filter("all", [{ type: "DROP" }])], ["ad"]),
      { pass: false, reason: "FILTERED_BY_RULES", detail: "filter “Rule”: drops this event" },
    ],
    [
      "an integrations object does not stand for consent",
      consenting({ ad: false }, { integrations: { Facebook: true } }),
      before([], ["ad"]),
      { pass: false, reason: "FILTERED_BY_END_USER_CONSENT" },
    ],
    [
      "what was consented to and is not named flows",
      consenting({ ad: true }, { integrations: { Amplitude: false } }),
      before([], ["ad"]),
      { pass: true },
    ],
    [
      "a filter that cannot be understood keeps the event back and says so",
      event({}),
      before([filter("event =", [{ type: "SAMPLE", percent: 1 }])]),
      { pass: false, reason: "FILTERED_BY_RULES", detail: expect.stringContaining("no FQL") },
    ],
    [
      "a changed consent is told, unless the event itself or a filter says otherwise",
      consenting({ ad: false }, { event: "Segment Consent Preference Updated", integrations: { Facebook: false } }),
      before([], ["ad"]),
      { pass: false, reason: "FILTERED_BY_INTEGRATIONS_OBJECT" },
    ],
  ])("%s", (_, event, before, verdict) => {
    expect(gate(event, before, chance)).toEqual(verdict["pass"] === true ? { pass: true, event } : verdict);
  });

  it("gives on what the filters have left of the event", () => {
    const hide = filter("all", [{ type: "DROP_PROPERTIES", fields: { context: ["ip"] } }]);
    const full = event({ context: { ip: "1.2.3.4", locale: "en" } });
    expect(gate(full, before([hide]), chance)).toEqual({ pass: true, event: event({ context: { locale: "en" } }) });
    expect(full["context"]).toEqual({ ip: "1.2.3.4", locale: "en" });
  });
});
