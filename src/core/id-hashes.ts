import { sha256 } from "@noble/hashes/sha2.js";
import { HASH_BYTES } from "./dedup-index.ts";

const utf8 = new TextEncoder();

/** One hasher, begun anew for each id, and room for what goes in and out: making them takes four times the hash's time. */
const blank = sha256.create();
const hasher = sha256.create();
const text = new Uint8Array(1024);
const digest = new Uint8Array(hasher.outputLen);
const cut = digest.subarray(0, HASH_BYTES);

function bytesOf(id: string): Uint8Array {
  const { read, written } = utf8.encodeInto(id, text);
  return read === id.length ? text.subarray(0, written) : utf8.encode(id);
}

/** Leaves the hash in `cut`. */
function digestId(id: string): void {
  blank._cloneInto(hasher).update(bytesOf(id)).digestInto(digest);
}

/**
 * An id's SHA-256 (of its UTF-8), cut to 16 bytes. By a library in JavaScript, because the platform's own are made for
 * large inputs: WebCrypto answers through a promise, and `createHash` makes a stream object each time, 7 µs an id in the
 * runtime where this takes half of one.
 */
export function hashId(id: string): Uint8Array {
  digestId(id);
  return cut.slice();
}

/** The packed hashes of messageIds, in order. */
export function hashIds(ids: readonly string[]): ArrayBuffer {
  const packed = new Uint8Array(ids.length * HASH_BYTES);
  ids.forEach((id, i) => {
    digestId(id);
    packed.set(cut, i * HASH_BYTES);
  });
  return packed.buffer;
}
