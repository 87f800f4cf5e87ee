import { describeKind, isAbsent, isJsonObject } from "./json.ts";
import type { SharedFields } from "./normalise.ts";
import { reject, type Rejection } from "./rejection.ts";
import { err, ok, type Result } from "./result.ts";

/** A request body taken apart: still raw messages, and the write key candidates it names. */
export interface Envelope {
  readonly messages: readonly unknown[];
  readonly shared?: SharedFields;
}

/** Write keys in a parsed body: its own, else (some SDKs repeat it there only) the first item's. */
export function bodyWriteKeys(body: unknown): readonly string[] {
  if (!isJsonObject(body)) return [];
  const { batch } = body;
  const first: unknown = Array.isArray(batch) ? batch[0] : undefined;
  return [body["writeKey"], isJsonObject(first) ? first["writeKey"] : undefined].filter(
    (key) => typeof key === "string",
  );
}

/** A write key as text somewhere in a body that cannot be parsed: tells whose request was refused, nothing more. */
export function guessWriteKeys(text: string): readonly string[] {
  const match = /"writeKey"\s*:\s*"([^"\\]{1,200})"/.exec(text);
  return match?.[1] === undefined ? [] : [match[1]];
}

/** `{batch:[…], context?, integrations?, sentAt?}` → its messages. A body that is no batch is refused as a whole. */
export function openBatch(body: unknown): Result<Envelope, Rejection> {
  if (!isJsonObject(body)) return err(reject("batch_not_array", `the body is ${describeKind(body)}`));
  const { batch, context, integrations, sentAt } = body;
  if (!Array.isArray(batch)) {
    return err(reject("batch_not_array", isAbsent(batch) ? "batch is missing" : `it is ${describeKind(batch)}`));
  }
  return ok({ messages: batch as readonly unknown[], shared: { context, integrations, sentAt } });
}

/** One message as the whole body. */
export const openSingle = (body: unknown): Envelope => ({ messages: [body] });
