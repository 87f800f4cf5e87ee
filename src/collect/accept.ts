import type { EventType } from "../core/event.ts";
import { isJsonObject } from "../core/json.ts";
import { LIMITS } from "../core/limits.ts";
import { openArrival } from "../core/normalise.ts";
import { reject, wireStatus, type Rejection, type RejectionReason } from "../core/rejection.ts";
import type { Observation } from "../core/sample.ts";
import type { SourceContext } from "../core/source.ts";
import { judge, type Judged } from "./judge.ts";
import { originAllowed } from "./origin.ts";
import { observeRefusals, tell, type Refused } from "./refusals.ts";
import { logError } from "../log/log.ts";

/** One normalised event, ready to be stored: `line` is its JSON text, `kind` what reports count it as (kindText). */
export interface AcceptedEvent {
  readonly messageId: string;
  readonly line: string;
  readonly kind: string;
}

/**
 * What accepting a call needs from outside. Supplied by bindings/deps.ts.
 * - `findSource`: the first key that a source has; `undefined` when none does; throws when no directory can be had.
 * - `withinRate`: whether the source may take a request of so many events now; asking counts it.
 * - `append`: resolves only once the events are durable (Intake, else the overflow queue); `unavailable` when
 *   nothing durable could be had. `duplicates` are indexes into `events`.
 * - `observe`, `countUnknown`: tell the debugger and the ledger; never awaited before the answer.
 */
export interface AcceptDeps {
  findSource(writeKeys: readonly string[]): Promise<SourceContext | undefined>;
  withinRate(source: SourceContext, events: number): Promise<boolean>;
  append(
    source: SourceContext,
    events: readonly AcceptedEvent[],
    receivedAt: number,
  ): Promise<
    { readonly status: "stored"; readonly duplicates: readonly number[] } | { readonly status: "unavailable" }
  >;
  observe(observation: Observation): Promise<void>;
  countUnknown(reason: RejectionReason, count: number, at: number): Promise<void>;
  now(): number;
  newMessageId(): string;
}

/** What is known of the other end of the connection; every field is the client's claim except `ip`. */
export interface CollectClient {
  /** Address of the connection, as the platform states it. */
  readonly ip?: string;
  readonly userAgent?: string;
  /** The browser's `Origin`, checked against the source's allow-list. */
  readonly origin?: string;
  /** A person's device sent it (browser, mobile, pixel): fills context.ip and context.userAgent, sets `channel`. */
  readonly clientSide: boolean;
  readonly pixel?: boolean;
}

/** The canonical request, whatever the transport was. Nothing in it is validated yet. */
export interface CollectCall {
  readonly messages: readonly unknown[];
  readonly batch: boolean;
  /** The type a path stands for; a batch has none. */
  readonly impliedType?: EventType;
  /** Batch level: merged under each item's own. */
  readonly shared?: { readonly context?: unknown; readonly integrations?: unknown; readonly sentAt?: unknown };
  /** Candidates in the order they count; the first that a source has wins. */
  readonly writeKeys: readonly string[];
  readonly client: CollectClient;
}

export type ItemOutcome =
  | { readonly messageId: string; readonly status: "accepted" | "duplicate" }
  | { readonly messageId?: string; readonly status: "refused"; readonly rejection: Rejection };

/** `answered`: one outcome per message, in order. `refused`: the request as a whole. `source` when it is known. */
export type CallOutcome =
  | { readonly status: "answered"; readonly source: SourceContext; readonly items: readonly ItemOutcome[] }
  | { readonly status: "refused"; readonly source?: SourceContext; readonly rejection: Rejection };

/** `after`: telling the debugger and the ledger. Never rejects; hand it to `waitUntil`, never await it before the answer. */
export interface Accepted {
  readonly outcome: CallOutcome;
  readonly after: Promise<void> | undefined;
}

/**
 * A request that never became a CollectCall: broken JSON, oversize, unreadable encoding. `raw` is its text as far as
 * it was read, or the parsed body when only its size is wrong.
 */
export interface UnreadableRequest {
  readonly writeKeys: readonly string[];
  readonly rejection: Rejection;
  readonly raw: unknown;
  readonly impliedType?: EventType;
}

/** Looks the keys up; the directory being out of reach is a value here, logged by its cause. */
async function lookUp(writeKeys: readonly string[], deps: AcceptDeps): Promise<SourceContext | Rejection> {
  if (writeKeys.length === 0) return reject("unknown_source", "the request names no write key");
  try {
    return (await deps.findSource(writeKeys)) ?? reject("unknown_source");
  } catch (cause) {
    logError("directory_unreachable", {}, cause);
    return reject("unavailable", "the directory of sources is out of reach");
  }
}

/** What is wrong with the request before any message is looked at. */
async function refusalOf(call: CollectCall, source: SourceContext, deps: AcceptDeps): Promise<Rejection | undefined> {
  if (!source.enabled) return reject("source_disabled");
  if (!originAllowed(source.settings.allowedOrigins, call.client.origin)) {
    return reject("origin_not_allowed", call.client.origin?.slice(0, 200));
  }
  const count = call.messages.length;
  if (!(await deps.withinRate(source, count))) return reject("rate_limited");
  if (count === 0) return reject("empty_batch");
  return count > LIMITS.batchItems ? reject("batch_too_many_items", `it holds ${count}`) : undefined;
}

/**
 * Refuses every message of the call for one reason. One the client sends again is shown once, not fifty times. No more
 * are counted than a batch may hold: 500 bytes can name a quarter of a million, and would rule the day's figures.
 */
function refuseCall(
  call: CollectCall,
  source: SourceContext,
  rejection: Rejection,
  at: number,
  deps: AcceptDeps,
): Accepted {
  const { messages, impliedType } = call;
  const refused: Refused[] = messages.slice(0, LIMITS.batchItems).map((raw) => ({ raw, rejection, impliedType }));
  const counted = refused.length === 0 ? [{ raw: "", rejection }] : refused;
  const shown = wireStatus(rejection.reason) === 200 ? LIMITS.samplesPerRequest : 1;
  const after = observeRefusals(source, at, counted, deps, shown);
  return { outcome: { status: "refused", source, rejection }, after };
}

const messageIdOf = (raw: unknown): { messageId?: string } => {
  const id = isJsonObject(raw) ? raw["messageId"] : undefined;
  return typeof id === "string" ? { messageId: id } : {};
};

function answerItems(call: CollectCall, judged: Judged, duplicates: readonly number[]): readonly ItemOutcome[] {
  const seen = new Set(duplicates);
  let stored = 0;
  return judged.items.map((item, i): ItemOutcome => {
    if (!item.ok) return { ...messageIdOf(call.messages[i]), status: "refused", rejection: item.error };
    const { messageId } = item.value;
    return { messageId, status: seen.has(stored++) ? "duplicate" : "accepted" };
  });
}

/**
 * Decides one request: source, origin, rate, each message, then the durable append. Resolves once what it reports
 * as accepted is durable. Expected failures are in the outcome, also an unreachable directory (`unavailable`).
 */
export async function acceptCall(call: CollectCall, deps: AcceptDeps): Promise<Accepted> {
  const at = deps.now();
  const source = await lookUp(call.writeKeys, deps);
  if ("reason" in source) return refuseUnknown(source, call.messages.length, at, deps);
  const refusal = await refusalOf(call, source, deps);
  if (refusal !== undefined) return refuseCall(call, source, refusal, at, deps);
  const { impliedType, shared, client } = call;
  const arrival = openArrival({ projectId: source.id, impliedType, sender: client, receivedAt: at, shared });
  if (!arrival.ok) return refuseCall(call, source, arrival.error, at, deps);
  const judged = judge(call.messages, arrival.value, deps);
  const stored = judged.events.length === 0 ? NOTHING_STORED : await deps.append(source, judged.events, at);
  if (stored.status === "unavailable") return refuseCall(call, source, reject("unavailable"), at, deps);
  const items = answerItems(call, judged, stored.duplicates);
  const refused = items.flatMap((item, i): Refused[] =>
    item.status === "refused" ? [{ raw: call.messages[i], rejection: item.rejection, impliedType }] : [],
  );
  return {
    outcome: { status: "answered", source, items },
    after: refused.length === 0 ? undefined : observeRefusals(source, at, refused, deps),
  };
}

const NOTHING_STORED = { status: "stored", duplicates: [] } as const;

function refuseUnknown(rejection: Rejection, messages: number, at: number, deps: AcceptDeps): Accepted {
  const count = Math.min(Math.max(messages, 1), LIMITS.batchItems);
  const after = tell(deps.countUnknown(rejection.reason, count, at), rejection.reason);
  return { outcome: { status: "refused", rejection }, after };
}

/** Records an unreadable request with the source its keys name. The refusal itself needs no lookup, so it is at once. */
export function refuseRequest(request: UnreadableRequest, deps: AcceptDeps): Accepted {
  const at = deps.now();
  const { rejection } = request;
  const record = async (): Promise<void> => {
    const source = await lookUp(request.writeKeys, deps);
    if ("reason" in source) await tell(deps.countUnknown(source.reason, 1, at), source.reason);
    else await observeRefusals(source, at, [request], deps);
  };
  return { outcome: { status: "refused", rejection }, after: record() };
}
