import { expect, test, vi } from "vitest";
import type { ApiDeps } from "../../src/api/deps.ts";
import { apiRoutes } from "../../src/api/routes.ts";

test("The API's description is written once, however often strangers ask for it", async () => {
  const api = apiRoutes({ newRequestId: () => "1" } as unknown as ApiDeps);
  const write = vi.spyOn(api, "getOpenAPI31Document");
  const texts = [];
  for (let n = 0; n < 3; n++) texts.push(await (await api.request("/openapi.json")).text());
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain("3.1.0");
  expect(write).toHaveBeenCalledTimes(1);
});
