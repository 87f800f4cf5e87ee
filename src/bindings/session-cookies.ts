import { fromBase64Url, toBase64Url } from "../core/base64.ts";
import type { SessionCookies } from "../api/deps.ts";

const HMAC = { name: "HMAC", hash: "SHA-256" } as const;
const SHAPE = /^([\w-]{43})\.([\w-]{43})$/;

/**
 * Cookies of sessions: the session's secret, a dot and HMAC-SHA256 over it, both base64url. So a cookie that was made up
 * is known without asking the Catalog, which is one object for everybody.
 * @param sealKey a secret of this installation; another one ends all sessions
 */
export function createSessionCookies(sealKey: string): SessionCookies {
  const utf8 = new TextEncoder();
  let imported: Promise<CryptoKey> | undefined;
  const key = () =>
    (imported ??= crypto.subtle.importKey("raw", utf8.encode(`session cookie:${sealKey}`), HMAC, false, [
      "sign",
      "verify",
    ]));
  return {
    async seal(session) {
      const signature = await crypto.subtle.sign(HMAC, await key(), utf8.encode(session));
      return `${session}.${toBase64Url(new Uint8Array(signature))}`;
    },
    async open(cookie) {
      const [, session = "", signed = ""] = SHAPE.exec(cookie) ?? [];
      const signature = fromBase64Url(signed);
      if (session === "" || signature === undefined) return "malformed";
      const real = await crypto.subtle.verify(HMAC, await key(), signature, utf8.encode(session));
      return real ? { session } : "forged";
    },
  };
}
