import type { Context } from "hono";
import { byteRange } from "../core/byte-range.ts";
import type { ApiEnv } from "./app.ts";

/** An object of the bucket that is sent as it is stored. */
export interface StoredFile {
  readonly bytes: number;
  readonly etag: string;
  readonly contentType: string;
  /** Null when it is gone by now. */
  read(offset: number, length: number): Promise<ReadableStream | null>;
}

/** Sends a file, or (with Range, RFC 9110 §14) some of its bytes; null when it is gone by now. */
export async function sendStored(
  c: Context<ApiEnv>,
  { bytes, etag, contentType, read }: StoredFile,
  more: Readonly<Record<string, string>> = {},
): Promise<Response | null> {
  const headers = { "content-type": contentType, "accept-ranges": "bytes", etag, ...more };
  const range = byteRange(c.req.header("range"), bytes);
  if (range === "unsatisfiable") return c.body(null, 416, { ...headers, "content-range": `bytes */${bytes}` });
  if (c.req.raw.method === "HEAD") return c.body(null, 200, { ...headers, "content-length": String(bytes) });
  const { offset, length } = range ?? { offset: 0, length: bytes };
  const body = await read(offset, length);
  if (body === null) return null;
  const sized = { ...headers, "content-length": String(length) };
  if (range === undefined) return c.body(body, 200, sized);
  return c.body(body, 206, { ...sized, "content-range": `bytes ${offset}-${offset + length - 1}/${bytes}` });
}
