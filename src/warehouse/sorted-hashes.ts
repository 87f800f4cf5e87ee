import { HASH_BYTES } from "../core/dedup-index.ts";
import { compareHashes } from "./id-hashes.ts";

/** Opens an object that is there; its bytes come in chunks of any size. */
export type ReadObject = (key: string) => Promise<ReadableStream<Uint8Array>>;

/** Blocks of whole hashes out of the chunks of an object, which may be cut anywhere. */
async function* hashBlocks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array(0);
  for await (const chunk of stream) {
    let bytes = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    const whole = bytes.length - (bytes.length % HASH_BYTES);
    if (whole > 0) yield bytes.subarray(0, whole);
    rest = bytes.slice(whole);
  }
  if (rest.length > 0) throw new Error("a list of ids ends within a hash");
}

/**
 * Tells for each hash of `sorted` that the object `key`, sorted too, also holds: `found(i)`, rising. Reads the object block
 * by block and stops when `found` answers false or the list is through.
 */
export async function meetHashes(
  read: ReadObject,
  key: string,
  sorted: Uint8Array,
  found: (i: number) => boolean,
): Promise<void> {
  let at = 0;
  for await (const block of hashBlocks(await read(key))) {
    for (let other = 0; other < block.length && at < sorted.length;) {
      const order = compareHashes(sorted, at, block, other);
      if (order < 0) at += HASH_BYTES;
      else if (order > 0) other += HASH_BYTES;
      else {
        if (!found(at / HASH_BYTES)) return;
        at += HASH_BYTES;
      }
    }
    if (at >= sorted.length) return;
  }
}
