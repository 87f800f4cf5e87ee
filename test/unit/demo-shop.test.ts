import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { demoRoutes, type DemoDeps } from "../../src/collect/demo/routes.ts";
import { createTestSource } from "../support/memory-deps.ts";

const FILES = path.resolve(import.meta.dirname, "../../dashboard/public/demo-shop");
const SOURCE = createTestSource({ id: "src_demo", writeKeys: ["demo_write_key_local"] });
const PAGES = ["/demo", "/demo/cart", "/demo/products/tide-mug", "/demo/products/harbour-lamp"];

function shop(overrides: Partial<DemoDeps> = {}) {
  let nonces = 0;
  const app = demoRoutes({
    findSource: async (keys) => (keys.includes("demo_write_key_local") ? SOURCE : undefined),
    asset: async (file) => new Response(readFileSync(path.join(FILES, path.basename(file)))),
    pathPrefix: "",
    demo: true,
    newNonce: () => `nonce-${++nonces}`,
    ...overrides,
  });
  return (at: string) => app.request(`http://127.0.0.1:8787${at}`);
}

describe("the demo shop", () => {
  test.each([...PAGES, "/demo/assets/shop.js", "/demo/nothing"])("is not there when it is off: %s", async (at) => {
    expect((await shop({ demo: false })(at)).status).toBe(404);
  });

  test.each(PAGES)("runs the hosted snippet with the demo key at %s", async (at) => {
    const response = await shop()(at);
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain('analytics._writeKey="demo_write_key_local"'.replace("=", " = "));
    expect(page).toContain('"http://127.0.0.1:8787/analytics.js/v1/" + key + "/analytics.min.js"');
  });

  test("loads from the path prefix when there is one", async () => {
    const page = await (await shop({ pathPrefix: "/k3x9" })("/demo")).text();
    expect(page).toContain('"http://127.0.0.1:8787/k3x9/js/" + key + ".js"');
  });

  test.each(PAGES)(
    "holds to a strict policy at %s: no inline style, no unmarked script, nothing from outside",
    async (at) => {
      const response = await shop()(at);
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
      const page = await response.text();
      const scripts = [...page.matchAll(/<script\b([^>]*)>/g)].map(([, attributes = ""]) => attributes.trim());
      expect(scripts.filter((one) => !one.includes("src=") && !one.includes("application/json"))).toEqual([
        `nonce="${nonce}"`,
      ]);
      expect(page).not.toMatch(/\sstyle=|<style|\son\w+=|(?:src|href)="(?:https?:)?\/\//);
    },
  );

  test("gives each page a nonce of its own", async () => {
    const get = shop();
    const policies = await Promise.all(PAGES.map(async (at) => (await get(at)).headers.get("content-security-policy")));
    expect(new Set(policies).size).toBe(PAGES.length);
  });

  test("leads to the demo source's debugger, and says so when there is no such source", async () => {
    expect(await (await shop()("/demo")).text()).toContain('href="/sources/src_demo/debugger"');
    const lost = await (await shop({ findSource: async () => undefined })("/demo")).text();
    expect(lost).toContain('href="/sources"');
    expect(lost).toContain("No source has the demo write key");
  });

  test("serves its own files and no others", async () => {
    for (const file of readdirSync(FILES)) {
      const response = await shop()(`/demo/assets/${file}`);
      expect([file, response.status]).toEqual([file, 200]);
      expect(response.headers.get("content-type")).toMatch(file.endsWith(".css") ? /css/ : /javascript/);
    }
    expect((await shop()("/demo/assets/index.html")).status).toBe(404);
    expect((await shop()("/demo/assets/__proto__")).status).toBe(404);
  });

  test("answers an unknown product and an unknown page with a page of its own", async () => {
    for (const at of ["/demo/products/anchor", "/demo/about"]) {
      const response = await shop()(at);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("Nothing on this shelf");
    }
  });

  test("has an act behind every button", async () => {
    const script = readFileSync(path.join(FILES, "shop.js"), "utf8");
    const pages = await Promise.all(PAGES.map(async (at) => (await shop()(at)).text()));
    const acts = new Set([...pages.join().matchAll(/data-act="(\w+)"/g)].map(([, act]) => act));
    expect(acts.size).toBeGreaterThan(4);
    for (const act of acts) expect(script).toMatch(new RegExp(`\\b${act}(?:\\(|:)`));
  });
});
