import type { SessionCookies } from "../api/deps.ts";
import { toBase64Url } from "../core/base64.ts";
import { webHmac } from "./hmac.ts";

const SHAPE = /^([\w-]{43})\.([\w-]{43})$/;

/**
 * Cookies of sessions: the session's secret, a dot and HMAC-SHA256 over it, both base64url. So a cookie that was made up
 * is known without asking the Catalog, which is one object for everybody.
 * @param sealKey a secret of this installation; another one ends all sessions
 */
export function createSessionCookies(sealKey: string): SessionCookies {
  const key = toBase64Url(new TextEncoder().encode(`session cookie:${sealKey}`));
  return {
    seal: async (session) => `${session}.${await webHmac.sign(key, session)}`,
    async open(cookie) {
      const [, session, signature] = SHAPE.exec(cookie) ?? [];
      if (session === undefined || signature === undefined) return "malformed";
      return (await webHmac.verify(key, session, signature)) ? { session } : "forged";
    },
  };
}
