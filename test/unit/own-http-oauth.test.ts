import { describe, expect, it } from "vitest";
import type { SettingValue } from "../../src/core/catalog.ts";
import { http } from "../../src/destinations/own/http.ts";
import { tryKind, type FarEnd } from "../support/own-kinds.ts";

const EVENT = { type: "track", event: "Order Completed", messageId: "m1" };
const TOKEN_URL = "https://id.example/token";
const OAUTH = {
  url: "https://api.example/v1",
  oauth_refresh_token_url: TOKEN_URL,
  oauth_client_id: "the client",
  oauth_client_secret: "s3cret+/=",
};
const token = (access_token: string) => Response.json({ access_token, token_type: "Bearer", expires_in: 3600 });

/** An API that takes one token only, and a token URL that gives `fresh` ones. */
const api = (good: string, fresh: FarEnd): FarEnd => {
  return (seen) => {
    if (seen.url === TOKEN_URL) return fresh(seen);
    return new Response("", { status: seen.headers.get("authorization") === `Bearer ${good}` ? 200 : 401 });
  };
};

const open = (settings: Record<string, SettingValue>, farEnd: FarEnd) =>
  tryKind(http, { ...OAUTH, ...settings }, farEnd);

describe("an OAuth client (RFC 6749 §4.4)", () => {
  it("gets a token before the first event goes out, and keeps it", async () => {
    const { perform, seen, saved } = await open(
      {},
      api("t1", () => token("t1")),
    );
    expect(await perform([EVENT])).toEqual([{ status: "delivered" }]);
    expect(seen.map(({ url }) => url)).toEqual([TOKEN_URL, OAUTH.url]);
    expect(saved).toEqual([{ oauth_access_token: "t1" }]);
    await perform([EVENT]);
    expect(seen.map(({ url }) => url)).toEqual([TOKEN_URL, OAUTH.url, OAUTH.url]);
  });

  it("names itself in the header, form-encoded", async () => {
    const { perform, seen } = await open(
      { oauthScope: "write read", oauthAudience: "api" },
      api("t1", () => token("t1")),
    );
    await perform([EVENT]);
    expect(seen[0]!.body).toBe("grant_type=client_credentials&scope=write+read&audience=api");
    const basic = Buffer.from(seen[0]!.headers.get("authorization")!.replace("Basic ", ""), "base64").toString();
    expect(basic).toBe("the+client:s3cret%2B%2F%3D");
  });

  it("or in the body", async () => {
    const { perform, seen } = await open(
      { oauthClientAuth: "body" },
      api("t1", () => token("t1")),
    );
    await perform([EVENT]);
    expect(seen[0]!.headers.has("authorization")).toBe(false);
    const form = new URLSearchParams(seen[0]!.body);
    expect(form.get("client_id")).toBe("the client");
    expect(form.get("client_secret")).toBe("s3cret+/=");
  });

  it("uses the token that was kept, and gets another when it is refused", async () => {
    const { perform, seen, saved } = await open(
      { oauth_access_token: "old" },
      api("new", () => token("new")),
    );
    expect(await perform([EVENT])).toEqual([{ status: "delivered" }]);
    expect(seen.map(({ url }) => url)).toEqual([OAUTH.url, TOKEN_URL, OAUTH.url]);
    expect(seen[0]!.headers.get("authorization")).toBe("Bearer old");
    expect(saved).toEqual([{ oauth_access_token: "new" }]);
  });

  it("gets one token for many calls at once", async () => {
    const { perform, seen } = await open(
      {},
      api("t1", () => token("t1")),
    );
    await Promise.all(Array.from({ length: 5 }, () => perform([EVENT])));
    expect(seen.filter(({ url }) => url === TOKEN_URL)).toHaveLength(1);
  });

  it.each<readonly [string, () => Response, object]>([
    ["refuses it", () => new Response("{}", { status: 400 }), { status: "abandoned", reason: "401", who: "user" }],
    ["gives no token", () => Response.json({}), { status: "abandoned", reason: "401", who: "user" }],
    ["gives no JSON", () => new Response("<html>"), { status: "abandoned", reason: "401", who: "user" }],
    ["is down", () => new Response("", { status: 503 }), { status: "retry", reason: "503" }],
  ])("sends nothing when the token URL %s", async (_, answer, expected) => {
    const { perform, seen } = await open({}, api("t1", answer));
    expect((await perform([EVENT]))[0]).toMatchObject(expected);
    expect(seen.every(({ url }) => url === TOKEN_URL)).toBe(true);
  });

  it("never shows a token or the client's secret", async () => {
    const trial = await open({ oauthClientAuth: "body" }, (seen) =>
      seen.url === TOKEN_URL ? token("tok-123456") : new Response(seen.headers.get("authorization"), { status: 400 }),
    );
    const [preset] = http.kind.presets;
    const report = await trial.connection.test({
      actionId: "send",
      mapping: preset!.mapping,
      events: [EVENT],
      tools: trial.tools,
      signal: new AbortController().signal,
    });
    const shown = JSON.stringify(report);
    expect(report.exchanges).toHaveLength(2);
    expect(shown).not.toMatch(/tok-123456|s3cret/);
    expect(report.outcome).toMatchObject({ status: "abandoned", reason: "400" });
  });
});

describe("testing the connection", () => {
  const test = async (settings: Record<string, SettingValue>, farEnd: FarEnd) => {
    const { connection, tools, seen } = await tryKind(http, settings, farEnd);
    return { result: await connection.testAuthentication(tools, new AbortController().signal), seen };
  };

  it("gets a token when there is an OAuth client", async () => {
    expect((await test(OAUTH, () => token("t1"))).result).toEqual({ ok: true, value: null });
    const { result } = await test(OAUTH, () => new Response("", { status: 401 }));
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining("401") });
  });

  it.each([
    [200, true],
    [404, true],
    [405, true],
    [401, false],
    [403, false],
  ])("else asks for OPTIONS, which changes nothing: %i → %s", async (status, valid) => {
    const { result, seen } = await test(
      { url: OAUTH.url, secretHeaders: "X-Key: k" },
      () => new Response("", { status }),
    );
    expect(result.ok).toBe(valid);
    expect(seen).toMatchObject([{ method: "OPTIONS", url: OAUTH.url, body: "" }]);
    expect(seen[0]!.headers.get("x-key")).toBe("k");
  });
});
