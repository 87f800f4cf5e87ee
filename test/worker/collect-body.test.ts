import { describe, expect, it } from "vitest";
import { readBody } from "../../src/collect/body.ts";
import { LIMITS } from "../../src/core/limits.ts";

// Workers have their own streams and decompressors: what holds in Node must be shown here again.

const TEXT = '{"event":"Käse"}';

async function pack(
  text: string | Uint8Array<ArrayBuffer>,
  format: "gzip" | "deflate" | "deflate-raw",
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Response(text).body!.pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

const post = (body: BodyInit, encoding = ""): Request =>
  new Request("https://inlet.test/v1/batch", {
    method: "POST",
    body,
    headers: encoding === "" ? {} : { "content-encoding": encoding },
  });

describe("in a Worker, a body is read", () => {
  it.each([
    ["gzip", "gzip"],
    ["gzip", ""],
    ["deflate", "deflate"],
    ["deflate-raw", "deflate"],
  ] as const)("from %s under the label %j", async (format, label) => {
    expect(await readBody(post(await pack(TEXT, format), label))).toMatchObject({ ok: true, text: TEXT });
  });

  it("as it is, also in pieces without a declared length", async () => {
    const bytes = new TextEncoder().encode(TEXT);
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await readBody(post(TEXT))).toMatchObject({ ok: true, text: TEXT, bytes: 17 });
    expect(await readBody(post(pieces))).toMatchObject({ ok: true, text: TEXT, bytes: 17 });
  });

  it("up to 500 kB unpacked, of any ratio", async () => {
    const ids = Array.from({ length: 8000 }, () => crypto.randomUUID()).join("");
    const full = `"${ids.padEnd(LIMITS.batchBytes - 2, "x")}"`;
    expect(await readBody(post(await pack(full, "gzip"), "gzip"))).toEqual({
      ok: true,
      text: full,
      bytes: LIMITS.batchBytes,
    });
    expect(await readBody(post(await pack(`${full} `, "gzip"), "gzip"))).toMatchObject({
      rejection: { reason: "request_too_large" },
    });
  });

  it("never further than its limit: of 100 MB of zeros 500 kB are seen", async () => {
    const bomb = await pack(new Uint8Array(100 * 1024 * 1024), "gzip");
    const read = await readBody(post(bomb, "gzip"));
    expect(read).toMatchObject({ ok: false, rejection: { reason: "request_too_large" } });
    expect(read.text.length).toBe(LIMITS.batchBytes);
  });

  it.each([
    ["cut off", (packed: Uint8Array<ArrayBuffer>) => packed.slice(0, 15)],
    ["without its checksum", (packed: Uint8Array<ArrayBuffer>) => packed.slice(0, -8)],
    ["with something after it", (packed: Uint8Array<ArrayBuffer>) => new Uint8Array([...packed, 1, 2, 3])],
    ["in name only", () => new Uint8Array([0x1f, 0x8b, 1, 2, 3, 4])],
  ])("never from gzip %s", async (_what, spoil) => {
    const read = await readBody(post(spoil(await pack(TEXT, "gzip")), "gzip"));
    expect(read).toMatchObject({ ok: false, rejection: { reason: "bad_encoding" } });
  });
});
