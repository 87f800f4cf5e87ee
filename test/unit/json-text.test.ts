import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indentJson, readableJson } from "../../dashboard/logic/json-text.ts";
import { tokenize } from "../../dashboard/logic/tokens.ts";

describe("indenting JSON text", () => {
  it("means the same as before", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(indentJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("looks as JSON.stringify with two spaces does", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  it("keeps long numbers, repeated keys and escapes as they were sent", () => {
    expect(indentJson(String.raw`{"n":12345678901234567890,"n":1e400,"s":"\u00e9\/"}`)).toBe(
      String.raw`{
  "n": 12345678901234567890,
  "n": 1e400,
  "s": "\u00e9\/"
}`,
    );
  });

  it("does not blow up a bracket bomb", () => {
    const bomb = "[".repeat(2000) + "]".repeat(2000);
    expect(indentJson(bomb).length).toBeLessThan(400_000);
  });

  it("leaves text that is not JSON as it came", () => {
    expect(readableJson(`{"a": oops`)).toEqual({ text: `{"a": oops`, isJson: false });
  });
});

describe("colouring", () => {
  it("loses and adds no character", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(
          tokenize(text)
            .map((token) => token.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });

  it("tells keys from strings", () => {
    expect(tokenize(`{"a": "b"}`).filter((token) => token.kind !== "plain")).toEqual([
      { kind: "key", at: 1, text: `"a"` },
      { kind: "string", at: 6, text: `"b"` },
    ]);
  });

  it("does not take the slashes of an address for a comment", () => {
    expect(tokenize("curl https://host/v1").some((token) => token.kind === "comment")).toBe(false);
  });
});
