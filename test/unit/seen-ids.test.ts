import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashId } from "../../src/core/id-hashes.ts";
import { compareHashes, sortHashes } from "../../src/warehouse/id-hashes.ts";
import { IdBatch, sharesIds } from "../../src/warehouse/seen-ids.ts";
import type { ReadObject } from "../../src/warehouse/sorted-hashes.ts";

const batchOf = (ids: readonly string[]): IdBatch => {
  const batch = new IdBatch();
  for (const id of ids) batch.add(id);
  return batch;
};

const streamOf = (chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

/** Objects that come in chunks of `chunk` bytes, as a network cuts them: never at the end of a hash. */
const objects =
  (lists: readonly (readonly string[])[], chunk = 37): ReadObject =>
  (key) => {
    const bytes = batchOf(lists[Number(key)]!).encode();
    const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, i) =>
      bytes.slice(i * chunk, (i + 1) * chunk),
    );
    return Promise.resolve(streamOf(chunks));
  };
const keysOf = (lists: readonly unknown[]): string[] => lists.map((_, i) => String(i));

const kept = async (ids: readonly string[], lists: readonly (readonly string[])[]): Promise<string[]> => {
  const copies = await batchOf(ids).findCopies(objects(lists), keysOf(lists));
  const left = ids.filter((id) => !copies.isCopy(id));
  expect(ids.length - left.length).toBe(copies.count);
  return left;
};

describe("ids that were seen before", () => {
  it("leaves out what one of the earlier lists holds, and of lines with one id all but the first", async () => {
    const left = await kept(["a", "b", "a", "c", "d", "c"], [["x", "b"], [], ["y", "d", "z"]]);
    expect(left).toEqual(["a", "c"]);
  });

  it("leaves out every line of an id that was there before, also when the batch repeats it", async () => {
    expect(await kept(["a", "a", "b"], [["a"]])).toEqual(["b"]);
  });

  it("keeps the same lines as a set of all ids would, for any ids and lists", async () => {
    const ids = fc.array(fc.nat(60).map(String), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(ids, fc.array(ids, { maxLength: 5 }), async (batch, lists) => {
        const seen = new Set(lists.flat());
        const expected = batch.filter((id) => !seen.has(id) && seen.add(id) !== undefined);
        expect(await kept(batch, lists)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("encodes the same bytes whatever the order and however often an id comes", () => {
    const ids = Array.from({ length: 5000 }, (_, i) => `id-${i}`);
    const encoded = batchOf(ids).encode();
    expect(batchOf([...ids.toReversed(), ...ids]).encode()).toEqual(encoded);
    expect(encoded.length).toBe(16 * ids.length);
    for (let at = 16; at < encoded.length; at += 16)
      expect(compareHashes(encoded, at - 16, encoded, at)).toBeLessThan(0);
  });

  it("goes on after it was sorted", () => {
    const batch = batchOf(["b", "c"]);
    batch.encode();
    batch.add("a");
    expect(batch.encode()).toEqual(batchOf(["a", "b", "c"]).encode());
  });

  it("sorts hashes that share their first 44 bits", () => {
    const tails = [9, 3, 200, 7, 0];
    const hashes = new Uint8Array(16 * tails.length);
    for (const [i, tail] of tails.entries())
      hashes.set([1, 2, 3, 4, 5, 0xaf, ...Array<number>(9).fill(0), tail], i * 16);
    const sorted = sortHashes(hashes);
    expect(tails.map((_, i) => sorted[i * 16 + 15])).toEqual([0, 3, 7, 9, 200]);
  });

  it("tells whether two hours share an id", async () => {
    const read = objects([["a", "b"], ["c"], ["d", "e"], ["e", "c"]]);
    expect(await sharesIds(read, ["0", "1"], ["2", "3"])).toBe(true);
    expect(await sharesIds(read, ["0"], ["2", "3"])).toBe(false);
    expect(await sharesIds(read, [], ["2"])).toBe(false);
  });

  it("refuses a list that ends within a hash", async () => {
    const read: ReadObject = () => Promise.resolve(streamOf([hashId("z").slice(0, 9)]));
    await expect(batchOf(["a"]).findCopies(read, ["broken"])).rejects.toThrow("ends within a hash");
  });
});
