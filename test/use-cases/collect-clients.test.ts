import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { basic, message, post } from "../support/post.ts";

describe("what the clients really send (peers.md M2)", () => {
  it("analytics.js: text/plain with a Basic header to /v1/t", async () => {
    const headers = {
      ...basic("wk_1"),
      "content-type": "text/plain",
      "x-retry-count": "1",
      origin: "https://shop.example",
      "user-agent": "Mozilla/5.0",
    };
    const body = {
      ...message("track"),
      type: "track",
      userId: null,
      anonymousId: "a",
      sentAt: "2026-11-22T11:59:59.900Z",
      timestamp: "2026-11-22T11:59:59.000Z",
    };
    const { deps } = await post("/v1/t", body, { headers });
    expect(deps.stored).toMatchObject([
      {
        userId: null,
        anonymousId: "a",
        channel: "client",
        timestamp: body.timestamp,
        context: { userAgent: "Mozilla/5.0" },
      },
    ]);
  });

  it("analytics-node: the key in the header only", async () => {
    const { deps } = await post(
      "/v1/batch",
      { batch: [{ ...message("track"), type: "track", writeKey: undefined }], sentAt: "x" },
      { headers: basic("wk_1") },
    );
    expect(deps.stored).toHaveLength(1);
  });

  it("edge-sdk's proxy: a redacted key in front of the real one", async () => {
    const headers = { authorization: `Basic ${btoa("REDACTED:")}, Basic ${btoa("wk_1:")}` };
    expect((await post("/v1/t", { ...message("track"), writeKey: "REDACTED" }, { headers })).deps.stored).toHaveLength(
      1,
    );
  });

  it("OAuth clients: a Bearer token and the key in the body", async () => {
    expect(
      (await post("/v1/track", message("track"), { headers: { authorization: "Bearer a.b.c" } })).deps.stored,
    ).toHaveLength(1);
  });

  it("RudderStack's node SDK: gzip under a form label, originalTimestamp", async () => {
    const item = {
      type: "identify",
      userId: "u",
      messageId: "r1",
      originalTimestamp: "2026-11-22T11:59:58.000Z",
      sentAt: "2026-11-22T12:00:00.000Z",
      context: { traits: { plan: "pro" } },
    };
    const headers = {
      ...basic("wk_1"),
      "content-encoding": "gzip",
      "content-type": "application/x-www-form-urlencoded",
    };
    const { deps } = await post("/v1/batch", gzipSync(JSON.stringify({ batch: [item] })), { headers });
    expect(deps.stored).toMatchObject([
      { messageId: "r1", timestamp: item.originalTimestamp, traits: { plan: "pro" } },
    ]);
  });

  it("RudderStack's beacon: the key in the query", async () => {
    const { deps } = await post("/beacon/v1/batch?writeKey=wk_1", {
      batch: [{ ...message("track"), type: "track", writeKey: undefined }],
    });
    expect(deps.stored).toMatchObject([{ channel: "client" }]);
  });

  it("Jitsu: X-Write-Key with a secret, the body's masked", async () => {
    const body = { ...message("page"), type: "page", userId: null, anonymousId: "a", writeKey: "wk_1:***" };
    expect((await post("/api/s/page", body, { headers: { "x-write-key": "wk_1:secret" } })).deps.stored).toMatchObject([
      { type: "page", userId: null },
    ]);
    expect(
      (await post("/api/s/event", { ...body, type: "identify" }, { headers: { "x-write-key": "wk_1" } })).deps.stored,
    ).toMatchObject([{ type: "identify" }]);
  });

  it("Hightouch: userId null, hexadecimal ids", async () => {
    const body = {
      ...message("track"),
      userId: null,
      anonymousId: "0f".repeat(16),
      messageId: "ab".repeat(16),
      context: { sessionId: 1 },
    };
    expect((await post("/v1/track", body)).deps.stored).toMatchObject([
      { messageId: "ab".repeat(16), context: { sessionId: 1 } },
    ]);
  });

  it("curl: -u key: -d with its default label", async () => {
    const headers = { ...basic("wk_1"), "content-type": "application/x-www-form-urlencoded" };
    expect(
      (await post("/v1/identify", { userId: "019mr8mf4r", traits: { email: "a@b.example" } }, { headers })).deps.stored,
    ).toMatchObject([{ type: "identify", messageId: "made-1" }]);
  });
});
