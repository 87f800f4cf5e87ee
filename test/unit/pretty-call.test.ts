import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { literal, stringLiteral } from "../../dashboard/logic/literal.ts";
import { prettyCall } from "../../dashboard/logic/pretty-call.ts";

const BROWSER = { library: { name: "analytics.js", version: "next-1.84.3" }, page: { path: "/" }, userAgent: "UA" };

/** Runs code from `prettyCall` against a recorder and returns what was called with which arguments. */
function run(code: string): { method: string; args: unknown[] }[] {
  const calls: { method: string; args: unknown[] }[] = [];
  const analytics = new Proxy(
    {},
    {
      get:
        (_, method) =>
        (...args: unknown[]) =>
          calls.push({ method: String(method), args }),
    },
  );
  new Function("analytics", code)(analytics);
  return calls;
}

function codeOf(message: unknown): string {
  const call = prettyCall({ raw: JSON.stringify(message) });
  if (call.status !== "call") throw new Error(call.why);
  return call.code;
}

describe("a call from a browser is rebuilt with the arguments of analytics.js", () => {
  it.each([
    [
      "track",
      { type: "track", event: "Signed Up", properties: { plan: "pro" }, anonymousId: "a", context: BROWSER },
      `analytics.track("Signed Up", { plan: "pro" });`,
    ],
    ["track without properties", { type: "track", event: "Ping", context: BROWSER }, `analytics.track("Ping");`],
    [
      "identify",
      { type: "identify", userId: "u1", traits: { email: "a@b.c" }, context: BROWSER },
      `analytics.identify("u1", { email: "a@b.c" });`,
    ],
    [
      "identify of somebody unknown",
      { type: "identify", userId: null, traits: { x: 1 }, context: BROWSER },
      `analytics.identify(null, { x: 1 });`,
    ],
    ["page", { type: "page", name: "Home", properties: {}, context: BROWSER }, `analytics.page("Home");`],
    ["page without a name", { type: "page", context: BROWSER }, `analytics.page();`],
    [
      "page with a category",
      { type: "page", category: "Docs", name: "API", context: BROWSER },
      `analytics.page("Docs", "API");`,
    ],
    ["group", { type: "group", groupId: "g", traits: {}, context: BROWSER }, `analytics.group("g");`],
    ["alias", { type: "alias", userId: "new", previousId: "old", context: BROWSER }, `analytics.alias("new", "old");`],
  ])("%s", (_name, message, code) => {
    expect(codeOf(message)).toBe(code);
  });

  it("shows what the caller added to the context and the integrations, not what the library fills in", () => {
    const message = {
      type: "track",
      event: "E",
      context: { ...BROWSER, active: true },
      integrations: { All: false },
    };
    expect(codeOf(message)).toBe(
      `analytics.track("E", {}, { integrations: { All: false }, context: { active: true } });`,
    );
  });
});

describe("a call from a server is rebuilt as one object", () => {
  it("names ids, event, properties and time", () => {
    const message = {
      type: "track",
      userId: "u1",
      event: "Paid",
      properties: { amount: 9.5 },
      context: { library: { name: "@segment/analytics-node" } },
      timestamp: "2026-01-02T03:04:05.000Z",
      messageId: "m",
      writeKey: "w",
    };
    const [call] = run(codeOf(message));
    expect(call).toEqual({
      method: "track",
      args: [{ userId: "u1", event: "Paid", properties: { amount: 9.5 }, timestamp: "2026-01-02T03:04:05.000Z" }],
    });
  });

  it("takes the caller's time from an accepted event, not the one the collector reckoned", () => {
    const stored = {
      type: "track",
      userId: "u1",
      event: "E",
      timestamp: "reckoned",
      receivedAt: "2026-01-02T03:04:05.000Z",
    };
    expect(run(codeOf(stored))[0]?.args[0]).toEqual({ userId: "u1", event: "E" });
    expect(run(codeOf({ ...stored, originalTimestamp: "given" }))[0]?.args[0]).toMatchObject({ timestamp: "given" });
  });

  it("keeps what is wrong with a refused call visible", () => {
    const [call] = run(codeOf({ type: "track", userId: 42, event: "x", properties: "none" }));
    expect(call?.args[0]).toEqual({ userId: 42, event: "x", properties: "none" });
  });
});

describe("what cannot be rebuilt says why", () => {
  it.each([
    ["text that is not JSON", { raw: "{oops" }, /not a JSON object/],
    ["a JSON value that is no object", { raw: "[1]" }, /not a JSON object/],
    ["a payload that was cut", { raw: `{"type":"track"`, truncated: true }, /too long/],
    ["a whole batch", { raw: `{"batch":[]}` }, /whole request/],
    ["an unknown type", { raw: `{"type":"shout"}` }, /not one of/],
    [
      "a nesting bomb",
      { raw: `{"type":"track","event":"x","properties":${'{"a":'.repeat(200)}1${"}".repeat(200)}}` },
      /64 levels/,
    ],
  ])("%s", (_name, sample, why) => {
    const call = prettyCall(sample);
    expect(call.status === "unreadable" ? call.why : call.code).toMatch(why);
  });
});

describe("hostile payloads", () => {
  it("stay data: code evaluates to exactly the values that were sent", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const sent: unknown = JSON.parse(JSON.stringify(value));
        const text = literal(sent);
        expect(new Function(`return (${text});`)()).toEqual(sent);
      }),
    );
  });

  it("make one call and nothing else, whatever the message holds", () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const message = fc.record({
      type: fc.constantFrom("track", "identify", "page", "screen", "group", "alias"),
      event: value,
      name: value,
      category: value,
      userId: value,
      groupId: value,
      previousId: value,
      properties: value,
      traits: value,
      context: fc.oneof(fc.constant(BROWSER), value),
      integrations: value,
    });
    fc.assert(
      fc.property(message, (sent) => {
        const calls = run(codeOf(sent));
        expect(calls.map((call) => call.method)).toEqual([sent.type]);
      }),
    );
  });

  it("never throw, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (raw) => {
        expect(["call", "unreadable"]).toContain(prettyCall({ raw }).status);
      }),
    );
  });

  it("cannot hide text: characters that turn lines around are written as escapes", () => {
    expect(stringLiteral("a\u202eb\u2028c\u2066")).toBe(String.raw`"a\u202eb\u2028c\u2066"`);
  });

  it("cannot set a prototype", () => {
    const value: unknown = JSON.parse(`{"__proto__":{"admin":true}}`);
    const copy = new Function(`return (${literal(value)});`)() as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.hasOwn(copy, "__proto__")).toBe(true);
  });
});
