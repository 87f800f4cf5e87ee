// What a page of another site can make a signed-in browser do: nothing.
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { api, call, makeSource, ORIGIN } from "../support/api.ts";

let cookie: string;
beforeAll(async () => {
  const { headers } = await call("POST", "/session", { body: { token: env.INLET_ADMIN_TOKEN } });
  cookie = headers.get("set-cookie")?.split(";")[0] ?? "";
});

const ask = (path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> =>
  exports.default.fetch(
    new Request(`${ORIGIN}/api${path}`, { ...init, headers: { "cf-connecting-ip": "192.0.2.77", ...init.headers } }),
  );

/** What HTML forms, beacons and images send without asking the server first. */
const SIMPLE: readonly (readonly [string, string])[] = [
  ["text/plain", '{"name":"Forged"}'],
  ["application/x-www-form-urlencoded", "name=Forged"],
  ["multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nForged\r\n--x--\r\n'],
  ["", '{"name":"Forged"}'],
];
/** How a browser says where such a request comes from; a sandboxed frame or a redirect says `null`. */
const FOREIGN = [
  "https://evil.example",
  "null",
  "https://inlet.test.evil.example",
  "https://evil.inlet.test",
  "https://inlet.test:8443",
  "https://inlet.test@evil.example",
  "",
] as const;

describe("a page of another site", () => {
  it("changes nothing with a signed-in browser, in whatever type a form can send", async () => {
    for (const origin of FOREIGN) {
      for (const [type, body] of SIMPLE) {
        const response = await ask("/sources", {
          method: "POST",
          headers: { cookie, ...(origin === "" ? {} : { origin }), ...(type === "" ? {} : { "content-type": type }) },
          body,
        });
        const text = await response.text();
        expect([origin, type, response.status]).toEqual([origin, type, 403]);
        expect(text).toContain("cross_site");
      }
    }
    expect((await api("GET", "/sources")).text).not.toContain("Forged");
  });

  it("is not helped by a method that a server may be told in a header or a query", async () => {
    const source = String((await makeSource())["id"]);
    const headers = { cookie, origin: "https://evil.example", "x-http-method-override": "DELETE" };
    await (await ask(`/sources/${source}?_method=DELETE`, { method: "GET", headers })).text();
    expect((await api("GET", `/sources/${source}`)).status).toBe(200);
  });

  it.each(FOREIGN)("opens no live view: WebSockets know no same-origin policy (%j)", async (origin) => {
    const source = String((await makeSource())["id"]);
    const response = await ask(`/sources/${source}/debugger/live`, {
      headers: { cookie, upgrade: "websocket", ...(origin === "" ? {} : { origin }) },
    });
    await response.text();
    expect(response.status).toBe(403);
  });

  it("reads no answer: none allows another origin, and a preflight is refused", async () => {
    const read = await ask("/sources", { headers: { cookie, origin: "https://evil.example" } });
    await read.text();
    const preflight = await ask("/sources", {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    await preflight.text();
    for (const { headers } of [read, preflight]) expect(headers.has("access-control-allow-origin")).toBe(false);
    expect(read.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(preflight.ok).toBe(false);
  });
});

describe("a session's cookie", () => {
  it.each([
    ["the admin token itself", () => env.INLET_ADMIN_TOKEN],
    ["a guess", () => "A".repeat(43)],
    ["nothing", () => ""],
    ["what the admin token would sign", () => `${"A".repeat(43)}.${"B".repeat(43)}`],
    ["a real session under another signature", () => `${cookie.split(/[=.]/)[1] ?? ""}.${"B".repeat(43)}`],
    ["far too much", () => "A".repeat(4000)],
  ])("is none when it holds %s", async (_, value) => {
    const response = await ask("/sources", { headers: { cookie: `inlet_session=${value()}` } });
    await response.text();
    expect(response.status).toBe(401);
  });

  it("is not taken from a path or a query", async () => {
    const [, secret] = cookie.split("=");
    const response = await ask(`/sources?inlet_session=${secret}&token=${env.INLET_ADMIN_TOKEN}`, { headers: {} });
    await response.text();
    expect(response.status).toBe(401);
  });
});
