import type { Hmac } from "../collect/links.ts";
import { fromBase64Url, toBase64Url } from "../core/base64.ts";

const HMAC_SHA_256 = { name: "HMAC", hash: "SHA-256" } as const;

/** WebCrypto's HMAC-SHA-256; its `verify` compares in constant time. A signature that is no base64url is a wrong one. */
export const webHmac: Hmac = {
  async sign(key, text) {
    const signature = await crypto.subtle.sign("HMAC", await importKey(key, "sign"), new TextEncoder().encode(text));
    return toBase64Url(new Uint8Array(signature));
  },
  async verify(key, text, signature) {
    const bytes = fromBase64Url(signature);
    if (bytes === undefined) return false;
    return crypto.subtle.verify("HMAC", await importKey(key, "verify"), bytes, new TextEncoder().encode(text));
  },
};

async function importKey(key: string, use: "sign" | "verify"): Promise<CryptoKey> {
  const bytes = fromBase64Url(key);
  if (bytes === undefined || bytes.length === 0) throw new Error("a link key must be base64url");
  return crypto.subtle.importKey("raw", bytes, HMAC_SHA_256, false, [use]);
}
