import type { EventType } from "../core/event.ts";
import type { Rejection, RejectionReason } from "../core/rejection.ts";
import type { Observation } from "../core/sample.ts";
import type { SourceContext } from "../core/source.ts";

/** One normalised event, ready to be stored: `line` is its JSON text. */
export interface AcceptedEvent {
  readonly messageId: string;
  readonly line: string;
}

/**
 * What accepting a call needs from outside. Supplied by bindings/deps.ts.
 * - `findSource`: the first key that a source has; `undefined` when none does; throws when no directory can be had.
 * - `append`: resolves only once the events are durable (Intake, else the overflow queue); `unavailable` when
 *   nothing durable could be had. `duplicates` are indexes into `events`.
 * - `observe`, `countUnknown`: tell the debugger and the ledger; never awaited before the answer.
 */
export interface AcceptDeps {
  findSource(writeKeys: readonly string[]): Promise<SourceContext | undefined>;
  withinRate(source: SourceContext): Promise<boolean>;
  append(
    source: SourceContext,
    events: readonly AcceptedEvent[],
    receivedAt: number,
  ): Promise<{ readonly status: "stored"; readonly duplicates: readonly number[] } | { readonly status: "unavailable" }>;
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

/** A request that never became a CollectCall: broken JSON, oversize, unreadable encoding. `raw` is its text so far. */
export interface UnreadableRequest {
  readonly writeKeys: readonly string[];
  readonly rejection: Rejection;
  readonly raw: string;
}

/**
 * Decides one request: source, origin, rate, each message, then the durable append. Resolves once what it reports
 * as accepted is durable. Expected failures are in the outcome, also an unreachable directory (`unavailable`).
 */
export async function acceptCall(_call: CollectCall, _deps: AcceptDeps): Promise<Accepted> {
  throw new Error("not built yet");
}

/** Records an unreadable request with the source its keys name. The refusal itself needs no lookup, so it is at once. */
export function refuseRequest(_request: UnreadableRequest, _deps: AcceptDeps): Accepted {
  throw new Error("not built yet");
}
