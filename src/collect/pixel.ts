import type { Rejection } from "../core/rejection.ts";
import { reject } from "../core/rejection.ts";
import { err, ok, type Result } from "../core/result.ts";

/** The smallest transparent GIF (1×1, 42 bytes): what every pixel is answered with. */
export const GIF = Uint8Array.from(atob("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), (c) =>
  c.charCodeAt(0),
);

/** What a pixel URL says: one message as sent, and the write keys it names in the order they count. */
export interface PixelCall {
  readonly message: unknown;
  readonly writeKeys: readonly string[];
}

export interface PixelProblem {
  readonly rejection: Rejection;
  readonly writeKeys: readonly string[];
  readonly raw: string;
}

/**
 * Reads a pixel's query (ingest.md §1.8): `data=` base64 of the JSON message (URL-safe, standard or unpadded), or
 * the message flat with dotted keys, whose values are then strings. With `data`, other parameters only name a key.
 */
export function readPixel(search: string): Result<PixelCall, PixelProblem> {
  const params = new URLSearchParams(search);
  const queryKey = params.get("writeKey") ?? undefined;
  const data = params.get("data");
  if (data === null) return ok({ message: unflatten(params), writeKeys: keys(queryKey) });

  const decoded = decodeMessage(data);
  if (!decoded.ok) return err({ rejection: decoded.error, writeKeys: keys(queryKey), raw: data });
  return ok({ message: decoded.value, writeKeys: keys(writeKeyOf(decoded.value), queryKey) });
}

/** JSON from base64 in any of its spellings; `+` may have become a space on its way through a query string. */
function decodeMessage(data: string): Result<unknown, Rejection> {
  const standard = data.replaceAll("-", "+").replaceAll("_", "/").replaceAll(" ", "+");
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(standard), (c) => c.charCodeAt(0));
  } catch {
    return err(reject("pixel_data_not_json", "it is not base64"));
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return err(reject("pixel_data_not_json", "what it decodes to is not UTF-8 text"));
  }
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return err(reject("pixel_data_not_json", "what it decodes to is not JSON"));
  }
}

/**
 * `properties.subject=x` → `{properties: {subject: "x"}}`. The last of two that disagree wins. Own properties are
 * defined, never assigned, so that a key such as `__proto__` is data and nothing more.
 */
function unflatten(params: URLSearchParams): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of params) {
    const path = key.split(".");
    const last = path.pop() ?? key;
    put(path.reduce(child, root), last, value);
  }
  return root;
}

function child(parent: Record<string, unknown>, key: string): Record<string, unknown> {
  const existing = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (isRecord(existing)) return existing;
  const created: Record<string, unknown> = {};
  put(parent, key, created);
  return created;
}

const put = (target: Record<string, unknown>, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const writeKeyOf = (message: unknown): string | undefined =>
  isRecord(message) && typeof message["writeKey"] === "string" ? message["writeKey"] : undefined;

const keys = (...candidates: (string | undefined)[]): string[] =>
  candidates.filter((key) => key !== undefined && key !== "") as string[];
