import type { SettingValue } from "../core/catalog.ts";
import type { Outcome } from "../core/delivery.ts";
import type { Result } from "../core/result.ts";
import type { TrialReport } from "../core/trial.ts";

/** The parsed JSON of a segment line, without `_metadata`. Hostile: only its being an object is sure. */
export type DeliveredEvent = Readonly<Record<string, unknown>>;

/** A subscription's `settings`: field values and mapping directives by field key (destinations.md §7.5). */
export type Mapping = Readonly<Record<string, unknown>>;

/** What a destination may use of the outside world. */
export interface DestinationTools {
  /** The guarded fetch of outbound.ts: the only way out. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** HMAC-SHA-1 of the text's UTF-8 bytes, lower-case hex. */
  hmacSha1Hex(secret: string, text: string): Promise<string>;
  /** ms since epoch. */
  now(): number;
  /** Writes an object into one of the Worker's own R2 buckets, by the binding's name; the error is a sentence. */
  putObject?(
    binding: string,
    key: string,
    body: Uint8Array<ArrayBuffer>,
    contentType: string,
  ): Promise<Result<null, string>>;
}

export interface PerformCall {
  /** Action key of the definition. */
  readonly actionId: string;
  readonly mapping: Mapping;
  /** One event, or several of one batching group. */
  readonly events: readonly DeliveredEvent[];
  readonly tools: DestinationTools;
  /** Aborts when the time for the call is over; each request has actions-core's 10 s besides. */
  readonly signal: AbortSignal;
}

/** How events of one subscription may be sent together. */
export interface Batching {
  /** Most events of one batch. */
  readonly size: number;
  /** Most bytes of the events' JSON in one batch; a single event may be larger. */
  readonly bytes: number;
  /** Events with the same key may share a batch; undefined: this event goes alone. */
  keyOf(event: DeliveredEvent): string | undefined;
}

/** A destination whose settings are known and valid. */
export interface Connection {
  /** Undefined: events go one at a time. */
  batching(actionId: string, mapping: Mapping): Batching | undefined;
  /**
   * Sends the events. One outcome per event, in their order. Expected failures are outcomes; it throws only for
   * bugs, and when the runtime's own limit on requests is used up (`isOurLimit`).
   */
  perform(call: PerformCall): Promise<readonly Outcome[]>;
  /** Sends the first event and says what was mapped, sent and answered. */
  test(call: PerformCall): Promise<TrialReport>;
  /** Asks the destination whether it takes these credentials; the error is a sentence for people. */
  testAuthentication(tools: DestinationTools, signal: AbortSignal): Promise<Result<null, string>>;
}

/** What a connection needs of its place. */
export interface ConnectionContext {
  readonly destinationId: string;
  /** Keeps refreshed OAuth tokens: setting fields by name, sealed (`oauth_access_token`, `oauth_refresh_token`). */
  saveTokens(tokens: Record<string, string>): Promise<void>;
}

/** A tool that events can be sent to: its definition's code, loaded. */
export interface Destination {
  /** metadataId of the Public API. */
  readonly id: string;
  /** Display name: the key that addresses it in an event's `integrations`. */
  readonly name: string;
  /** The error says which setting is wrong. */
  open(settings: Readonly<Record<string, SettingValue>>, context: ConnectionContext): Result<Connection, string>;
}

/**
 * Whether a failed `fetch` ran into the runtime's limit on requests per invocation (50 on the free plan). It says
 * nothing about the destination, so `perform` throws such an error on, and the event is tried later at no cost.
 */
export const isOurLimit = (message: string): boolean => /too many subrequests/i.test(message);
