import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readBody } from "../../src/collect/body.ts";
import { answerPreflight, corsHeaders } from "../../src/collect/cors.ts";
import { readCall } from "../../src/collect/transport.ts";
import { LIMITS } from "../../src/core/limits.ts";

const post = (body: BodyInit | null, headers: Record<string, string> = {}, path = "/v1/track"): Request =>
  new Request(`https://inlet.test${path}`, { method: "POST", body, headers });

const JSON_TEXT = '{"event":"Käse"}';

describe("a body is read", () => {
  it.each([
    ["as it is", JSON_TEXT, ""],
    ["with a label that says so", JSON_TEXT, "identity"],
    ["from gzip", gzipSync(JSON_TEXT), "gzip"],
    ["from gzip in capitals", gzipSync(JSON_TEXT), "GZIP"],
    ["from gzip without a label", gzipSync(JSON_TEXT), ""],
    ["from zlib's deflate", deflateSync(JSON_TEXT), "deflate"],
    ["from raw deflate", deflateRawSync(JSON_TEXT), "deflate"],
    ["plain under a label that a proxy left behind", JSON_TEXT, "gzip"],
    ["with a byte order mark", `\ufeff${JSON_TEXT}`, ""],
  ])("%s", async (_rule, body, encoding) => {
    const read = await readBody(post(body, encoding === "" ? {} : { "content-encoding": encoding }));
    expect(read).toMatchObject({ ok: true, text: JSON_TEXT });
  });

  it("as empty when there is none", async () => {
    expect(await readBody(post(null))).toEqual({ ok: true, text: "", bytes: 0 });
  });

  it.each([
    ["broken gzip", gzipSync(JSON_TEXT).subarray(0, 20), "gzip"],
    ["gzip with a wrong checksum", Buffer.concat([gzipSync(JSON_TEXT).subarray(0, -8), Buffer.alloc(8)]), "gzip"],
    ["something else under gzip's mark", Buffer.from([0x1f, 0x8b, 1, 2, 3]), ""],
    ["an encoding nobody speaks", Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), "zstd"],
  ])("never from %s", async (_rule, body, encoding) => {
    const read = await readBody(post(body, encoding === "" ? {} : { "content-encoding": encoding }));
    expect(read).toMatchObject({ ok: false, rejection: { reason: "bad_encoding" } });
  });

  it("up to 500 kB, packed or unpacked", async () => {
    const full = `"${"x".repeat(LIMITS.batchBytes - 2)}"`;
    expect(await readBody(post(full))).toMatchObject({ ok: true, bytes: LIMITS.batchBytes });
    expect(await readBody(post(gzipSync(full)))).toMatchObject({ ok: true, bytes: LIMITS.batchBytes });
    for (const body of [`${full} `, gzipSync(`${full} `)]) {
      expect(await readBody(post(body))).toMatchObject({ ok: false, rejection: { reason: "request_too_large" } });
    }
  });

  it("never further than its limit: a bomb of 200 MB is stopped after 500 kB", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(LIMITS.batchBytes);
    const read = await readBody(post(bomb, { "content-encoding": "gzip" }));
    expect(read).toMatchObject({ ok: false, rejection: { reason: "request_too_large" } });
    expect(read.text.length).toBe(LIMITS.batchBytes);
  });

  it("stops pulling an endless body", async () => {
    let pulled = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 64 * 1024;
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
      },
      cancel() {
        cancelled = true;
      },
    });
    const request = new Request("https://inlet.test/v1/batch", {
      method: "POST",
      body: endless,
      duplex: "half",
    } as RequestInit);
    expect(await readBody(request)).toMatchObject({ ok: false, rejection: { reason: "request_too_large" } });
    expect(pulled).toBeLessThan(LIMITS.batchBytes + 4 * 64 * 1024);
    expect(cancelled).toBe(true);
  });

  it("as broken when the client cuts it off", async () => {
    const cut = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) });
    const request = new Request("https://inlet.test/v1/batch", {
      method: "POST",
      body: cut,
      duplex: "half",
    } as RequestInit);
    expect(await readBody(request)).toMatchObject({ ok: false, rejection: { reason: "bad_request" } });
  });
});

describe("a request becomes a call", () => {
  const single = { batch: false, impliedType: "track" } as const;
  const batch = { batch: true } as const;

  it("with its message, its keys and its sender", async () => {
    const request = post('{"event":"x","writeKey":"body"}', {
      authorization: `Basic ${btoa("head:")}`,
      "user-agent": "UA",
      "cf-connecting-ip": "203.0.113.9",
      origin: "https://shop.example",
    });
    expect(await readCall(request, single)).toEqual({
      ok: true,
      value: {
        messages: [{ event: "x", writeKey: "body" }],
        batch: false,
        impliedType: "track",
        writeKeys: ["head", "body"],
        client: { ip: "203.0.113.9", userAgent: "UA", origin: "https://shop.example", clientSide: true },
      },
    });
  });

  it("from a batch, with what its items share and the key of its first item as the last resort", async () => {
    const body = { batch: [{ writeKey: "item" }], context: { a: 1 }, sentAt: "s", writeKey: "top" };
    const read = await readCall(post(JSON.stringify(body)), batch);
    expect(read).toMatchObject({
      ok: true,
      value: { messages: body.batch, shared: { context: { a: 1 }, sentAt: "s" }, writeKeys: ["top", "item"] },
    });
  });

  it("from a device or a server as the path says, else as the headers show", async () => {
    const side = async (shape: Parameters<typeof readCall>[1], headers = {}) => {
      const read = await readCall(post("{}", headers), shape);
      return read.ok && read.value.client.clientSide;
    };
    expect(await side(single)).toBe(false);
    expect(await side(single, { "sec-fetch-site": "same-origin" })).toBe(true);
    expect(await side({ ...single, side: "client" })).toBe(true);
    expect(await side({ ...single, side: "server" }, { origin: "https://a.test" })).toBe(false);
  });

  it.each([
    ["broken JSON names its key where it can", '{"writeKey":"wk","event":', "bad_request"],
    ["an oversized message is still parsed", `{"writeKey":"wk","x":"${"x".repeat(33_000)}"}`, "message_too_large"],
  ])("or not: %s", async (_rule, text, reason) => {
    expect(await readCall(post(text), single)).toMatchObject({
      ok: false,
      error: { writeKeys: ["wk"], rejection: { reason } },
    });
  });

  it.each([
    ["{}", "batch is missing"],
    ['{"batch":{}}', "it is an object"],
    ["[]", "the body is an array"],
  ])("or not: %s is no batch", async (text, detail) => {
    expect(await readCall(post(text), batch)).toMatchObject({
      ok: false,
      error: { rejection: { reason: "batch_not_array", detail } },
    });
  });

  it("a batch may be larger than one message", async () => {
    const text = JSON.stringify({ batch: Array.from({ length: 40 }, () => ({ x: "x".repeat(1000) })) });
    expect((await readCall(post(text), batch)).ok).toBe(true);
  });
});

describe("CORS", () => {
  it("echoes the origin and the requested headers of a preflight", () => {
    const asked = "authorization,content-type,x-retry-count,x-my-own";
    const answer = answerPreflight(
      new Request("https://inlet.test/v1/t", {
        method: "OPTIONS",
        headers: {
          origin: "https://shop.example",
          "access-control-request-headers": asked,
          "access-control-request-method": "POST",
        },
      }),
    );
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toEqual({
      "access-control-allow-origin": "https://shop.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": asked,
      "access-control-allow-methods": "POST, GET, OPTIONS",
      "access-control-expose-headers": "Retry-After, X-RateLimit-Reset, Preference-Applied",
      "access-control-max-age": "86400",
      vary: "Origin, Access-Control-Request-Headers",
    });
  });

  it("never says *, and names what analytics.js needs when a preflight asks for nothing", () => {
    const answer = answerPreflight(new Request("https://inlet.test/v1/t", { method: "OPTIONS" }));
    expect(answer.headers.get("access-control-allow-headers")).toContain("x-retry-count");
    expect(corsHeaders(new Request("https://inlet.test/"))).toEqual({ Vary: "Origin" });
  });
});
