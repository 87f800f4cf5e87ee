import { describe, expect, it } from "vitest";
import { fires } from "../../src/destinations/trigger.ts";

const EVENT = { type: "track", event: "Order Completed", properties: { total: 5 } };

describe("a trigger", () => {
  it("says whether it wants an event", () => {
    expect(fires('type = "track" and event = "Order Completed"', EVENT)).toEqual({ fires: true });
    expect(fires('properties.total = "5"', EVENT)).toEqual({ fires: false });
  });

  it.each(["", "  ", "properties.a[ = 3", "properties. \\[ propertiestraits)and", "(containsexists,) context or"])(
    "that cannot be read (%j) wants nothing and says why",
    (trigger) => {
      expect(fires(trigger, EVENT)).toEqual({ fires: false, error: expect.stringMatching(/./) });
    },
  );
});
