import { Hono } from "hono";
import { expect, test, vi } from "vitest";
import { constantText } from "../../src/api/constant-text.ts";
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

test("The API's description is not sent again to whoever has it, and is to whoever has another", async () => {
  const api = apiRoutes({ newRequestId: () => "1" } as unknown as ApiDeps);
  const ask = (none: string) => api.request("/openapi.json", { headers: { "if-none-match": none } });
  const first = await api.request("/openapi.json");
  const etag = first.headers.get("etag") ?? "";
  expect([first.headers.get("content-type"), etag]).toEqual([
    "application/json",
    expect.stringMatching(/^"[\w-]{43}"$/),
  ]);
  for (const none of [etag, `W/${etag}`, `"old", ${etag}`, "*"]) {
    const answer = await ask(none);
    expect([answer.status, answer.headers.get("etag"), await answer.text()]).toEqual([304, etag, ""]);
  }
  for (const none of ["", '"old"', etag.slice(1, -1), `"x${etag.slice(1)}`]) {
    const answer = await ask(none);
    expect([answer.status, answer.headers.get("etag")]).toEqual([200, etag]);
    expect(JSON.parse(await answer.text())).toMatchObject({ openapi: "3.1.0" });
  }
});

test("The ETag of the API's description changes with what it says", async () => {
  const etagOf = async (text: string): Promise<string | null> => {
    const app = new Hono().get(
      "/",
      constantText(() => text),
    );
    return (await app.request("/")).headers.get("etag");
  };
  expect(await etagOf("{}")).toBe(await etagOf("{}"));
  expect(await etagOf("{}")).not.toBe(await etagOf('{"a":1}'));
});

test("A request that ends before the API's description is written leaves no other waiting", async () => {
  const app = new Hono().get(
    "/",
    constantText(() => "{}"),
  );
  const digest = vi.spyOn(crypto.subtle, "digest").mockReturnValueOnce(new Promise(() => {}));
  void app.request("/");
  await vi.waitFor(() => expect(digest).toHaveBeenCalled());
  expect((await app.request("/")).status).toBe(200);
  digest.mockRestore();
});
