import { expect, it, vi } from "vitest";
import { collectDoor, collectRoutes } from "../../src/collect/routes.ts";
import { memoryAcceptDeps } from "../support/memory-deps.ts";
import { message } from "../support/post.ts";

const postTo = (url: string, body: unknown = message("track"), headers: Record<string, string> = {}) =>
  new Request(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { origin: "https://shop.example", ...headers },
  });
const answerOf = async (response: Response | undefined) =>
  response && [response.status, Object.fromEntries(response.headers), await response.text()];
const routes = collectRoutes(memoryAcceptDeps()).routes.filter(({ method }) => method === "POST");
const paths = routes.map(({ path }) => path).filter((path) => !path.endsWith("/m"));

it("answers every path that collects as the router does, also under the path prefix", async () => {
  expect(paths.length).toBeGreaterThan(50);
  for (const path of paths) {
    for (const body of [message("track"), { batch: [message("track"), 5], writeKey: "wk_1" }, "?"]) {
      const routed = await collectRoutes(memoryAcceptDeps()).fetch(postTo(`https://in.example${path}`, body));
      const expected = await answerOf(routed);
      for (const prefix of ["", "/k3x9"]) {
        const answer = collectDoor(
          memoryAcceptDeps(),
          "/k3x9",
        )(postTo(`https://in.example${prefix}${path}?a=/b`, body));
        expect(await answerOf(await answer), prefix + path).toEqual(expected);
      }
    }
  }
});

it("leaves everything else to the router", () => {
  const door = collectDoor(memoryAcceptDeps(), "");
  const others = [
    "/",
    "/v1/m",
    "/v1/q",
    "/v1/pixel/track",
    "/v1/%74rack",
    "/V1/track",
    "/v1//track",
    "/v1/track//",
    "/api/sources",
  ];
  for (const path of others) expect(door(postTo(`https://in.example${path}`)), path).toBeUndefined();
  for (const method of ["GET", "OPTIONS", "PUT"]) {
    expect(door(new Request("https://in.example/v1/track", { method })), method).toBeUndefined();
  }
});

it("answers a bug 503 with Retry-After, and logs it", async () => {
  const log = vi.spyOn(console, "error").mockReturnValue();
  const deps = {
    ...memoryAcceptDeps(),
    now: () => {
      throw new Error("a bug");
    },
  };
  const response = await collectDoor(deps, "")(postTo("https://in.example/v1/track"));
  expect([response?.status, response?.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(log).toHaveBeenCalledWith(expect.stringContaining('"event":"collect_failed"'));
  log.mockRestore();
});
