import type { Hmac } from "../collect/links.ts";

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

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}
