import { bodyWriteKeys, guessWriteKeys, openBatch, openSingle } from "../core/decode.ts";
import type { EventType } from "../core/event.ts";
import { parseJson } from "../core/json.ts";
import { LIMITS } from "../core/limits.ts";
import { reject, type Rejection } from "../core/rejection.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { CollectCall, CollectClient, UnreadableRequest } from "./accept.ts";
import { writeKeyCandidates } from "./auth.ts";
import { readBody } from "./body.ts";

/** What a POST path says about its requests. `side` is absent where servers and browsers share the path. */
export interface CallShape {
  readonly batch: boolean;
  readonly impliedType?: EventType;
  readonly side?: "client" | "server";
}

/** Who is at the other end. Browsers show themselves by headers that scripts cannot leave out. */
export function clientOf(request: Request, side?: "client" | "server"): CollectClient {
  const { headers } = request;
  const ip = headers.get("cf-connecting-ip");
  const userAgent = headers.get("user-agent");
  const origin = headers.get("origin");
  return {
    ...(ip === null ? {} : { ip }),
    ...(userAgent === null ? {} : { userAgent }),
    ...(origin === null ? {} : { origin }),
    clientSide: side === undefined ? origin !== null || headers.has("sec-fetch-site") : side === "client",
  };
}

function keysOf(request: Request, body: readonly string[]): readonly string[] {
  const { headers, url } = request;
  return writeKeyCandidates({
    authorization: headers.get("authorization") ?? undefined,
    xWriteKey: headers.get("x-write-key") ?? undefined,
    query: url.includes("?") ? (new URL(url).searchParams.get("writeKey") ?? undefined) : undefined,
    body,
  });
}

/** One message of more than 32 kB is refused by the size of the request, as Segment does. */
const sizeRefusal = (bytes: number, shape: CallShape): Rejection | undefined =>
  !shape.batch && bytes > LIMITS.eventBytes ? reject("message_too_large", `it has ${bytes} bytes`) : undefined;

/**
 * Any POST of any SDK → the canonical call. The body is JSON whatever its content type says: browsers send
 * text/plain, RudderStack labels gzip as form data. An unreadable one still says whose it was, where it can.
 */
export async function readCall(request: Request, shape: CallShape): Promise<Result<CollectCall, UnreadableRequest>> {
  const { batch, impliedType, side } = shape;
  const implied = impliedType === undefined ? {} : { impliedType };
  const body = await readBody(request);
  const refuse = (rejection: Rejection, raw: unknown, keys: readonly string[]): Result<never, UnreadableRequest> =>
    err({ writeKeys: keysOf(request, keys), rejection, raw, ...implied });

  if (!body.ok) return refuse(body.rejection, body.text, guessWriteKeys(body.text));
  const parsed = parseJson(body.text);
  const oversize = sizeRefusal(body.bytes, shape);
  if (!parsed.ok) return refuse(oversize ?? parsed.error, body.text, guessWriteKeys(body.text));
  const keys = bodyWriteKeys(parsed.value);
  if (oversize !== undefined) return refuse(oversize, parsed.value, keys);
  const envelope = batch ? openBatch(parsed.value) : ok(openSingle(parsed.value));
  if (!envelope.ok) return refuse(envelope.error, parsed.value, keys);
  return ok({
    ...envelope.value,
    batch,
    ...implied,
    writeKeys: keysOf(request, keys),
    client: clientOf(request, side),
  });
}
