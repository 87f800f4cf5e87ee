import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { fires } from "../../src/destinations/trigger.ts";

interface Fixture {
  readonly test: string;
  readonly trigger: string;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly fires?: boolean;
}

const fixtures = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "fixtures/triggers.json"), "utf8"),
) as readonly Fixture[];

const signedUp = {
  type: "track",
  event: "Signed Up",
  userId: "u-1",
  properties: { plan: "pro", seats: 5, text: "5", on: true, nested: { deep: "x" }, none: null },
  traits: { email: "ada@example.com" },
  context: { page: { path: "/pricing" } },
};

/** The rules of a mapping's trigger (quality.md §4.7), each with events that show it. */
const RULES: readonly (readonly [rule: string, trigger: string, fires: boolean])[] = [
  ["compares type and event by their text", 'type = "track" and event = "Signed Up"', true],
  ["is case-sensitive", 'type = "Track"', false],
  ["never matches single-quoted text", "type = 'track'", false],
  ["takes a bare word as its text", "type = track", true],
  ["wants text to be equal to text", 'properties.text = "5"', true],
  ["does not take a number for its text", 'properties.seats = "5"', false],
  ["wants a number to be equal to a number", "properties.seats = 5", true],
  ["does not take text for a number", "properties.text = 5", false],
  ["orders numbers", "properties.seats > 4 and properties.seats <= 5", true],
  ["knows true", "properties.on = true", true],
  ["knows that true is not false", "properties.on = false", false],
  ["matches the start of a text", 'match(properties.plan, "pr*")', true],
  ["matches the end of a text", 'match(properties.plan, "*ro")', true],
  ["finds a part of a text", 'contains(properties.plan, "r")', true],
  ["finds no part that is not there", 'contains(properties.plan, "z")', false],
  ["denies that a part is there", '!contains(properties.plan, "z")', true],
  ["denies nothing of a missing field", '!contains(properties.missing, "z")', false],
  ["takes a missing field as unequal", 'properties.missing != "x"', true],
  ["knows a field that exists", "properties.plan != null", true],
  ["knows a field that does not exist", "properties.missing = null", true],
  ["takes null as not existing", "properties.none = null", true],
  ["compares event with the word null", "event != null", true],
  ["knows that a userId exists", "userId != null", true],
  ["reads traits", 'traits.email = "ada@example.com"', true],
  ["reads context", 'context.page.path = "/pricing"', true],
  ["reads nested properties", 'properties.nested.deep = "x"', true],
  ["needs one side of an or", 'event = "Other" or type = "track"', true],
  ["needs both sides of an and", 'event = "Other" and type = "track"', false],
  ["takes one level of parentheses", 'type = "track" and (event = "Other" or event = "Signed Up")', true],
  ["lets the last connective of a mixed group decide", 'event = "Other" and type = "page" or userId != null', true],
  ["skips a condition about what it does not know", 'type = "track" and messageId = "no"', true],
];

const REFUSED: readonly (readonly [rule: string, trigger: string])[] = [
  ["an empty trigger", ""],
  ["the word all", "all"],
  ["a condition only about what it does not know", 'messageId = "m"'],
  ["a path without a comparison", "type"],
];

describe("a mapping's trigger", () => {
  it.each(RULES)("%s: %s", (_rule, trigger, expected) => {
    expect(fires(trigger, signedUp)).toEqual({ fires: expected });
  });

  it.each(REFUSED)("does not fire and says why for %s", (_rule, trigger) => {
    const { fires: fired, error } = fires(trigger, signedUp);
    expect(fired).toBe(false);
    expect(error).toEqual(expect.any(String));
  });
});

describe("upstream's own cases of destination-subscriptions", () => {
  it.each(fixtures.map((fixture) => [fixture.test, fixture] as const))("%s", (_test, { trigger, event, ...told }) => {
    const result = fires(trigger, event ?? signedUp);
    if (told.fires === undefined) expect(result).toMatchObject({ fires: false, error: expect.any(String) });
    else expect(result).toEqual({ fires: told.fires });
  });
});
