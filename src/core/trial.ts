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

/** What a trial shows: the mapping's result, each request with its answer, and what would have become of the event. */
export interface TrialReport {
  readonly trigger?: { readonly fires: boolean; readonly error?: string };
  readonly payload?: unknown;
  readonly payloadError?: string;
  readonly exchanges: readonly {
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
    readonly error?: string;
  }[];
  readonly outcome: Outcome;
}
