import { describe, expect, it } from "vitest";
import { notReached } from "../../src/warehouse/load/unreachable.ts";

describe("why a warehouse cannot be reached", () => {
  const NOT_THERE = "the name is not known or nothing answers there";

  it("is said in words where the runtime has none for a host that is not there", () => {
    for (const said of [
      "internal error; reference = 0a1b2c",
      "proxy request failed, cannot connect to the specified address",
      "connect ECONNREFUSED 127.0.0.1:1",
      "getaddrinfo ENOTFOUND nowhere.example",
    ])
      expect(notReached(said, false)).toBe(NOT_THERE);
    expect(notReached("proxy request failed, cannot connect to the specified address", true)).toBe(NOT_THERE);
  });

  it("names the certificate too, where the runtime does not tell it from the rest", () => {
    expect(notReached("internal error; reference = 0a1b2c", true)).toMatch(/^the name is not known, .* certificate/);
  });

  it("is the runtime's own text where that says something, with no full stop of its own", () => {
    expect(notReached("Network connection lost.", true)).toBe("Network connection lost");
    expect(notReached("the answer is no HTTP", false)).toBe("the answer is no HTTP");
  });
});
