import { reject, type Rejection } from "./rejection.ts";
import { err, ok, type Result } from "./result.ts";

/** What JSON calls an object; the values are untrusted. */
export type JsonObject = { readonly [key: string]: unknown };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Absent in JSON's two ways of saying so: SDKs send `userId: null` for nobody. */
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/** `a number`, `an array`: for sentences about a wrong type. */
export function describeKind(value: unknown): string {
  if (value === null) return "null";
  if (value === "") return "an empty string";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Parses a request body. The detail is the engine's own sentence, which quotes the place. */
export function parseJson(text: string): Result<unknown, Rejection> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch (cause) {
    const detail = text === "" ? "the body is empty" : String(cause instanceof Error ? cause.message : cause);
    return err(reject("bad_request", detail.slice(0, 200)));
  }
}
