import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { ObjectCache } from "../../src/bindings/object-cache.ts";

it("objects are read once while there is room; the longest unused and the large ones are read again", async () => {
  const asked: string[] = [];
  const bucket = {
    get: (key: string) => {
      asked.push(key);
      return env.ARCHIVE.get(key);
    },
  } as unknown as R2Bucket;
  const cache = new ObjectCache(bucket, { bytes: 20, objectBytes: 10 });
  for (const [key, size] of Object.entries({ a: 10, b: 10, c: 10, large: 11 }))
    await env.ARCHIVE.put(key, "x".repeat(size));
  const read = async (key: string) => (await new Response(await cache.open(key)).text()).length;
  expect([await read("a"), await read("b"), await read("a")]).toEqual([10, 10, 10]);
  expect(asked).toEqual(["a", "b"]);
  expect([await read("c"), await read("a"), await read("b")]).toEqual([10, 10, 10]);
  expect(asked).toEqual(["a", "b", "c", "b"]);
  expect([await read("large"), await read("large")]).toEqual([11, 11]);
  expect(asked.slice(4)).toEqual(["large", "large"]);
  await expect(cache.open("none")).rejects.toThrow("none");
});
