import type { Context } from "hono";
import { toBase64Url } from "../core/base64.ts";

interface Written {
  readonly text: string;
  readonly etag: string;
}

/** Whether `If-None-Match` names this version (RFC 9110 §13.1.2, by weak comparison). */
const names = (header: string, etag: string): boolean =>
  header.split(",").some((one) => ["*", etag].includes(one.trim().replace(/^W\//, "")));

/**
 * Answers with a JSON text that is the same for as long as this code runs.
 * @param write called at the first requests; its text decides the ETag, so another build has another one
 */
export function constantText(write: () => string): (c: Context) => Promise<Response> {
  // The value, never its promise: the request that makes it may end before, and leave the others waiting.
  let written: Written | undefined;
  const prepare = async (): Promise<Written> => {
    const text = write();
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return { text, etag: `"${toBase64Url(new Uint8Array(hash))}"` };
  };
  return async (c) => {
    const { text, etag } = (written ??= await prepare());
    c.header("etag", etag);
    if (names(c.req.header("if-none-match") ?? "", etag)) return c.body(null, 304);
    return c.body(text, 200, { "content-type": "application/json" });
  };
}
