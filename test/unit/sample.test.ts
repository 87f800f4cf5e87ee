import { describe, expect, it } from "vitest";
import { sampleOfLine, sampleOfRefusal } from "../../src/core/sample.ts";

const AT = Date.parse("2026-11-22T12:00:00.000Z");

describe("the debugger row of a stored line", () => {
  it("names what a person would call the event", () => {
    const line = JSON.stringify({
      type: "track",
      event: "Order Completed",
      messageId: "m1",
      userId: "u1",
      anonymousId: "a1",
      receivedAt: "2026-11-22T12:00:00.000Z",
      context: { library: { name: "analytics.js", version: "npm:next-1.84.3" } },
    });
    expect(sampleOfLine(line, "accepted")).toEqual({
      receivedAt: AT,
      status: "accepted",
      messageId: "m1",
      type: "track",
      name: "Order Completed",
      userId: "u1",
      anonymousId: "a1",
      library: "analytics.js npm:next-1.84.3",
      raw: line,
    });
  });

  it.each([
    [{ type: "page", name: "Home" }, "Home"],
    [{ type: "page", name: null, properties: { title: "Start" } }, "Start"],
    [{ type: "page", properties: { path: "/p" } }, "/p"],
    [{ type: "screen", category: "Settings" }, "Settings"],
    [{ type: "group", groupId: "g1" }, "g1"],
    [{ type: "identify", userId: "u" }, undefined],
  ])("%j is called %s", (event, name) => {
    expect(sampleOfLine(JSON.stringify(event), "duplicate").name).toBe(name);
  });

  it("does not fail on a line that is no JSON", () => {
    expect(sampleOfLine("{", "accepted")).toEqual({ receivedAt: 0, status: "accepted", raw: "{" });
  });
});

describe("the debugger row of a refusal", () => {
  it("carries the reason, its detail, and the message as it was sent", () => {
    const raw = { type: "track", event: 5, userId: 42, messageId: ["x"] };
    const rejection = { reason: "id_not_string", detail: "userId is a number" } as const;
    expect(sampleOfRefusal(raw, rejection, AT)).toEqual({
      receivedAt: AT,
      status: "refused",
      reason: "id_not_string",
      detail: "userId is a number",
      type: "track",
      raw: JSON.stringify(raw),
    });
  });

  it("keeps at most 32 kB of it and says so", () => {
    const sample = sampleOfRefusal({ x: "é".repeat(40_000) }, { reason: "message_too_large" }, AT);
    expect(new TextEncoder().encode(sample.raw).length).toBeLessThanOrEqual(32 * 1024);
    expect(sample.truncated).toBe(true);
  });

  it("takes the text of a body that was no JSON, and the type its path stands for", () => {
    expect(sampleOfRefusal("{oops", { reason: "bad_request" }, AT).raw).toBe("{oops");
    expect(sampleOfRefusal({ event: "x" }, { reason: "no_user_anon_id" }, AT, "track")).toMatchObject({
      type: "track",
      name: "x",
    });
  });
});
