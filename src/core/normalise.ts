import { enrichContext, isFromDevice, mergeUnder, type Sender } from "./context.ts";
import { kindText } from "./event-kind.ts";
import { isEventType, type EventType } from "./event.ts";
import { describeKind, isAbsent, isJsonObject, type JsonObject } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { reject, type Rejection } from "./rejection.ts";
import { err, ok, type Result } from "./result.ts";
import { inspect, sanitise } from "./sanitise.ts";
import { clockSkew, eventTime, type Received } from "./timestamps.ts";
import { exceedsUtf8 } from "./utf8.ts";
import { checkContext, checkMessage } from "./validate.ts";

/** Batch-level fields as the client sent them. */
export interface SharedFields {
  readonly context?: unknown;
  readonly integrations?: unknown;
  readonly sentAt?: unknown;
}

/** What all messages of one request have in common; made once by `openArrival`. */
export interface Arrival {
  readonly received: Received;
  /** The source's id. */
  readonly projectId: string;
  readonly impliedType: EventType | undefined;
  readonly sender: Sender;
  readonly context: JsonObject | undefined;
  readonly integrations: JsonObject | undefined;
  readonly sentAt: string | number | undefined;
  /** Characters of JSON that the batch's context and integrations may add to each message. */
  readonly sharedChars: number;
}

export type ArrivalFacts = Pick<Arrival, "projectId" | "impliedType" | "sender"> & {
  readonly receivedAt: number;
  readonly shared?: SharedFields | undefined;
};

/** A valid message as it will be stored. `line` is one JSON text without line breaks, `kind` what reports count it as. */
export interface Normalised {
  readonly messageId: string;
  readonly line: string;
  /** See kindText. */
  readonly kind: string;
}

function openShared(value: unknown, reason: "context_not_object" | "integrations_not_object") {
  if (isAbsent(value)) return ok(undefined);
  if (!isJsonObject(value)) return err(reject(reason, `the batch's is ${describeKind(value)}`));
  const found = inspect(value);
  if (found.tooDeep) return err(reject("message_too_deep", "the batch's context or integrations"));
  return ok(found.poisoned ? sanitise(value).message : value);
}

const charsOf = (value: JsonObject | undefined): number => (value === undefined ? 0 : JSON.stringify(value).length);

/**
 * Prepares what a request's messages share; refused when the batch-level fields are not objects, or so large that no
 * message could be stored with them: 2,500 attempts to do so would cost seconds.
 */
export function openArrival(facts: ArrivalFacts): Result<Arrival, Rejection> {
  const { receivedAt, shared, ...rest } = facts;
  const context = openShared(shared?.context, "context_not_object");
  if (!context.ok) return context;
  const integrations = openShared(shared?.integrations, "integrations_not_object");
  if (!integrations.ok) return integrations;
  const sharedChars = charsOf(context.value) + charsOf(integrations.value);
  if (sharedChars > LIMITS.lineBytes) return err(reject("message_too_large", "the batch's context alone"));
  const received = { ms: receivedAt, iso: new Date(receivedAt).toISOString() };
  // Copied into each item without a look: only what can be a date may pass.
  const sentAt = typeof shared?.sentAt === "string" || typeof shared?.sentAt === "number" ? shared.sentAt : undefined;
  return ok({ ...rest, received, context: context.value, integrations: integrations.value, sentAt, sharedChars });
}

/** The path decides when it names a type: its senders may leave `type` out of the body. */
function typeOf(message: JsonObject, implied: EventType | undefined): EventType | undefined {
  const type = implied ?? message["type"];
  return isEventType(type) ? type : undefined;
}

/** The message's own object under `field`, `undefined` when absent, or the refusal. */
function ownObject(message: JsonObject, field: "context" | "integrations"): Result<JsonObject | undefined, Rejection> {
  const value = message[field];
  if (isAbsent(value)) return ok(undefined);
  return isJsonObject(value) ? ok(value) : err(reject(`${field}_not_object`, `it is ${describeKind(value)}`));
}

/** Fields some SDKs put elsewhere. */
function relocated(message: JsonObject, type: EventType, context: JsonObject): JsonObject | undefined {
  // RudderStack keeps a user's traits in context; Segment's SDKs always send `traits` with an identify.
  if (type === "identify" && isAbsent(message["traits"]) && isJsonObject(context["traits"])) {
    return { traits: context["traits"] };
  }
  if (type === "alias" && isAbsent(message["previousId"])) return { previousId: message["anonymousId"] };
  return undefined;
}

/** `""` means nobody, as `null` does; downstream there is one way to say so. */
const emptyIds = (message: JsonObject): JsonObject | undefined =>
  message["userId"] === "" || message["anonymousId"] === ""
    ? { userId: message["userId"] || null, anonymousId: message["anonymousId"] || undefined }
    : undefined;

/** Most messages as they are: the engine copies an object fast only when it is the one thing spread. */
function amended(message: JsonObject, type: EventType, context: JsonObject): JsonObject {
  const moved = relocated(message, type, context);
  const ids = emptyIds(message);
  return moved === undefined && ids === undefined ? message : { ...message, ...moved, ...ids };
}

/** `_metadata` stays in the line for debugging, deliveries take it off (`parseLine`); what we dropped is noted there. */
function metadataOf(message: JsonObject, dropped: number): unknown {
  const own = message["_metadata"];
  if (dropped === 0) return own;
  return { ...(isJsonObject(own) ? own : {}), inlet: { droppedKeys: dropped } };
}

function compose(
  message: JsonObject,
  type: EventType,
  context: JsonObject,
  arrival: Arrival,
  own: { readonly messageId: string; readonly integrations: JsonObject; readonly metadata: unknown },
): string {
  const { received, sender } = arrival;
  const fromDevice = isFromDevice(context, sender);
  const sentAt = message["sentAt"] ?? arrival.sentAt;
  const original = message["timestamp"] ?? message["originalTimestamp"] ?? undefined;
  return JSON.stringify({
    ...amended(message, type, context),
    type,
    context: enrichContext(context, sender, fromDevice),
    messageId: own.messageId,
    integrations: own.integrations,
    _metadata: own.metadata,
    timestamp: eventTime(original, clockSkew(sentAt, received.ms), received),
    originalTimestamp: original,
    sentAt: sentAt ?? undefined,
    receivedAt: received.iso,
    channel: fromDevice ? "client" : "server",
    version: 2,
    projectId: arrival.projectId,
    writeKey: undefined,
  });
}

/** The message's own size counts, not what the batch or the collector adds: that only has to stay within reason. */
function checkSize(raw: JsonObject, line: string): Rejection | undefined {
  if (!exceedsUtf8(line, LIMITS.eventBytes)) return undefined;
  if (exceedsUtf8(JSON.stringify(raw), LIMITS.eventBytes)) return reject("message_too_large");
  return exceedsUtf8(line, LIMITS.lineBytes)
    ? reject("message_too_large", "with the batch's context added")
    : undefined;
}

/**
 * One message as the client sent it → the line to store (messages.md §2.1, §2.7; ingest.md §1.11–1.12). Nothing
 * is stored of a refused one. The input is not changed; unknown keys, unicode and numbers come through as they are.
 */
export function normalise(raw: unknown, arrival: Arrival, newMessageId: () => string): Result<Normalised, Rejection> {
  if (!isJsonObject(raw)) return err(reject("message_not_object", `it is ${describeKind(raw)}`));
  const found = inspect(raw);
  if (found.tooDeep) return err(reject("message_too_deep"));
  const clean =
    found.poisoned || found.properties > LIMITS.propertiesPerEvent ? sanitise(raw) : { message: raw, dropped: 0 };
  const { message, dropped } = clean;
  const type = typeOf(message, arrival.impliedType);
  if (type === undefined) return err(reject("type_not_supported", shortType(message["type"])));
  const ownContext = ownObject(message, "context");
  if (!ownContext.ok) return ownContext;
  const ownIntegrations = ownObject(message, "integrations");
  if (!ownIntegrations.ok) return ownIntegrations;
  const context = mergeUnder(ownContext.value, arrival.context);
  const rejection = checkMessage(message, type) ?? checkContext(context);
  if (rejection !== undefined) return err(rejection);
  const messageId = (message["messageId"] as string | null | undefined) || newMessageId();
  const integrations = mergeUnder(ownIntegrations.value, arrival.integrations);
  const own = { messageId, integrations, metadata: metadataOf(message, dropped) };
  const line = compose(message, type, context, arrival, own);
  const tooLarge = checkSize(raw, line);
  return tooLarge === undefined ? ok({ messageId, line, kind: kindText(message, type, context) }) : err(tooLarge);
}

const shortType = (type: unknown): string =>
  typeof type === "string"
    ? `it is "${type.slice(0, 60)}"`
    : isAbsent(type)
      ? "it is missing"
      : `it is ${describeKind(type)}`;
