import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { putNewer } from "../../src/bindings/put-newer.ts";

const version = (text: string): number => (JSON.parse(text) as { version: number }).version;
const put = (bucket: Pick<R2Bucket, "get" | "put">, key: string, no: number) =>
  putNewer(bucket, key, JSON.stringify({ version: no }), (present) => version(present) < no);
const read = async (key: string) => version(await (await env.ARCHIVE.get(key))!.text());

it("what is newer replaces what is older, and never the other way round", async () => {
  for (const [no, now] of [
    [1, 1],
    [3, 3],
    [2, 3],
    [3, 3],
    [4, 4],
  ] as const) {
    await put(env.ARCHIVE, "put-newer/a", no);
    expect(await read("put-newer/a")).toBe(now);
  }
});

it("one that was held up between looking and writing does not undo what came in between", async () => {
  for (const before of [undefined, 1]) {
    const key = `put-newer/${before ?? "none"}`;
    if (before !== undefined) await put(env.ARCHIVE, key, before);
    let held = true;
    const slow = {
      get: (name: string) => env.ARCHIVE.get(name),
      put: async (...args: Parameters<R2Bucket["put"]>) => {
        if (held) await put(env.ARCHIVE, key, 3);
        held = false;
        return env.ARCHIVE.put(...args);
      },
    } as unknown as R2Bucket;
    await put(slow, key, 2);
    expect(await read(key)).toBe(3);
  }
});
