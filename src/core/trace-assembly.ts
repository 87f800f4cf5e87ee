import type { DestinationView, SourceView } from "./catalog.ts";
import { sentenceOf, type DebuggerEntry } from "./debugger.ts";
import { DELIVERY } from "./delivery.ts";
import { DAY_MS } from "./durations.ts";
import type { LookupResult } from "./intake.ts";
import { isJsonObject, parseJson, type JsonObject } from "./json.ts";
import { explainReason } from "./reasons.ts";
import type { LaneTrace } from "./ledger.ts";
import { columnsOf } from "./sample.ts";
import type { SubscriptionRecord } from "./subscription.ts";
import { CLOCK_DEAD_BAND_MS, parseTime } from "./timestamps.ts";
import { TRACE, type Trace, type TracedDestination, type TraceStatus } from "./trace.ts";

/** What one source knows of a messageId; at least one of the two holds something. */
export interface SourceFinding {
  readonly source: Pick<SourceView, "id" | "name">;
  readonly found: LookupResult | null;
  /** Entries of its debugger, the oldest first. */
  readonly refusals: readonly DebuggerEntry[];
}

/** The stored event, or why it cannot be had. */
export type StoredEvent = { readonly event: JsonObject } | { readonly missing: string };

export type TracedView = Pick<DestinationView, "id" | "name" | "enabled" | "createdAt"> & {
  readonly connected: boolean;
};

/**
 * What one destination's ledger says of the event's line; `subscriptions` is absent when the Catalog did not answer.
 * `unknown`: why it could not be asked.
 */
export type LedgerFinding =
  | { readonly lanes: readonly LaneTrace[]; readonly subscriptions?: readonly SubscriptionRecord[] }
  | { readonly unknown: string };

const iso = (at: number): string => new Date(at).toISOString();

const timeOf = (at: number | undefined): string | undefined => (at === undefined ? undefined : iso(at));

/** How the event fared at the source's door. Both may be true of it: the later copy of a refused event may be stored. */
export const statusOf = ({ found }: SourceFinding): TraceStatus =>
  found === null ? "refused" : found.stored ? "accepted" : "pending";

/** When the source first heard of it. */
export const seenAt = ({ found, refusals }: SourceFinding): number | undefined =>
  found?.firstSeenAt ?? refusals[0]?.receivedAt;

/** What was sent, where the debugger still has all of it. */
function refusedEvent(refusal: DebuggerEntry | undefined): StoredEvent {
  const parsed = refusal === undefined || refusal.truncated ? undefined : parseJson(refusal.raw);
  return parsed?.ok && isJsonObject(parsed.value)
    ? { event: parsed.value }
    : { missing: "The debugger holds only a part of what was sent." };
}

/** The sender's clock against ours, as the event states it. */
function clockOf(event: JsonObject): { receivedAt: number | undefined; skewMs?: number; clockCorrected?: boolean } {
  const receivedAt = parseTime(event["receivedAt"]);
  const sentAt = parseTime(event["sentAt"]);
  if (receivedAt === undefined || sentAt === undefined) return { receivedAt };
  const skewMs = sentAt - receivedAt;
  return { receivedAt, skewMs, clockCorrected: Math.abs(skewMs) > CLOCK_DEAD_BAND_MS };
}

/** The source's side of a trace. `stored` is what was read for an accepted one. */
export function traceSource(
  messageId: string,
  finding: SourceFinding,
  stored: StoredEvent | undefined,
): Omit<Trace, "destinations" | "destinationsUnasked"> {
  const { source, found, refusals } = finding;
  const known = stored ?? refusedEvent(refusals.at(-1));
  const event = "event" in known ? known.event : undefined;
  const { receivedAt, ...clock } = event === undefined || found === null ? { receivedAt: undefined } : clockOf(event);
  const { type, name, userId, anonymousId, library } = (found === null ? refusals.at(-1) : columnsOf(event)) ?? {};
  const { count = 0, times = [], atLeast = false } = found?.duplicates ?? {};
  return {
    messageId,
    sourceId: source.id,
    sourceName: source.name,
    status: statusOf(finding),
    receivedAt: timeOf(receivedAt ?? seenAt(finding)),
    library,
    ...clock,
    type,
    name,
    userId,
    anonymousId,
    ...("event" in known ? { event: { ...known.event } } : { eventMissing: known.missing }),
    duplicates: { count, times: times.map(iso), atLeast: atLeast ? true : undefined },
    refusals: refusals.map(({ receivedAt: at, reason = "", sentence = sentenceOf(reason) }) => ({
      at: iso(at),
      reason,
      sentence,
    })),
    segment: found === null ? undefined : { key: found.segment, line: found.line, stored: found.stored },
    steps: [],
  };
}

function explain(reason: string | undefined) {
  if (reason === undefined) return {};
  const { sentence, todo } = explainReason(reason);
  return { reason, sentence, todo };
}

function fateOf(lane: LaneTrace) {
  const { status, reason, detail, failures, nextAttemptAt, attempts, attemptsForgotten } = lane;
  return {
    status,
    ...explain(reason),
    detail,
    failures,
    nextAttemptAt: timeOf(nextAttemptAt),
    attempts: attempts.map(({ at, reason: why, ...attempt }) => ({
      ...attempt,
      at: iso(at),
      reason: why,
      sentence: why === undefined ? undefined : explainReason(why).sentence,
    })),
    attemptsForgotten,
  };
}

/** The ledger books a mapping as unmatched also where the event was stopped before any trigger was asked. */
const wasNotAsked = (lane: LaneTrace, gate: LaneTrace | undefined): boolean =>
  lane.status === "unmatched" &&
  (gate?.status === "dropped" || gate?.status === "abandoned") &&
  gate.reason !== "NO_MATCHING_MAPPING";

const UNDECIDED: LaneTrace = { status: "pending", failures: 0, attempts: [] };

function deliveriesOf(lanes: readonly LaneTrace[], subscriptions: readonly SubscriptionRecord[] | undefined) {
  return [...Map.groupBy(lanes, ({ replayId }) => replayId)].map(([replayId, all]) => {
    const gate = all.find(({ subscriptionId }) => subscriptionId === undefined);
    return {
      replayId,
      gate: fateOf(gate ?? UNDECIDED),
      subscriptions: all.flatMap((lane) => {
        const { subscriptionId: id } = lane;
        if (id === undefined || wasNotAsked(lane, gate)) return [];
        const record = subscriptions?.find((each) => each.id === id);
        const deleted = subscriptions !== undefined && record === undefined ? (true as const) : undefined;
        return [{ id, name: record?.name ?? id, actionId: record?.actionId, deleted, ...fateOf(lane) }];
      }),
    };
  });
}

/** Why a destination that gets the source's events has none of this one. */
function withoutDelivery(
  view: TracedView,
  found: LookupResult,
  now: number,
): Pick<TracedDestination, "state" | "sentence"> {
  const age = now - found.firstSeenAt;
  if (view.createdAt > found.firstSeenAt) {
    return { state: "not_routed", sentence: "It was set up after this event came." };
  }
  if (age > DELIVERY.finishedKeptMs) {
    const days = DELIVERY.finishedKeptMs / DAY_MS;
    return { state: "unknown", sentence: `It remembers single events for ${days} days after their delivery.` };
  }
  if (!view.enabled) return { state: "not_routed", sentence: "It is switched off." };
  if (!found.stored || age < TRACE.routingMs) {
    return { state: "waiting", sentence: "The event is on its way to it: segments are handed over every few seconds." };
  }
  return {
    state: "not_routed",
    sentence: "It was not handed this event: it was switched off, or did not get this source's events, when it came.",
  };
}

/** One destination's side of a trace; absent for one that neither gets this source's events nor got this one. */
export function traceDestination(
  view: TracedView,
  finding: LedgerFinding,
  found: LookupResult,
  now: number,
): TracedDestination | undefined {
  const { id, name, enabled, connected } = view;
  const about = { id, name, enabled, connected };
  if ("unknown" in finding) {
    return connected ? { ...about, state: "unknown", sentence: finding.unknown, deliveries: [] } : undefined;
  }
  if (finding.lanes.length > 0) {
    return { ...about, state: "routed", deliveries: deliveriesOf(finding.lanes, finding.subscriptions) };
  }
  return connected ? { ...about, ...withoutDelivery(view, found, now), deliveries: [] } : undefined;
}
