import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64Url, toBase64Url } from "../../src/core/base64.ts";

describe("base64url", () => {
  it("is what Node writes, and is read back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toBase64Url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64Url(text)).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  it.each(["a", "ab=", "a+bc", "a/bc", "ab c", "ü", "abcde"])("does not read %j", (text) => {
    expect(fromBase64Url(text)).toBeUndefined();
  });

  it("does not throw, whatever it is given", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void fromBase64Url(text)));
  });
});
