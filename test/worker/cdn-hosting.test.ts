import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { cdnRoutes, type CdnDeps } from "../../src/collect/cdn.ts";
import { SourceSettings, type SourceContext } from "../../src/core/source.ts";
import { createTestSource } from "../support/memory-deps.ts";
import { Hono } from "hono";

const HTTPS = "https://data.shop.example";

/** The routes over the real asset files of the build, mounted as the Worker mounts them. */
function cdn(source: SourceContext = createTestSource(), overrides: Partial<CdnDeps> = {}) {
  const deps: CdnDeps = {
    findSource: async (keys) => (keys.some((key) => source.writeKeys.includes(key)) ? source : undefined),
    asset: (path) => env.ASSETS.fetch(new URL(path, "https://assets.local")),
    pathPrefix: "/k3x9",
    ...overrides,
  };
  const app = new Hono().route("/", cdnRoutes(deps)).route("/k3x9", cdnRoutes(deps));
  return (url: string, headers: Record<string, string> = {}) =>
    app.request(url.startsWith("/") ? HTTPS + url : url, { headers });
}

const LIBRARY_PATHS = [
  "/analytics.js/v1/wk_1/analytics.min.js",
  "/analytics.js/v1/wk_1/platform/analytics.min.js",
  "/analytics.js/v1/wk_1/analytics.classic.js",
];

describe("the library", () => {
  test.each([...LIBRARY_PATHS, "/k3x9/analytics.js/v1/wk_1/analytics.min.js", "/k3x9/js/wk_1.js"])(
    "is served at %s with its write key, open to any page",
    async (path) => {
      const response = await cdn()(path);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      const script = await response.text();
      expect(script).toContain('window.analyticsWriteKey="wk_1"');
      expect(script).toContain(`"${HTTPS}${path.startsWith("/k3x9") ? "/k3x9" : ""}"`);
      expect(script.length).toBeGreaterThan(100_000);
    },
  );

  test("knows the scheme and port of a local run", async () => {
    const script = await (await cdn()("http://127.0.0.1:8787/analytics.js/v1/wk_1/analytics.min.js")).text();
    expect(script).toContain('"http://127.0.0.1:8787"');
    expect(script).not.toContain("data.shop.example");
  });

  test("is revalidated: the same text is not sent twice", async () => {
    const get = cdn();
    const first = await get(LIBRARY_PATHS[0]!);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).not.toBe("");
    expect(first.headers.get("cache-control")).toMatch(/max-age=\d+/);
    const again = await get(LIBRARY_PATHS[0]!, { "if-none-match": `"other", ${etag}` });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
    expect(again.headers.get("etag")).toBe(etag);
  });

  test("has another version on another host, for another key and under the prefix", async () => {
    const get = cdn(createTestSource({ writeKeys: ["wk_1", "wk_2"] }));
    const urls = [
      `${HTTPS}/analytics.js/v1/wk_1/analytics.min.js`,
      `${HTTPS}/analytics.js/v1/wk_2/analytics.min.js`,
      `${HTTPS}/k3x9/analytics.js/v1/wk_1/analytics.min.js`,
      `${HTTPS}/k3x9/js/wk_1.js`,
      "https://other.example/analytics.js/v1/wk_1/analytics.min.js",
    ];
    const etags = await Promise.all(urls.map(async (url) => (await get(url)).headers.get("etag")));
    expect(new Set(etags).size).toBe(urls.length);
  });

  test("of an unknown key is refused without saying the key back", async () => {
    const response = await cdn()(`/analytics.js/v1/${encodeURIComponent('";alert(1)//</script>')}/analytics.min.js`);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await response.text()).not.toContain("alert");
  });

  test("of a disabled source still loads: what it sends is discarded where one can see it", async () => {
    const get = cdn(createTestSource({ enabled: false }));
    expect((await get(LIBRARY_PATHS[0]!)).status).toBe(200);
    expect((await get("/v1/projects/wk_1/settings")).status).toBe(200);
  });

  test("brings back the visitor's anonymous id where the source keeps a cookie, and renews it", async () => {
    const get = cdn(createTestSource({ settings: SourceSettings.parse({ serverCookie: true }) }));
    const response = await get(LIBRARY_PATHS[0]!, { cookie: "inlet_aid=a-77" });
    expect(await response.text()).toContain('["setAnonymousId","a-77"]');
    expect(response.headers.get("set-cookie")).toContain("inlet_aid=a-77");
    expect(response.headers.get("cache-control")).toBe("private, no-cache");
    expect(response.headers.get("vary")).toBe("Cookie");
    const other = await get(LIBRARY_PATHS[0]!, { "if-none-match": response.headers.get("etag") ?? "" });
    expect(other.status).toBe(200);
    expect(other.headers.get("set-cookie")).toBeNull();
  });
});

describe("settings", () => {
  test.each([
    "/v1/projects/wk_1/settings",
    "/projects/wk_1/settings",
    "/k3x9/v1/projects/wk_1/settings",
    "/k3x9/js/wk_1.json",
  ])("at %s send events to the host and path that were asked", async (path) => {
    const response = await cdn()(path);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const settings = await response.json<{ integrations: { "Segment.io": object } }>();
    expect(settings.integrations["Segment.io"]).toMatchObject({
      apiKey: "wk_1",
      protocol: "https",
      apiHost: `data.shop.example${path.startsWith("/k3x9") ? "/k3x9" : ""}/v1`,
    });
  });

  test("are revalidated, and change when the source does", async () => {
    const first = await cdn()("/v1/projects/wk_1/settings");
    const etag = first.headers.get("etag") ?? "";
    expect((await cdn()("/v1/projects/wk_1/settings", { "if-none-match": etag })).status).toBe(304);
    const changed = createTestSource({ settings: SourceSettings.parse({ batching: { size: 50 } }) });
    expect((await cdn(changed)("/v1/projects/wk_1/settings", { "if-none-match": etag })).status).toBe(200);
  });

  test("of an unknown key are 404, readable across origins and not cached", async () => {
    const response = await cdn()("/v1/projects/nobody/settings");
    expect(response.status).toBe(404);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("are 503 with Retry-After while no configuration can be had", async () => {
    const get = cdn(createTestSource(), { findSource: () => Promise.reject(new Error("out of reach")) });
    const response = await get("/v1/projects/wk_1/settings");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).not.toBeNull();
  });
});

describe("chunks", () => {
  /** The names the library itself will ask for. */
  async function chunkNames(): Promise<string[]> {
    const script = await (await cdn()(LIBRARY_PATHS[0]!)).text();
    const [, names = "", hashes = ""] = /\(\{([^}]*)\}\[\w+\]\|\|\w+\)\+"\.bundle\."\+\{([^}]*)\}/.exec(script) ?? [];
    const nameOf = new Map([...names.matchAll(/(\d+):"([^"]+)"/g)].map(([, id, name]) => [id, name]));
    return [...hashes.matchAll(/(\d+):"([^"]+)"/g)].map(([, id, hash]) => `${nameOf.get(id) ?? id}.bundle.${hash}.js`);
  }

  test.each(["/analytics-next/bundles", "/k3x9/analytics-next/bundles", "/k3x9/js/c"])(
    "that the library asks for are all at %s, for ever",
    async (folder) => {
      const names = await chunkNames();
      expect(names.length).toBeGreaterThan(5);
      for (const name of names) {
        const response = await cdn()(`${folder}/${name}`);
        expect([name, response.status]).toEqual([name, 200]);
        expect(response.headers.get("cache-control")).toContain("immutable");
        expect(response.headers.get("access-control-allow-origin")).toBe("*");
        expect(response.headers.get("content-type")).toContain("javascript");
        await response.text();
      }
    },
  );

  test.each(["../standalone.js", "..%2f..%2findex.html", "standalone.js", "x.bundle.00000000000000000000.js"])(
    "named %s are not there",
    async (file) => {
      expect((await cdn()(`/analytics-next/bundles/${file}`)).status).toBe(404);
    },
  );
});

describe("the snippet", () => {
  test("is ready to paste, for the host that was asked", async () => {
    const response = await cdn()("/analytics.js/v1/wk_1/snippet.html");
    expect(response.headers.get("content-type")).toContain("text/plain");
    const text = await response.text();
    expect(text).toMatch(/^<script>[\s\S]*<\/script>\n$/);
    expect(text).toContain(`"${HTTPS}/analytics.js/v1/" + key + "/analytics.min.js"`);
  });

  test("is short on request, and loads from the short path under the prefix", async () => {
    const text = await (await cdn()("/k3x9/analytics.js/v1/wk_1/snippet.js?min")).text();
    expect(text).toContain(`"${HTTPS}/k3x9/js/" + key + ".js"`);
    expect(text.split("\n").length).toBeLessThan(10);
  });
});
