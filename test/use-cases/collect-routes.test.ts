import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { collectRoutes } from "../../src/collect/routes.ts";
import { EventType } from "../../src/core/event.ts";
import { createTestSource, memoryAcceptDeps } from "../support/memory-deps.ts";
import { basic, message, post } from "../support/post.ts";

const SUCCESS = '{"success":true}';

const LETTERS = { track: "t", identify: "i", page: "p", screen: "s", group: "g", alias: "a" } as const;

describe("every path of every SDK", () => {
  const singles = EventType.options.flatMap((type) =>
    [
      `/v1/${type}`,
      `/${type}`,
      `/v1/${LETTERS[type]}`,
      `/${LETTERS[type]}`,
      `/api/s/${type}`,
      `/api/s/s2s/${type}`,
    ].map((path) => [path, type] as const),
  );

  it.each(singles)("POST %s is a %s", async (path, type) => {
    const { response, text, deps } = await post(path, message(type));
    expect([response.status, text, response.headers.get("content-type")]).toEqual([200, SUCCESS, "application/json"]);
    expect(deps.stored).toMatchObject([{ type, messageId: "m1", projectId: "src_1" }]);
    expect(deps.observations).toEqual([]);
  });

  const batches = ["/v1/batch", "/batch", "/v1/b", "/b", "/v1/import", "/import", "/beacon/v1/batch"];
  it.each(batches)("POST %s is a batch", async (path) => {
    const items = EventType.options.map((type) => ({ ...message(type), type, messageId: `m-${type}` }));
    const { response, text, deps } = await post(path, { writeKey: "wk_1", batch: items });
    expect([response.status, text]).toEqual([200, SUCCESS]);
    expect(deps.stored.map((event) => event.type)).toEqual(EventType.options);
  });

  it.each(["/v1/m", "/m"])("POST %s is answered and counted nowhere", async (path) => {
    const series = { series: [{ type: "Counter", metric: "analytics_js.invoke", value: 1, tags: {} }] };
    const { response, deps } = await post(path, series, {
      headers: { ...basic("wk_1"), "content-type": "text/plain" },
    });
    expect(response.ok).toBe(true);
    expect([deps.stored, deps.observations, deps.unknown]).toEqual([[], [], []]);
  });

  it.each([...singles.map(([path]) => path), ...batches, "/v1/m", "/m"])(
    "OPTIONS %s allows what was asked",
    async (path) => {
      const headers = {
        origin: "https://shop.example",
        "access-control-request-headers": "authorization,x-retry-count",
      };
      const response = await collectRoutes(memoryAcceptDeps()).request(path, { method: "OPTIONS", headers });
      expect(response.status).toBe(204);
      expect(response.headers.get("access-control-allow-headers")).toBe("authorization,x-retry-count");
      expect(response.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    },
  );

  it("may end in a slash", async () => {
    expect((await post("/v1/track/", message("track"))).deps.stored).toHaveLength(1);
  });

  it("OPTIONS is answered for what is only fetched, too", async () => {
    const response = await collectRoutes(memoryAcceptDeps()).request("/v1/projects/wk_1/settings", {
      method: "OPTIONS",
    });
    expect(response.status).toBe(204);
  });

  it("and no other path: those fall through", async () => {
    for (const path of ["/", "/v1", "/v1/x", "/v2/track", "/api/sources", "/api/s", "/api/s/merge", "/v1/track/more"]) {
      expect((await post(path, message("track"))).response.status, path).toBe(404);
    }
    for (const path of [
      "/",
      "/v1",
      "/v1/q",
      "/v1/pixel/track",
      "/v1/projects/wk_1/settings",
      "/sources",
      "/api/sources",
    ]) {
      expect((await collectRoutes(memoryAcceptDeps()).request(path)).status, path).toBe(404);
    }
  });

  const otherMethods = ["GET", "HEAD", "PUT", "DELETE", "PATCH"];
  it.each([...singles.map(([path]) => path), ...batches, "/v1/m", "/m", "/v1/track/"])(
    "%s is for POST, which every other method is told",
    async (path) => {
      for (const method of otherMethods) {
        const headers = { origin: "https://shop.example", accept: "text/html" };
        const response = await collectRoutes(memoryAcceptDeps()).request(path, { method, headers });
        expect([response.status, response.headers.get("allow")], method).toEqual([405, "POST, OPTIONS"]);
        expect(response.headers.get("access-control-allow-origin")).toBe("https://shop.example");
        const body = await response.text();
        if (method === "HEAD") expect(body).toBe("");
        else
          expect(JSON.parse(body)).toMatchObject({
            code: "method_not_allowed",
            message: expect.stringContaining("POST"),
          });
      }
    },
  );

  it("tells devices from servers by the path", async () => {
    const channel = async (path: string) => (await post(path, message("track"))).deps.stored[0]?.channel;
    expect(await Promise.all(["/v1/track", "/v1/t", "/api/s/track", "/api/s/s2s/track"].map(channel))).toEqual([
      "server",
      "client",
      "client",
      "server",
    ]);
  });
});

describe("the wire answers", () => {
  it.each([
    ["unknown write key", { ...message("track"), writeKey: "nobody" }],
    ["no write key", { event: "x", userId: "u" }],
    ["no id", { event: "x", writeKey: "wk_1" }],
    ["no event name", { userId: "u", writeKey: "wk_1" }],
    ["no object", '"text"'],
  ])("200 and the reason elsewhere: %s", async (_what, body) => {
    const { response, text, deps } = await post("/v1/track", body);
    expect([response.status, text]).toEqual([200, SUCCESS]);
    expect(deps.stored).toEqual([]);
    expect(deps.observations.length + deps.unknown.length).toBe(1);
  });

  it.each([
    ["broken JSON", "/v1/track", '{"writeKey":"wk_1",', "invalid_request", "bad_request"],
    ["an empty body", "/v1/track", "", "invalid_request", "unknown_source"],
    [
      "one message over 32 kB",
      "/v1/track",
      { ...message("track"), x: "x".repeat(33_000) },
      "message_too_large",
      "message_too_large",
    ],
    [
      "a request over 500 kB",
      "/v1/batch",
      { writeKey: "wk_1", x: "x".repeat(512_001) },
      "request_too_large",
      "request_too_large",
    ],
    ["broken gzip", "/v1/batch?writeKey=wk_1", gzipSync("{}").subarray(0, 12), "bad_encoding", "bad_encoding"],
  ])("400 for %s, named with its source", async (_what, path, body, code, reason) => {
    const { response, text, deps } = await post(path, body);
    expect(response.status).toBe(400);
    expect(JSON.parse(text)).toEqual({ success: false, message: expect.any(String), code });
    const told = {
      ...deps.counts(),
      ...Object.fromEntries(deps.unknown.map((one) => [`refused:${one.reason}`, one.count])),
    };
    expect(told).toEqual({ [`refused:${reason}`]: 1 });
  });

  it("400 for a batch with an oversized message, whose good ones are stored all the same", async () => {
    const items = [message("track"), { ...message("track"), messageId: "big", x: "x".repeat(40_000) }].map((item) => ({
      ...item,
      type: "track",
    }));
    const { response, text, deps } = await post("/v1/batch", { batch: items }, { headers: basic("wk_1") });
    expect(response.status).toBe(400);
    expect(text).toContain("1 of 2 messages were stored");
    expect(deps.stored.map((event) => event.messageId)).toEqual(["m1"]);
    expect(deps.samples()).toMatchObject([{ messageId: "big", reason: "message_too_large", truncated: true }]);
  });

  it("429 and 503 with a wait that browsers may read", async () => {
    const limited = memoryAcceptDeps();
    limited.withinLimit = false;
    const down = memoryAcceptDeps();
    down.reachable.storage = false;
    const headers = { origin: "https://shop.example" };
    const first = (await post("/v1/track", message("track"), { deps: limited, headers })).response;
    const second = (await post("/v1/track", message("track"), { deps: down, headers })).response;
    expect([first.status, first.headers.get("retry-after"), first.headers.get("x-ratelimit-reset")]).toEqual([
      429,
      "30",
      "30",
    ]);
    expect([second.status, second.headers.get("retry-after")]).toEqual([503, "5"]);
    for (const { headers: answer } of [first, second]) {
      expect(answer.get("access-control-allow-origin")).toBe("https://shop.example");
      expect(answer.get("access-control-allow-credentials")).toBe("true");
      expect(answer.get("access-control-expose-headers")).toContain("Retry-After");
    }
  });

  it("503 for a bug, logged, so that the SDK keeps its events", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const deps = memoryAcceptDeps();
    deps.append = () => Promise.reject(new Error("a bug"));
    const { response, text } = await post("/v1/track", message("track"), {
      deps,
      headers: { origin: "https://a.test" },
    });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://a.test");
    expect(text).not.toContain("a bug");
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });
});

describe("Prefer: return=representation", () => {
  const headers = { ...basic("wk_1"), prefer: "respond-async, return=representation" };

  it("says what became of each message", async () => {
    const items = [
      { ...message("track"), type: "track" },
      { ...message("track"), type: "track" },
      { type: "page", messageId: "p1" },
    ];
    const { response, text } = await post("/v1/batch", { batch: items }, { headers });
    expect([response.status, response.headers.get("preference-applied")]).toEqual([200, "return=representation"]);
    expect(JSON.parse(text)).toEqual({
      success: true,
      items: [
        { messageId: "m1", status: "accepted" },
        { messageId: "m1", status: "duplicate" },
        {
          messageId: "p1",
          status: "rejected",
          reason: "no_user_anon_id",
          message: "Neither userId nor anonymousId is a non-empty string.",
        },
      ],
    });
  });

  it("says why a whole request was refused, though the status stays 200", async () => {
    const deps = memoryAcceptDeps(createTestSource({ enabled: false }));
    const { response, text } = await post("/v1/track", message("track"), { headers, deps });
    expect(response.status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      success: true,
      outcome: { status: "rejected", reason: "source_disabled", message: "The source is switched off." },
    });
  });
});
