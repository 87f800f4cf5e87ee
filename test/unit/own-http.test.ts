import { describe, expect, it } from "vitest";
import type { SettingValue } from "../../src/core/catalog.ts";
import type { Mapping } from "../../src/destinations/destination.ts";
import { http } from "../../src/destinations/own/http.ts";
import { settingsProblem, tryKind, type FarEnd } from "../support/own-kinds.ts";

const EVENT = {
  type: "track",
  event: "Order Completed",
  messageId: "m1",
  userId: "u1",
  properties: { revenue: 39.95, tags: ["a", "b"], card: { brand: "visa" } },
};
const BASE = "https://api.example/v1";

const open = (settings: Record<string, SettingValue> = {}, farEnd?: FarEnd) =>
  tryKind(http, { url: BASE, ...settings }, farEnd);

/** Sends EVENT with this mapping. */
async function send(mapping: Mapping, settings: Record<string, SettingValue> = {}, farEnd?: FarEnd) {
  const trial = await open(settings, farEnd);
  const [outcome] = await trial.perform([EVENT], mapping);
  return { ...trial, outcome: outcome! };
}

describe("the request", () => {
  it("is a POST of the whole event to the base URL, as the preset maps it", async () => {
    const { perform, seen } = await open();
    expect(await perform([EVENT])).toEqual([{ status: "delivered" }]);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ url: BASE, method: "POST", init: { redirect: "manual" } });
    expect(seen[0]!.headers.get("content-type")).toBe("application/json");
    expect(JSON.parse(seen[0]!.body)).toEqual(EVENT);
  });

  it.each<readonly [rule: string, path: unknown, query: unknown, url: string]>([
    [
      "a path with parts of the event",
      { "@template": "users/{{userId}}/events" },
      undefined,
      `${BASE}/users/u1/events`,
    ],
    ["slashes between them once", "/users/", undefined, `${BASE}/users/`],
    ["a query in the path", "users?a=1", undefined, `${BASE}/users?a=1`],
    ["a query whose values are escaped", "users", { q: "a b&c", n: 1, none: null }, `${BASE}/users?q=a+b%26c&n=1`],
    ["a list as a parameter again and again", "", { tag: { "@path": "$.properties.tags" } }, `${BASE}?tag=a&tag=b`],
    [
      "an object as its JSON",
      "",
      { card: { "@path": "$.properties.card" } },
      `${BASE}?card=%7B%22brand%22%3A%22visa%22%7D`,
    ],
    ["no fragment", "users#x", undefined, `${BASE}/users`],
  ])("has %s", async (_, path, query, url) => {
    const { outcome, seen } = await send({ path, ...(query === undefined ? {} : { query }) });
    expect(outcome).toEqual({ status: "delivered" });
    expect(seen[0]!.url).toBe(url);
  });

  it.each(["../admin", "..%2fadmin/../../x", "a/../../admin", "%2e%2e/admin", "..\\admin", "../v1beta", "/../v1/../x"])(
    "never leaves the base URL, whatever the event says: %s",
    async (path) => {
      const { outcome, seen } = await send({ path });
      if (seen.length > 0) expect(seen[0]!.url.startsWith(`${BASE}/`)).toBe(true);
      else
        expect(outcome).toMatchObject({
          status: "abandoned",
          reason: "MESSAGE_REJECTED",
          detail: expect.stringMatching(/base URL/),
        });
    },
  );

  it.each([
    "../accounts/7",
    "..\\accounts/7",
    "%2E%2e/accounts/7",
    ".\t./accounts/7",
    "x/../../accounts/7",
    "..?a=1",
    "..\u0000",
  ])("does not let a part of an event lead to another path below the base URL: users/%s", async (userId) => {
    const { outcome, seen } = await send({ path: `users/${userId}` });
    expect(seen).toEqual([]);
    expect(outcome).toMatchObject({ status: "abandoned", reason: "MESSAGE_REJECTED" });
  });

  it.each(["a..b", "...", "..a", "v1.2/x."])("takes dots that lead nowhere: users/%s", async (userId) => {
    const { seen } = await send({ path: `users/${userId}` });
    expect(seen.map(({ url }) => url)).toEqual([`${BASE}/users/${userId}`]);
  });

  it.each(["//evil.example/x", "https://evil.example/x", "@evil.example/x", "\\\\evil.example"])(
    "stays at its host, whatever the event says: %s",
    async (path) => {
      const { seen } = await send({ path });
      for (const { url } of seen) expect(new URL(url).host).toBe("api.example");
    },
  );

  it.each(["DELETE", "GET"])("has no body with %s", async (method) => {
    const { seen } = await send({ method, body: { "@path": "$." } });
    expect(seen[0]).toMatchObject({ method, body: "" });
  });

  it("may be a form", async () => {
    const { seen } = await send({ format: "form", body: { "@path": "$.properties" } });
    expect(seen[0]!.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    expect(seen[0]!.body).toBe("revenue=39.95&tags=a&tags=b&card=%7B%22brand%22%3A%22visa%22%7D");
  });

  it("may be a text", async () => {
    const { seen } = await send({ format: "text", text: { "@template": "{{event}} by {{userId}}" } });
    expect(seen[0]).toMatchObject({ body: "Order Completed by u1" });
    expect(seen[0]!.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  });

  it("has the mapping's headers, but those of the settings win", async () => {
    const { seen } = await send(
      { headers: { "X-User": { "@path": "$.userId" }, "X-Team": "event", Authorization: "forged" } },
      { headers: { "X-Team": "growth" }, secretHeaders: "Authorization: Bearer hunter22" },
    );
    expect(Object.fromEntries(seen[0]!.headers)).toMatchObject({
      "x-user": "u1",
      "x-team": "growth",
      authorization: "Bearer hunter22",
    });
  });

  it.each<readonly [string, Record<string, unknown>]>([
    ["a line break in a value", { a: "b\r\nHost: x" }],
    ["a name that is none", { "a b": "c" }],
    ["a header of the connection", { Host: "other.example" }],
    ["an object for a value", { a: { "@path": "$.properties" } }],
  ])("refuses %s among the mapped headers", async (_, headers) => {
    const { outcome, seen } = await send({ headers });
    expect(seen).toHaveLength(0);
    expect(outcome).toMatchObject({ status: "abandoned", reason: "MESSAGE_REJECTED" });
  });
});

describe("the answer", () => {
  it.each<readonly [statuses: string, status: number, outcome: object]>([
    ["200-299", 204, { status: "delivered" }],
    ["200-299,409", 409, { status: "delivered" }],
    ["200 - 204 , 409", 204, { status: "delivered" }],
    ["201", 200, { status: "abandoned", reason: "200", who: "user" }],
    ["200-299", 302, { status: "abandoned", reason: "302", who: "user" }],
    ["200-299", 404, { status: "abandoned", reason: "404", who: "user" }],
    ["200-299", 401, { status: "abandoned", reason: "401", detail: "401 No: x", who: "user" }],
    ["200-299", 503, { status: "retry", reason: "503" }],
  ])("of a success list %s: %i", async (successStatuses, status, expected) => {
    const answer = () => new Response(status === 204 ? null : "x", { status, statusText: "No" });
    const { outcome } = await send({}, { successStatuses }, answer);
    expect(outcome).toMatchObject(expected);
  });

  it("that asks for a pause gets it", async () => {
    const { outcome } = await send({}, {}, () => new Response("", { status: 429, headers: { "retry-after": "7" } }));
    expect(outcome).toMatchObject({ status: "retry", reason: "429", retryAfterMs: 7000 });
  });

  it("never shows a secret header again", async () => {
    const { outcome } = await send({}, { secretHeaders: "X-Plain: swordfish" }, ({ headers }) =>
      Response.json([...headers], { status: 400 }),
    );
    expect(JSON.stringify(outcome)).not.toContain("swordfish");
    expect(JSON.stringify(outcome)).toContain("x-plain");
  });
});

describe("batches", () => {
  const events = [EVENT, { ...EVENT, messageId: "m2" }];
  const mapping = { body: { "@path": "$." }, enable_batching: true, batch_format: "array" };

  it("are one JSON array", async () => {
    const { perform, seen } = await open();
    expect(await perform(events, mapping)).toEqual([{ status: "delivered" }, { status: "delivered" }]);
    expect(seen).toHaveLength(1);
    expect(JSON.parse(seen[0]!.body)).toEqual(events);
  });

  it("or one JSON a line", async () => {
    const { perform, seen } = await open();
    await perform(events, { ...mapping, batch_format: "ndjson" });
    expect(seen[0]!.headers.get("content-type")).toBe("application/x-ndjson");
    expect(
      seen[0]!.body
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(events);
    expect(seen[0]!.body.endsWith("\n")).toBe(true);
  });

  it("hold events of one target only", async () => {
    const { connection } = await open();
    const batching = connection.batching("send", {
      ...mapping,
      path: { "@template": "users/{{userId}}" },
      batch_keys: ["method", "path", "query", "headers", "format", "batch_format"],
    });
    const keys = [EVENT, events[1]!, { ...EVENT, userId: "u2" }].map((event) => batching!.keyOf(event));
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  it("fail together", async () => {
    const { perform } = await open({}, () => new Response("", { status: 422 }));
    const outcomes = await perform(events, mapping);
    expect(outcomes).toMatchObject([
      { status: "abandoned", reason: "422", batchStatus: 422 },
      { status: "abandoned", reason: "422", batchStatus: 422 },
    ]);
  });

  it("are refused for what cannot be put together", async () => {
    const { perform, seen } = await open();
    const [outcome] = await perform(events, { ...mapping, format: "form" });
    expect(outcome).toMatchObject({
      status: "abandoned",
      reason: "MESSAGE_REJECTED",
      detail: expect.stringMatching(/only JSON/),
    });
    expect(seen).toHaveLength(0);
  });

  it("are off unless the mapping turns them on", async () => {
    const { connection } = await open();
    expect(connection.batching("send", http.kind.presets[0]!.mapping)).toBeUndefined();
  });
});

describe("settings", () => {
  it.each<readonly [string, Record<string, SettingValue>, RegExp]>([
    ["no URL", { url: "" }, /^url: /],
    ["a URL with a query", { url: `${BASE}?a=1` }, /query/],
    ["a URL with credentials", { url: "https://u:p@api.example" }, /user name or password/],
    ["a success list that is none", { successStatuses: "2xx" }, /^successStatuses: /],
    ["a range upside down", { successStatuses: "299-200" }, /^successStatuses: /],
    ["a token URL without a client", { oauth_refresh_token_url: "https://id.example/token" }, /^oauth_client_id: /],
    ["a token URL that is none", { oauth_refresh_token_url: "id.example" }, /^oauth_refresh_token_url: /],
  ])("refuse %s and say so", async (_, settings, message) => {
    expect(await settingsProblem(http, { url: BASE, ...settings })).toMatch(message);
  });

  it("need nothing but a URL", async () => {
    expect(await settingsProblem(http, { url: BASE })).toBeUndefined();
  });
});
