import { describe, expect, it } from "vitest";
import { cast, isCut } from "../../src/core/warehouse/casts.ts";

/** Longer than any text of an event; what takes a step for each pair of its characters takes billions of them. */
const LENGTH = 200_000;

describe("texts that look like numbers for a long way", () => {
  it("are judged by one look at each character", () => {
    expect(cast(`${"1".repeat(LENGTH)}x`, "float")).toBeNull();
    expect(cast(`.${"1".repeat(LENGTH)}x`, "float")).toBeNull();
    const zeros = `1.${"0".repeat(LENGTH)}1`;
    expect(cast(zeros, "integer")).toBe(1);
    expect(isCut(zeros, 1)).toBe(true);
    expect(isCut(`1.${"0".repeat(LENGTH)}`, 1)).toBe(false);
  });

  it.each([
    ["100", 100, false],
    ["-0.50", -0.5, false],
    ["1e3", 1, false],
    ["0.1234567890123456789", 0.123_456_789_012_345_68, true],
    ["0", 0, false],
    ["007", 7, false],
  ])("%s as %s has lost digits: %s", (text, cell, cut) => expect(isCut(text, cell)).toBe(cut));
});
