import { describe, expect, it } from "vitest";
import { createAttemptLimiter } from "../../src/core/attempts.ts";

const RULE = { limit: 3, windowMs: 60_000, addresses: 2 };

describe("wrong secrets", () => {
  it("make their address wait for the rest of the window, and no longer", () => {
    const limiter = createAttemptLimiter(RULE);
    for (const at of [0, 10_000, 20_000]) {
      expect(limiter.waitMs("a", at)).toBe(0);
      limiter.fail("a", at);
    }
    expect(limiter.waitMs("a", 20_000)).toBe(40_000);
    expect(limiter.waitMs("a", 59_999)).toBe(1);
    expect(limiter.waitMs("a", 60_000)).toBe(0);
  });

  it("do not concern other addresses", () => {
    const limiter = createAttemptLimiter(RULE);
    for (let n = 0; n < 5; n++) limiter.fail("a", 0);
    expect(limiter.waitMs("b", 0)).toBe(0);
  });

  it("are forgiven by a right one", () => {
    const limiter = createAttemptLimiter(RULE);
    for (let n = 0; n < 2; n++) limiter.fail("a", 0);
    limiter.succeed("a");
    limiter.fail("a", 0);
    expect(limiter.waitMs("a", 0)).toBe(0);
  });

  it("are remembered for a bounded number of addresses, the latest ones", () => {
    const limiter = createAttemptLimiter(RULE);
    for (let n = 0; n < 3; n++) limiter.fail("first", 0);
    limiter.fail("second", 0);
    limiter.fail("third", 0);
    expect(limiter.waitMs("first", 0)).toBe(0);
    for (let n = 0; n < 2; n++) limiter.fail("third", 0);
    expect(limiter.waitMs("third", 0)).toBe(60_000);
  });
});
