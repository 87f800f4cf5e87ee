import { describe, expect, it } from "vitest";
import { checkTrigger } from "../../src/destinations/check-trigger.ts";

describe("a trigger", () => {
  it.each([
    'type = "track"',
    'type = "track" and (event = "Order AND Refund" or event = "a == b")',
    'type = "track" AND event = "Product Added" OR type = "page"',
    'type = "track" and event == "Cart Updated"',
    'type = "identify" and traits.plan != null',
    'contains(event, "Order") and !contains(context.page.url, "test")',
    'match(properties.sku, "A*")',
    "properties.total >= 10.5",
  ])("can be saved as %s", (trigger) => {
    expect(checkTrigger(trigger)).toBeUndefined();
  });

  it.each([
    ["", "empty"],
    ["  ", "empty"],
    ["all", "cannot be read"],
    ["type = (", "no FQL"],
    ['type = "track', "The trigger"],
    ['type = "track" and', "The trigger"],
    ['(type = "track"', "The trigger"],
    ['type = "track" event = "x"', "The trigger"],
  ])("is refused as %j", (trigger, words) => {
    expect(checkTrigger(trigger)).toContain(words);
  });

  it("is refused with the place in the text", () => {
    expect(checkTrigger('type = "track" event = "x"')).toContain("at character 16");
  });
});
