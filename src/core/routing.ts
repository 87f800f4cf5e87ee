import { allowsConsent } from "./consent.ts";
import type { Chance, FilterChain } from "./filter.ts";
import type { JsonObject } from "./json.ts";

/** Why a destination does not get an event although it is connected; Segment's codes (delivery.md §5.2) and our own. */
export type DropReason =
  | "FILTERED_BY_END_USER_CONSENT"
  | "FILTERED_BY_INTEGRATIONS_OBJECT"
  | "FILTERED_BY_RULES"
  | "NO_MATCHING_MAPPING"
  | "FILTERED_AT_MAPPING"
  | "INVALID_SETTINGS"
  | "destination_disabled"
  | "destination_deleted"
  | "source_disconnected"
  | "subscription_disabled"
  | "subscription_deleted"
  | "replay_cancelled"
  | "event_gone";

/**
 * Whether an event may go to a destination by its own `integrations` object (messages.md §2.5): the exact,
 * case-sensitive display name decides, else `All`, else yes. Only `false` blocks; an object carries options.
 */
export function allowsIntegration(integrations: unknown, displayName: string): boolean {
  if (typeof integrations !== "object" || integrations === null) return true;
  const own = (name: string): unknown =>
    Object.hasOwn(integrations, name) ? (integrations as Record<string, unknown>)[name] : undefined;
  const named = own(displayName);
  if (named !== undefined && named !== null) return named !== false;
  return own("All") !== false;
}

/** What stands before one destination, for the events of one source. */
export interface Gate {
  readonly sourceId: string;
  /** The name that addresses the destination in an event's `integrations`. */
  readonly integrationName: string;
  readonly consentCategories: readonly string[];
  /** Of compileFilters: made once, used for many events. */
  readonly filters: FilterChain;
}

export type GateVerdict =
  /** `event` may be a reduced copy. */
  | { readonly pass: true; readonly event: JsonObject }
  | { readonly pass: false; readonly reason: DropReason; readonly detail?: string };

/**
 * Decides whether an event (parsed JSON) goes on to a destination's subscriptions, in the order of quality.md §4.1:
 * consent, the integrations object, the filters. The event is never changed.
 */
export function gate(event: JsonObject, before: Gate, chance: Chance): GateVerdict {
  if (!allowsConsent(event, before.consentCategories)) return { pass: false, reason: "FILTERED_BY_END_USER_CONSENT" };
  if (!allowsIntegration(event["integrations"], before.integrationName)) {
    return { pass: false, reason: "FILTERED_BY_INTEGRATIONS_OBJECT" };
  }
  return askFilters(event, before, chance);
}

function askFilters(event: JsonObject, before: Gate, chance: Chance): GateVerdict {
  const verdict = before.filters(event, before.sourceId, chance);
  return verdict.pass ? verdict : { pass: false, reason: "FILTERED_BY_RULES", detail: verdict.detail };
}

/** The event as a replay sends it: its integrations object names the one destination it is for (storage.md §3.7). */
export const asReplayed = (event: JsonObject, { integrationName }: Pick<Gate, "integrationName">): JsonObject => ({
  ...event,
  integrations: { All: false, [integrationName]: true },
});

/**
 * As gate, for an event that a replay sends again: consent is asked of the event as it came, because what it says may
 * depend on the integrations object; the filters see what would be sent.
 */
export function replayGate(event: JsonObject, before: Gate, chance: Chance): GateVerdict {
  if (!allowsConsent(event, before.consentCategories)) return { pass: false, reason: "FILTERED_BY_END_USER_CONSENT" };
  return askFilters(asReplayed(event, before), before, chance);
}
