import { env, exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { DebuggerEntry } from "../../src/core/debugger.ts";
import { api, call, makeSource, ORIGIN, type Json } from "../support/api.ts";

// Links are made at the control plane and opened at the collector, both as deployed.

const linksOf = (source: Json) => `/sources/${String(source["id"])}/links`;

async function makeLink(source: Json, body: object): Promise<URL> {
  const { data } = await api("POST", linksOf(source), body);
  return new URL(String(data["link"]?.["url"]));
}

async function open(url: URL): Promise<Response> {
  const response = await exports.default.fetch(new Request(url, { redirect: "manual" }));
  await response.text();
  return response;
}

/** The debugger's rows, once there are `count`: they come a moment after the answer. */
const shown = (source: Json, count: number): Promise<readonly DebuggerEntry[]> =>
  vi.waitFor(
    async () => {
      const { entries } = await env.DEBUGGER.getByName(String(source["id"])).list({});
      expect(entries).toHaveLength(count);
      return entries;
    },
    { timeout: 10_000, interval: 50 },
  );

describe("a click link", () => {
  it("carries what it was made with, and leads to its target", async () => {
    const url = await makeLink(await makeSource(), {
      to: "https://shop.example/sale?x=1",
      userId: "ada",
      event: "Clicked",
      properties: { n: 1, ok: true },
    });
    expect(url.origin).toBe(ORIGIN);
    expect(url.searchParams.get("ajs_prop_n")).toBe("1");
    const opened = await open(url);
    expect([opened.status, opened.headers.get("location")]).toEqual([302, "https://shop.example/sale?x=1"]);
  });

  it.each([
    ["only a target is a new visitor's click", {}, { anonymousId: expect.any(String) }, ["track"]],
    ["a person is that person's click, and identifies", { userId: "ada" }, { userId: "ada" }, ["identify", "track"]],
  ])("that names %s", async (_, who, ids, types) => {
    const source = await makeSource();
    const opened = await open(await makeLink(source, { to: "https://example.com/x", ...who }));
    expect([opened.status, opened.headers.get("location")]).toEqual([302, "https://example.com/x"]);
    const entries = await shown(source, types.length);
    expect(entries.map((entry) => entry.type).toSorted()).toEqual(types);
    const click: unknown = JSON.parse(entries.find((entry) => entry.type === "track")?.raw ?? "null");
    expect(click).toMatchObject({ ...ids, event: "Link Clicked", properties: { url: "https://example.com/x" } });
  });

  it("without its signature leads nowhere, and the debugger says why", async () => {
    const source = await makeSource();
    const url = await makeLink(source, { to: "https://example.com/x" });
    url.searchParams.delete("sig");
    const opened = await open(url);
    expect([opened.status, opened.headers.get("location")]).toEqual([400, null]);
    expect(await shown(source, 1)).toMatchObject([
      { status: "refused", reason: "link_unsigned", sentence: "This link has no signature." },
    ]);
  });

  it("is made to nothing but a web address", async () => {
    const { status, errors } = await api("POST", linksOf(await makeSource()), { to: "javascript:alert(1)" });
    expect([status, errors[0]?.field]).toEqual([422, "to"]);
  });

  it("is described with what it records when little is given", async () => {
    const { text } = await call("GET", "/openapi.json");
    expect(text).toContain("A click with a userId also identifies");
    expect(text).toContain("Without it: `Link Clicked`");
  });
});

describe("a path that takes events by POST", () => {
  const ask = (method: string, path: string, accept = "*/*") =>
    exports.default.fetch(new Request(`${ORIGIN}${path}`, { method, headers: { accept } }));

  it.each(["/v1/track", "/v1/batch", "/track", "/beacon/v1/batch", "/api/s/track"])(
    "says so to GET and HEAD: %s",
    async (path) => {
      const response = await ask("GET", path);
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
      expect(await response.json()).toMatchObject({
        success: false,
        message: expect.stringContaining("/v1/pixel/track"),
      });
      expect((await ask("HEAD", path)).status).toBe(405);
    },
  );

  it.each(["/", "/sources", "/sources/x/debugger", "/destinations", "/workspace", "/sign-in", "/demo"])(
    "stands in the way of no page: %s",
    async (path) => {
      const response = await ask("GET", path, "text/html");
      await response.text();
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toContain("text/html");
    },
  );
});
