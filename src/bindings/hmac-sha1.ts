const HMAC_SHA_1 = { name: "HMAC", hash: "SHA-1" } as const;

/** As Segment signs webhooks. */
export async function hmacSha1Hex(secret: string, text: string): Promise<string> {
  const utf8 = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", utf8.encode(secret), HMAC_SHA_1, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8.encode(text)));
  return [...signature].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
