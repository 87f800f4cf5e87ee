import { env, exports } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { siteRoutes, type SiteDeps } from "../../src/site.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

it("says ok to anybody, and nothing else", async () => {
  const answer = await exports.default.fetch(new Request("https://inlet.test/healthz"));
  expect([answer.status, await answer.json()]).toEqual([200, { status: "ok" }]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

it("asks the Catalog no more than collecting does, however often it is asked", async () => {
  const ask = () => exports.default.fetch(new Request("https://inlet.test/healthz")).then((answer) => answer.text());
  await ask();
  const getByName = vi.spyOn(env.CATALOG, "getByName");
  for (let i = 0; i < 20; i++) await ask();
  expect(getByName.mock.calls.length).toBeLessThanOrEqual(1);
});

it("says 503 when no write key can be known, because the Catalog never answered", async () => {
  const cdn = { findSource: () => Promise.reject(new Error("unreachable")), pathPrefix: "" };
  const site = siteRoutes({ collect: {}, cdn, api: {} } as unknown as SiteDeps);
  const answer = await site.fetch(new Request("https://inlet.test/healthz"));
  expect([answer.status, await answer.json()]).toEqual([503, { status: "unavailable" }]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
});
