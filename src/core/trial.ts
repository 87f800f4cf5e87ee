import type { SettingValue } from "./catalog.ts";
import type { Outcome } from "./delivery.ts";
import type { JsonObject } from "./json.ts";
import type { Mapping } from "./subscription.ts";

export type Settings = Readonly<Record<string, SettingValue>>;

/** Something that cannot be used, and where it stands when that is known. */
export interface Complaint {
  readonly message: string;
  /** Name of a setting or path in a mapping. */
  readonly field?: string;
}

/** Settings that somebody wants to keep or try. */
export interface SettingsTrial {
  readonly metadataId: string;
  /** All plain ones. */
  readonly settings: Settings;
  /** Secret ones that were given; `null` clears one. */
  readonly secrets: Readonly<Record<string, string | null>>;
  /** Secrets that stay as this destination has them. */
  readonly stored?: { readonly destinationId: string; readonly secrets: readonly string[] };
}

/** One event to be tried with one subscription, stored or not. */
export interface TrialRequest {
  readonly destinationId: string;
  readonly actionId: string;
  /** Not asked when absent. */
  readonly trigger?: string;
  readonly mapping: Mapping;
  readonly event: JsonObject;
  /** Nothing is sent. */
  readonly dryRun: boolean;
}

/** One request and what came of it, texts bounded and secrets masked. Header names are lower-case. */
export interface TrialExchange {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** Why there was no answer. */
  readonly error?: string;
}

/**
 * What a trial shows (delivery.md §5.5): the mapping's result, each request with its answer, and what would have become
 * of the event.
 */
export interface TrialReport {
  /** Added by whoever knows the trigger. */
  readonly trigger?: { readonly fires: boolean; readonly error?: string };
  /** What the mapping made of the event: what the action's code gets. */
  readonly payload?: unknown;
  /** Why the action refuses the payload. */
  readonly payloadError?: string;
  readonly exchanges: readonly TrialExchange[];
  readonly outcome: Outcome;
}
