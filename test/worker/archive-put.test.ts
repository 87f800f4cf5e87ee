import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { putText } from "../../durable/archive-index/put-text.ts";

const MEGABYTE = 1024 * 1024;

afterEach(() => vi.restoreAllMocks());

/** Pieces of two-byte characters that do not end where a part does. */
function* pieces(bytes: number): Generator<string> {
  yield "[";
  for (let written = 1; written < bytes; written += 600_000) yield "ü".repeat(300_000);
}

it("writes a text of any length as one object, none of it twice and no character cut", async () => {
  for (const size of [0, 1, 5, 8, 19]) {
    const key = `archive-index/put-${size}.json`;
    await putText(env.ARCHIVE, key, size === 0 ? [] : pieces(size * MEGABYTE));
    const expected = size === 0 ? "" : [...pieces(size * MEGABYTE)].join("");
    expect((await (await env.ARCHIVE.get(key))!.text()) === expected).toBe(true);
  }
});

it("leaves the object as it was when a part cannot be written", async () => {
  const key = "archive-index/put-fails.json";
  await putText(env.ARCHIVE, key, ["before"]);
  const create = env.ARCHIVE.createMultipartUpload.bind(env.ARCHIVE);
  vi.spyOn(env.ARCHIVE, "createMultipartUpload").mockImplementation(async (...args) => {
    const upload = await create(...args);
    return Object.assign(Object.create(upload) as R2MultipartUpload, {
      uploadPart: () => Promise.reject(new Error("R2 is down")),
      abort: () => upload.abort(),
    });
  });
  await expect(putText(env.ARCHIVE, key, pieces(9 * MEGABYTE))).rejects.toThrow("R2 is down");
  expect(await (await env.ARCHIVE.get(key))!.text()).toBe("before");
});
