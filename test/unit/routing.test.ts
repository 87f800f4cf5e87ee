import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowsIntegration } from "../../src/core/routing.ts";

describe("the integrations object (messages.md §2.5)", () => {
  it.each<[string, unknown, boolean]>([
    ["nothing is said", {}, true],
    ["it is missing", undefined, true],
    ["it is null", null, true],
    ["it is not an object", "All", true],
    ["All is true", { All: true }, true],
    ["All is false", { All: false }, false],
    ["the destination is false", { Webhooks: false }, false],
    ["the destination is true although All is false", { All: false, Webhooks: true }, true],
    ["the destination is false although All is true", { All: true, Webhooks: false }, false],
    ["the destination carries options although All is false", { All: false, Webhooks: { region: "eu" } }, true],
    ["the name differs in case only", { webhooks: false }, true],
    ["All differs in case only", { all: false }, true],
    ["another destination is false", { Amplitude: false }, true],
    ["the destination is null, so All decides", { All: false, Webhooks: null }, false],
    ["the destination is null and All is not there", { Webhooks: null }, true],
    ["a falsy value that is not false", { Webhooks: 0 }, true],
  ])("when %s", (_, integrations, allowed) => {
    expect(allowsIntegration(integrations, "Webhooks")).toBe(allowed);
  });

  it("does not take inherited names for settings", () => {
    expect(allowsIntegration({ All: false }, "constructor")).toBe(false);
    expect(allowsIntegration(JSON.parse('{"__proto__":{"Webhooks":false}}'), "Webhooks")).toBe(true);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, name) => typeof allowsIntegration(value, name) === "boolean"),
    );
  });
});
