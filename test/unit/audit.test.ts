import { describe, expect, test } from "vitest";
import { readAudit } from "../../scripts/audit.mjs";

describe("the audit of dependencies", () => {
  test("tells grave advisories by package, and counts all", () => {
    const vulnerabilities = {
      a: { name: "a", severity: "critical", range: "<2" },
      b: { name: "b", severity: "low", range: "*" },
    };
    expect(readAudit(JSON.stringify({ vulnerabilities }))).toEqual({
      asked: true,
      grave: ["a <2: critical"],
      total: 2,
    });
    expect(readAudit('{"vulnerabilities":{}}')).toEqual({ asked: true, grave: [], total: 0 });
  });

  test.each([
    ['{"message":"405 Method Not Allowed","error":{"summary":""}}', "405 Method Not Allowed"],
    ['{"error":{"code":"ENOTFOUND","summary":"request failed"}}', "request failed"],
    ["npm error network\nmore", "npm error network"],
    ["", "no answer"],
    ["null", "no answer"],
    ['{"vulnerabilities":null}', "no answer"],
  ])("is never taken for passed when nobody answered: %s", (text, why) => {
    expect(readAudit(text)).toEqual({ asked: false, why });
  });
});
