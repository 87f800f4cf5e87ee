import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api, call, ORIGIN } from "../support/api.ts";

const ADMIN = env.INLET_ADMIN_TOKEN;
const MINUTE = 60_000;

/** Signs in and returns the cookie as a browser would send it back. */
async function signIn(): Promise<string> {
  const { status, headers } = await call("POST", "/session", { body: { token: ADMIN } });
  expect(status).toBe(200);
  return headers.get("set-cookie")?.split(";")[0] ?? "";
}

afterEach(() => void vi.useRealTimers());

describe("signing in", () => {
  it("sets a cookie that scripts cannot read and other sites cannot send", async () => {
    const { status, headers, data } = await call("POST", "/session", { body: { token: ADMIN } });
    expect(status).toBe(200);
    expect(data["session"]).toMatchObject({ role: "owner", expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    const cookie = headers.get("set-cookie") ?? "";
    for (const part of ["inlet_session=", "HttpOnly", "SameSite=Strict", "Path=/api", "Secure", "Expires="]) {
      expect(cookie).toContain(part);
    }
    expect(cookie).not.toContain(ADMIN);
  });

  it("leaves Secure off on plain http, where a local browser would drop the cookie", async () => {
    const { exports } = await import("cloudflare:workers");
    const request = new Request("http://127.0.0.1:8787/api/session", {
      method: "POST",
      body: JSON.stringify({ token: ADMIN }),
    });
    const response = await exports.default.fetch(request);
    await response.text();
    expect(response.headers.get("set-cookie")).not.toContain("Secure");
  });

  it("refuses a wrong token by name, without a cookie", async () => {
    const headers = { "cf-connecting-ip": "192.0.2.10" };
    const answer = await call("POST", "/session", { headers, body: { token: "wrong" } });
    expect(answer.status).toBe(401);
    expect(answer.errors).toEqual([expect.objectContaining({ type: "invalid_token", field: "token" })]);
    expect(answer.headers.has("set-cookie")).toBe(false);
  });

  it("lets an API token in as well, with its role", async () => {
    for (const role of ["owner", "viewer"]) {
      const { data } = await api("POST", "/tokens", { name: "colleague", role });
      const answer = await call("POST", "/session", { body: { token: data["token"]?.["secret"] } });
      expect(answer.data["session"]).toMatchObject({ role });
    }
  });

  it("makes an address wait after ten wrong tokens, for at most a minute", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const headers = { "cf-connecting-ip": "192.0.2.12" };
    for (let n = 0; n < 10; n++) {
      expect((await call("POST", "/session", { headers, body: { token: `wrong ${n}` } })).status).toBe(401);
    }
    const limited = await call("POST", "/session", { headers, body: { token: ADMIN } });
    expect([limited.status, limited.errors[0]?.type]).toEqual([429, "rate_limited"]);
    const wait = Number(limited.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    const elsewhere = { "cf-connecting-ip": "192.0.2.13" };
    expect((await call("POST", "/session", { headers: elsewhere, body: { token: ADMIN } })).status).toBe(200);
    vi.setSystemTime(Date.now() + MINUTE);
    expect((await call("POST", "/session", { headers, body: { token: ADMIN } })).status).toBe(200);
  });

  it("does not let another site sign a browser in", async () => {
    const headers = { origin: "https://evil.example" };
    expect((await call("POST", "/session", { headers, body: { token: ADMIN } })).status).toBe(403);
  });
});

describe("a session", () => {
  it("reads everything, and says who is signed in", async () => {
    const cookie = await signIn();
    const { data } = await call("GET", "/session", { headers: { cookie } });
    expect(data["session"]).toMatchObject({ role: "owner" });
    expect((await call("GET", "/sources", { headers: { cookie } })).status).toBe(200);
  });

  it.each([
    ["from another site", { origin: "https://evil.example" }],
    ["from a page without an origin", { origin: "null" }],
    ["without saying from where", {}],
  ])("changes nothing %s", async (_where, headers) => {
    const cookie = await signIn();
    const answer = await call("POST", "/sources", { headers: { cookie, ...headers }, body: { name: "Forged" } });
    expect([answer.status, answer.errors[0]?.type]).toEqual([403, "cross_site"]);
  });

  it("changes things from our own pages", async () => {
    const cookie = await signIn();
    const headers = { cookie, origin: ORIGIN };
    expect((await call("POST", "/sources", { headers, body: { name: "Mine" } })).status).toBe(200);
  });

  it("ends everywhere when it is signed out", async () => {
    const cookie = await signIn();
    const out = await call("DELETE", "/session", { headers: { cookie, origin: ORIGIN } });
    expect(out.data["status"]).toBe("SUCCESS");
    expect(out.headers.get("set-cookie")).toMatch(/^inlet_session=;/);
    expect((await call("GET", "/session", { headers: { cookie } })).status).toBe(401);
  });

  it("is over after seven days", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const cookie = await signIn();
    vi.setSystemTime(Date.now() + 7 * 24 * 60 * MINUTE);
    expect((await call("GET", "/session", { headers: { cookie } })).status).toBe(401);
  });
});

describe("tokens", () => {
  it("are shown once, work as Bearer, and stop when they are deleted", async () => {
    const made = await api("POST", "/tokens", { name: "ci" });
    const { id, secret } = made.data["token"] as unknown as { id: string; secret: string };
    expect(secret).toMatch(/^inlet_[A-Za-z0-9_-]{43}$/);
    const headers = { authorization: `Bearer ${secret}` };
    expect((await call("GET", "/sources", { headers })).status).toBe(200);
    const listed = await api("GET", "/tokens");
    expect(listed.text).toContain(id);
    expect(listed.text).not.toContain(secret);
    await api("DELETE", `/tokens/${id}`);
    expect((await call("GET", "/sources", { headers })).status).toBe(401);
    expect((await api("DELETE", `/tokens/${id}`)).status).toBe(404);
  });

  it("change things without an Origin: a script sends no cookie that could be abused", async () => {
    expect((await api("PATCH", "/", { name: "Renamed" })).data["workspace"]).toMatchObject({ name: "Renamed" });
  });

  it.each([["Basic dXNlcjo="], ["Bearer"], ["Bearer wrong"], ["bearer  a b"]])(
    "refuse the header %j, even beside a good session",
    async (authorization) => {
      const cookie = await signIn();
      const headers = { authorization, cookie, "cf-connecting-ip": `192.0.2.${20 + authorization.length}` };
      expect((await call("GET", "/sources", { headers })).status).toBe(401);
    },
  );
});
