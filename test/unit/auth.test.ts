import { describe, expect, it } from "vitest";
import { writeKeyCandidates } from "../../src/collect/auth.ts";
import { originAllowed } from "../../src/collect/origin.ts";

const basic = (text: string): string => `Basic ${btoa(text)}`;

describe("write key candidates", () => {
  it.each([
    ["a user with an empty password", basic("wk:"), ["wk"]],
    ["a user with a password", basic("wk:secret"), ["wk"]],
    ["a key encoded without its colon", basic("wk"), ["wk"]],
    ["lower case, odd spaces", `  basic   ${btoa("wk:")} `, ["wk"]],
    ["several values joined by commas, in order", `${basic("REDACTED:")}, ${basic("real:")}`, ["REDACTED", "real"]],
    ["base64 without padding", `Basic ${btoa("wk1:").replace(/=+$/, "")}`, ["wk1"]],
    ["a Bearer token is no key", "Bearer abc.def.ghi", []],
    ["a Bearer token beside a Basic value", `Bearer abc, ${basic("wk:")}`, ["wk"]],
    ["no base64", "Basic ???", []],
    ["only a scheme", "Basic", []],
    ["an empty user", basic(":x"), []],
  ])("read %s", (_rule, authorization, expected) => {
    expect(writeKeyCandidates({ authorization })).toEqual(expected);
  });

  it("come in the order header, X-Write-Key, query, body, each once", () => {
    expect(writeKeyCandidates({ authorization: basic("a:"), xWriteKey: "b", query: "c", body: ["a", "d"] })).toEqual([
      "a",
      "b",
      "c",
      "d",
    ]);
  });

  it("take Jitsu's id:secret whole or by its id, and not its masked form", () => {
    expect(writeKeyCandidates({ xWriteKey: "id:secret", body: ["id:***"] })).toEqual(["id:secret", "id"]);
    expect(writeKeyCandidates({ body: ["id:***"] })).toEqual(["id"]);
    expect(writeKeyCandidates({ body: ["***"] })).toEqual([]);
  });

  it("are at most eight, of at most 200 characters", () => {
    const many = Array.from({ length: 100 }, (_, i) => basic(`k${i}:`)).join(",");
    expect(writeKeyCandidates({ authorization: many })).toHaveLength(8);
    expect(writeKeyCandidates({ body: ["x".repeat(201)] })).toEqual([]);
  });
});

describe("the origin allow-list", () => {
  const list = ["https://shop.example", "https://*.example.com", "http://localhost:3000"];
  it.each([
    ["https://shop.example", true],
    ["HTTPS://Shop.Example", true],
    ["https://a.example.com", true],
    ["https://a.b.example.com", true],
    ["http://localhost:3000", true],
    ["https://example.com", false],
    ["https://.example.com", false],
    ["https://evilexample.com", false],
    ["https://example.com.evil.test", false],
    ["http://shop.example", false],
    ["http://a.example.com", false],
    ["https://a.example.com:8443", false],
    ["http://localhost:3001", false],
    ["null", false],
  ])("%s: %s", (origin, allowed) => {
    expect(originAllowed(list, origin)).toBe(allowed);
  });

  it("allows all when empty, and never judges a request without an origin", () => {
    expect(originAllowed([], "https://any.test")).toBe(true);
    expect(originAllowed(list, undefined)).toBe(true);
  });
});
