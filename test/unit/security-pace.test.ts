import { expect, test } from "vitest";
import type { ApiDeps } from "../../src/api/deps.ts";
import { apiRoutes } from "../../src/api/routes.ts";
import { ok } from "../../src/core/result.ts";

test("Tests that reach out are slowed after 120 a minute, so that nobody's server is hammered from here", async () => {
  let now = 0;
  let reached = 0;
  const api = apiRoutes({
    now: () => now,
    newRequestId: () => "1",
    noteChange: async () => {},
    catalog: () => ({
      authenticate: async () => ({ status: "granted", identity: { via: "admin", role: "owner" } }),
    }),
    warehouses: { connect: async () => ok(ok(reached++)) },
  } as unknown as ApiDeps);
  const settings = { hostname: "db.example.com", database: "d", username: "u", password: "p" };
  const validate = () =>
    api.request("/warehouses/validation", {
      method: "POST",
      headers: { authorization: "Bearer t" },
      body: JSON.stringify({ metadataId: "postgres", settings }),
    });
  for (let n = 0; n < 120; n++) expect((await validate()).status).toBe(200);
  const refused = await validate();
  expect([refused.status, refused.headers.get("retry-after"), reached]).toEqual([429, "60", 120]);
  now += 60_000;
  expect((await validate()).status).toBe(200);
});
