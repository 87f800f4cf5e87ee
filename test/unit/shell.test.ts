import { describe, expect, test } from "vitest";
import { shellRoutes } from "../../src/api/shell.ts";

const app = shellRoutes({ asset: async (path) => new Response(`the file ${path}`) });
const get = async (path: string, accept?: string) => {
  const response = await app.request(path, { headers: accept === undefined ? {} : { accept } });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
};
const PAGE = { status: 200, type: "text/html; charset=utf-8", text: "the file /index.html" };

describe("the dashboard's page", () => {
  test.each([undefined, "*/*", "application/json", "text/html"])("is at / for Accept: %s", async (accept) => {
    expect(await get("/", accept)).toEqual(PAGE);
  });

  test("is at every other path for whoever asks for a page", async () => {
    expect(await get("/sources/src_1/debugger", "text/html,application/xhtml+xml,*/*;q=0.8")).toEqual(PAGE);
  });

  test.each([undefined, "*/*", "application/json"])("is nowhere else for Accept: %s", async (accept) => {
    expect(await get("/sources", accept)).toMatchObject({ status: 404 });
  });

  test("has a policy that allows nothing inline, nothing foreign and no frame", async () => {
    const { headers } = await app.request("/");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      expect(policy.split("; ")).toContain(part);
    }
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
    });
  });
});
