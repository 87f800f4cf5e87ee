import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { SettingValue } from "../../src/core/catalog.ts";
import type { Outcome } from "../../src/core/delivery.ts";
import { webhook } from "../../src/destinations/own/webhook.ts";
import { settingsProblem, tryKind, type FarEnd, type SeenRequest } from "../support/own-kinds.ts";

const EVENT = {
  type: "track",
  event: "Order Completed",
  messageId: "m1",
  userId: null,
  properties: { revenue: 39.95, name: "Ünïcode 😀", coupon: "" },
};

/** Sends EVENT through a webhook with these settings; the far end is `answer`. */
async function send(
  settings: Record<string, SettingValue>,
  answer?: FarEnd,
): Promise<{ readonly outcome: Outcome; readonly seen: SeenRequest[] }> {
  const { perform, seen } = await tryKind(webhook, { url: "https://hook.example/in", ...settings }, answer);
  const [outcome] = await perform([EVENT]);
  return { outcome: outcome!, seen };
}

describe("the request", () => {
  it("is a POST of the event's JSON", async () => {
    const { outcome, seen } = await send({});
    expect(outcome).toEqual({ status: "delivered" });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ url: "https://hook.example/in", init: { method: "POST", redirect: "manual" } });
    expect(seen[0]!.headers.get("content-type")).toBe("application/json");
    expect(seen[0]!.body).toBe(JSON.stringify(EVENT));
    expect(seen[0]!.headers.has("x-signature")).toBe(false);
  });

  it("uses the method and headers of the settings, secret ones included", async () => {
    const { seen } = await send({
      method: "PUT",
      headers: { "X-Team": "growth" },
      secretHeaders: "Authorization: Bearer hunter2\n\n X-Key : k2 ",
    });
    expect(seen[0]!.init.method).toBe("PUT");
    expect(Object.fromEntries(seen[0]!.headers)).toMatchObject({
      "x-team": "growth",
      authorization: "Bearer hunter2",
      "x-key": "k2",
    });
  });

  it("is signed as Segment signs it: hex HMAC-SHA1 of the body, checked the way its docs check it", async () => {
    const { seen } = await send({ sharedSecret: "s3cret" });
    const { body, headers } = seen[0]!;
    const digest = createHmac("sha1", "s3cret")
      .update(Buffer.from(JSON.stringify(JSON.parse(body)), "utf-8"))
      .digest("hex");
    expect(headers.get("x-signature")).toBe(digest);
  });
});

describe("the answer", () => {
  it("that redirects is not followed and needs a person", async () => {
    const { outcome, seen } = await send(
      {},
      () => new Response(null, { status: 307, headers: { location: "https://evil.example" } }),
    );
    expect(seen).toHaveLength(1);
    expect(outcome).toMatchObject({ status: "abandoned", reason: "307", who: "user" });
  });

  it("429 is retried after the pause it asks for", async () => {
    const { outcome } = await send({}, () => new Response("", { status: 429, headers: { "retry-after": "9" } }));
    expect(outcome).toMatchObject({ status: "retry", reason: "429", retryAfterMs: 9000 });
  });

  it("that repeats the request's secrets is shown without them", async () => {
    const { outcome } = await send(
      { secretHeaders: "Authorization: Bearer hunter22\nX-Plain: swordfish", sharedSecret: "open-sesame" },
      ({ headers }) =>
        new Response(`${JSON.stringify([...headers])} hunter22 open-sesame`, {
          status: 401,
          statusText: "no swordfish",
          headers: { "x-echo": "swordfish" },
        }),
    );
    expect(JSON.stringify(outcome)).not.toMatch(/hunter22|swordfish|open-sesame/);
    expect(JSON.stringify(outcome)).toContain("x-plain");
  });

  it("shows no plain header either that was stored when its name was not known for a credential's", async () => {
    const { outcome, seen } = await send(
      { headers: { "X-Auth-Key": "stored-auth-key" } },
      ({ headers }) => new Response(JSON.stringify([...headers]), { status: 401 }),
    );
    expect(seen[0]!.headers.get("x-auth-key")).toBe("stored-auth-key");
    expect(JSON.stringify(outcome)).not.toContain("stored-auth-key");
  });

  it("that repeats one secret shows no part of it, though another one is its beginning", async () => {
    const { outcome } = await send(
      { secretHeaders: "X-Id: key-1234\nX-Key: key-1234-tail" },
      () => new Response("no access with key-1234-tail", { status: 400 }),
    );
    expect(JSON.stringify(outcome)).not.toContain("-tail");
  });

  it("400 is abandoned with what was said, secrets masked and texts bounded", async () => {
    const { outcome } = await send(
      { url: "https://hook.example/in?token=hunter2&v=1", secretHeaders: "X-Plain: hunter2", sharedSecret: "hunter2" },
      () => new Response("x".repeat(1_000_000), { status: 400, statusText: "Bad Request" }),
    );
    if (outcome.status !== "abandoned") throw new Error("not abandoned");
    const { exchange } = outcome;
    expect(outcome).toMatchObject({
      reason: "400",
      detail: expect.stringMatching(/^400 Bad Request: x{280,}…$/),
      who: "user",
    });
    expect(JSON.stringify(outcome)).not.toContain("hunter2");
    expect(exchange!.request).toContain("POST https://hook.example/in?token=••••&v=1");
    expect(exchange!.request).toMatch(/^x-plain: ••••$/m);
    expect(exchange!.request).toMatch(/^x-signature: ••••$/m);
    expect(exchange!.sent).toBe(JSON.stringify(EVENT));
    expect(exchange!.response.startsWith("400 Bad Request\n")).toBe(true);
    expect(exchange!.response).toContain("xxx");
    expect(exchange!.response.length).toBeLessThan(2100);
  });

  it("of an endless body is read no further than its start", async () => {
    let pulled = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(1000).fill(120));
        },
      });
    await send({}, () => new Response(endless(), { status: 503 }));
    expect(pulled).toBeLessThan(10);
  });

  it("that breaks off still counts by its status", async () => {
    const broken = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.error(new Error("reset"));
        },
      });
    expect((await send({}, () => new Response(broken(), { status: 200 }))).outcome.status).toBe("delivered");
    expect((await send({}, () => new Response(broken(), { status: 500 }))).outcome).toMatchObject({
      status: "retry",
      reason: "500",
    });
  });

  it("that never comes because the connection fails is retried under its code", async () => {
    const { outcome } = await send({}, () => Promise.reject(new Error("Network connection lost.")));
    expect(outcome).toMatchObject({ status: "retry", reason: "ECONNRESET", detail: "Network connection lost." });
  });
});

describe("settings", () => {
  const refusal = async (settings: Record<string, SettingValue>): Promise<string> =>
    (await settingsProblem(webhook, { url: "https://hook.example/in", ...settings })) ?? "accepted";

  it.each<[string, Record<string, SettingValue>, RegExp]>([
    ["no URL", { url: null }, /^url: /],
    ["another scheme", { url: "ftp://hook.example" }, /http or https/],
    ["script as URL", { url: "javascript:alert(1)" }, /http or https/],
    ["no URL at all", { url: "hook.example" }, /http or https/],
    ["credentials in the URL", { url: "https://u:p@hook.example" }, /user name or password/],
    ["a method that is no write", { method: "GET" }, /^method: /],
    ["Host", { headers: { Host: "other.example" } }, /connection itself/],
    ["a hop-by-hop header", { headers: { "Transfer-Encoding": "chunked" } }, /connection itself/],
    ["the signature's own header", { headers: { "x-signature": "forged" } }, /connection itself/],
    ["a header name with a line break", { headers: { "a\r\nb": "c" } }, /not a header name/],
    ["a header value with a line break", { headers: { a: "b\r\nHost: x" } }, /not a header value/],
    [
      "too many headers",
      { headers: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`h${i}`, "v"])) },
      /at most 20/,
    ],
    ["secret headers that are no header lines", { secretHeaders: "Bearer x" }, /Name: value/],
    ["a managed header among the secret ones", { secretHeaders: "Host: x" }, /Name: value/],
  ])("refuse %s and say so", async (_, settings, message) => {
    expect(await refusal(settings)).toMatch(message);
  });

  it("need nothing but a URL", async () => {
    expect(await refusal({})).toBe("accepted");
  });

  it("never repeat a secret in a refusal", async () => {
    expect(await refusal({ secretHeaders: "hunter2" })).not.toContain("hunter2");
  });
});
