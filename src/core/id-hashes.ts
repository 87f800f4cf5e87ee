import { sha256 } from "@noble/hashes/sha2.js";
import { HASH_BYTES } from "./dedup-index.ts";

const utf8 = new TextEncoder();

/**
 * An id's SHA-256 (of its UTF-8), cut to 16 bytes. By a library in JavaScript, because the platform's own are made for
 * large inputs: WebCrypto answers through a promise, and `createHash` makes a stream object each time, 7 µs an id in the
 * runtime where this takes 2.
 */
export const hashId = (id: string): Uint8Array => sha256(utf8.encode(id)).subarray(0, HASH_BYTES);

/** The packed hashes of messageIds, in order. */
export function hashIds(ids: readonly string[]): ArrayBuffer {
  const packed = new Uint8Array(ids.length * HASH_BYTES);
  ids.forEach((id, i) => packed.set(hashId(id), i * HASH_BYTES));
  return packed.buffer;
}
