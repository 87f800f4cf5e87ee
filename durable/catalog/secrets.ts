import { toBase64Url } from "../../src/core/base64.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `length` letters and digits, evenly drawn: ids and write keys (22 of them hold 131 bits). */
export function randomId(length = 22): string {
  let id = "";
  while (id.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      // 248 is the largest multiple of 62 below 256: larger bytes would favour the first letters
      if (byte < 248 && id.length < length) id += ALPHABET[byte % 62];
    }
  }
  return id;
}

/** 256 random bits, base64url: session ids, API tokens and link keys. */
export const randomSecret = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));

const sha256 = (text: string): Promise<ArrayBuffer> => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

/** What is kept of a random secret: enough to recognise it, useless to whoever reads the storage. */
export const hashSecret = async (secret: string): Promise<string> => toBase64Url(new Uint8Array(await sha256(secret)));

/** Compares by hash, so that neither length nor first difference shows in the time it takes. */
export async function sameSecret(a: string, b: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(await sha256(a), await sha256(b));
}
