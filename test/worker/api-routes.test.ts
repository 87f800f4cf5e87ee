import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ROUTES } from "../support/api-routes.ts";
import { api, call, describedRoutes, makeSource } from "../support/api.ts";

const OPEN = new Set(["POST /session", "GET /openapi.json"]);
const fill = (path: string) => path.replaceAll(/\{\w+\}/g, "nothing-like-it");

describe("every route", () => {
  it.each(ROUTES.filter((route) => !OPEN.has(route)))("%s refuses without a token", async (route) => {
    const [method = "", path = ""] = route.split(" ");
    const answer = await call(method, fill(path), method === "GET" ? {} : { body: {} });
    expect(answer.status).toBe(401);
    expect(answer.errors).toEqual([expect.objectContaining({ type: "unauthenticated" })]);
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
  });

  it("refuses an unknown path without a token as well, so that nothing can be found out", async () => {
    expect((await call("GET", "/no/such/thing")).status).toBe(401);
    expect((await call("GET", "")).status).toBe(401);
    const known = await api("GET", "/no/such/thing");
    expect([known.status, known.errors[0]?.type]).toEqual([404, "not_found"]);
  });

  it("is described, and what is described is served", async () => {
    const described = (await describedRoutes()).map(({ method, path }) => `${method} ${path}`);
    expect(described.toSorted()).toEqual(ROUTES.toSorted());
    const source = await makeSource();
    for (const route of ROUTES) {
      const [method = "", path = ""] = route.split(" ");
      if (method === "DELETE" || OPEN.has(route)) continue;
      const at = path.replace("{sourceId}", String(source["id"])).replaceAll(/\{\w+\}/g, "x");
      const answer = await api(method, at, method === "GET" ? undefined : {});
      // 404 with these words would be the router's; a resource's own 404 names what is missing
      expect(answer.errors[0]?.message, route).not.toBe("There is nothing at this path.");
      expect(answer.status, `${route} ${answer.text}`).toBeLessThan(500);
    }
  });

  it("says in openapi.json how to sign in, and needs no sign-in to be read", async () => {
    const { status, text } = await call("GET", "/openapi.json");
    expect(status).toBe(200);
    const document = JSON.parse(text);
    expect(document).toMatchObject({
      openapi: "3.1.0",
      servers: [{ url: "/api" }],
      components: { securitySchemes: { token: { scheme: "bearer" }, session: { name: "inlet_session" } } },
    });
    expect(text).not.toContain(env.INLET_ADMIN_TOKEN);
  });

  it.each(["/sources", "/sources/nope", "/openapi.json"])("answers %s as data that no cache keeps", async (path) => {
    const { headers } = await api("GET", path);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-type")).toContain("application/json");
  });
});

describe("what is sent", () => {
  it("is JSON whatever its label says", async () => {
    const headers = {
      authorization: `Bearer ${env.INLET_ADMIN_TOKEN}`,
      "content-type": "application/vnd.segment.v1+json",
    };
    const body = { slug: "from-the-sdk", enabled: true, metadataId: "server" };
    const answer = await call("POST", "/sources", { headers, body });
    expect(answer.data["source"]).toMatchObject({ slug: "from-the-sdk", name: "from-the-sdk", kind: "server" });
  });

  it.each([
    ["an object that hides its toString", '{"toString":1}'],
    ["lists in lists without end", "[".repeat(20_000) + "]".repeat(20_000)],
  ])("is refused where a text has a length that is %s", async (_, length) => {
    const answer = await call("POST", "/session", { body: `{"token":{"length":${length}}}` });
    expect([answer.status, answer.errors[0]?.type]).toEqual([422, "invalid"]);
  });

  it("is refused as 400 when it is no JSON", async () => {
    const answer = await api("POST", "/sources", "{broken");
    expect([answer.status, answer.errors[0]?.type]).toEqual([400, "bad_request"]);
  });

  it("is refused as 422, field by field, without repeating the value", async () => {
    const answer = await api("POST", "/sources", { name: "", slug: "NOT A SLUG", kind: "toaster" });
    expect(answer.status).toBe(422);
    expect(answer.errors.map((error) => error.field).toSorted()).toEqual(["kind", "name", "slug"]);
    expect(answer.text).not.toContain("NOT A SLUG");
  });

  it("is refused when it is empty but needed", async () => {
    expect((await api("POST", "/sources")).status).toBe(422);
  });

  it("is refused as 413 when it is far too large", async () => {
    const answer = await api("POST", "/sources", { name: "x".repeat(300_000) });
    expect([answer.status, answer.errors[0]?.type]).toEqual([413, "too_large"]);
  });
});
