import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { classifyHttp, networkReason } from "../../src/core/delivery.ts";
import { explainReason, KNOWN_REASONS } from "../../src/core/reasons.ts";

const PUBLISHED = `
  event_setting unplanned schema_violation unplanned_and_schema_violation common_schema_violation
  FILTERED_BY_RULES FILTERED_BY_INTEGRATIONS_OBJECT FILTERED_BY_END_USER_CONSENT NO_MATCHING_MAPPING
  FILTERED_AT_MAPPING UNKNOWN_INTEGRATION MESSAGE_SENT_CLIENT_SIDE UNSUPPORTED_EVENT_TYPE INVALID_SETTINGS
  FUNCTIONS_LOCK_OUT FAILED_DATA_ENCRYPTION INTERNAL bad_request invalid_settings message_rejected
  unsupported_event_type internal too_many_requests gateway_timeout retry 400 BAD_REQUEST 401 404 307 429 502
  503 MESSAGE_REJECTED ETIMEDOUT ENOTFOUND EREFUSED ECONNRESET RETRY
`
  .trim()
  .split(/\s+/);
const UNKNOWN = explainReason("something nobody has heard of");

describe("what a reason means", () => {
  it.each(PUBLISHED)("is said of the published code %s: a sentence, who acts, what to do", (reason) => {
    const { sentence, who, todo } = explainReason(reason);
    expect(sentence).not.toBe(UNKNOWN.sentence);
    expect(sentence).toMatch(/^[A-Z0-9].*[^ ]\.$/);
    expect(todo).toMatch(/^[A-Z].*\.$/);
    expect(["user", "destination", "operator", "nobody"]).toContain(who);
  });

  it("is said of each code that core itself gives", () => {
    const codes = readFileSync("src/core/delivery.ts", "utf8")
      .match(/"E[A-Z]{4,}"/g)!
      .map((code) => code.slice(1, -1));
    expect(codes.length).toBeGreaterThan(4);
    for (const code of [...codes, networkReason("")]) expect(KNOWN_REASONS).toContain(code);
  });

  it("is said of each HTTP status by its number, and nobody is told to act on what is retried anyway", () => {
    for (let status = 300; status < 600; status++) {
      const { sentence, who } = explainReason(String(status));
      expect(sentence.startsWith(`${status}: `)).toBe(true);
      if (classifyHttp(status) === "retry") expect([status, who]).toEqual([status, "destination"]);
      else expect([status, who]).toEqual([status, "user"]);
    }
  });

  it("leads whoever meets an unknown code to the samples", () => {
    expect(UNKNOWN.todo).toContain("samples");
    expect(explainReason("constructor")).toEqual(UNKNOWN);
    expect(explainReason("99")).toEqual(UNKNOWN);
    expect(explainReason("4000")).toEqual(UNKNOWN);
  });
});
