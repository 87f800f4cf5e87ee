import type { FilterAction } from "../../src/core/filter-record.ts";
import type { TraceAnswer } from "../../src/core/trace.ts";
import type { DeliveryErrorGroup } from "./types.ts";

export type { FilterAction, TraceAnswer };
export type Trace = TraceAnswer["trace"];
export type TracedDestination = Trace["destinations"][number];
export type TracedDelivery = TracedDestination["deliveries"][number];
/** What became of an event at a gate or in a mapping. */
export type TracedFate = TracedDelivery["gate"];

/** Times are ISO-8601 UTC unless a field says ms. */
export interface DeliveryStep {
  readonly at: string;
  readonly delivered: number;
  readonly dropped: number;
  readonly retried: number;
  readonly abandoned: number;
  /** Absent where nothing was delivered. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

/** A row of a report's errors: whoever has to act is named. */
export interface ErrorGroup extends DeliveryErrorGroup {
  readonly status: "retry" | "abandoned" | "dropped";
  readonly who: "user" | "destination" | "operator" | "nobody";
}

/** A destination's report for a window; `waiting` and `retrying` are of this moment. */
export interface DeliveryReport {
  readonly stepMs: number;
  readonly minutes: readonly DeliveryStep[];
  readonly delivered: number;
  readonly dropped: number;
  readonly abandoned: number;
  readonly retried: number;
  readonly retrying: number;
  readonly waiting: number;
  readonly paused: boolean;
  readonly pausedUntil?: string;
  readonly nextAttemptAt?: string;
  /** It counts as down, and is tried with one event then. */
  readonly probeAt?: string;
  /** From arrival to delivery. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly errors: readonly ErrorGroup[];
}

/** The steps that an event walks; the first is counted at its source. */
export type OverviewMetric =
  | "successfully-received"
  | "filtered-at-destination"
  | "failed-delivery"
  | "successful-delivery";

export interface OverviewRow {
  readonly eventName?: string;
  readonly eventType?: string;
  readonly discardReason?: string;
  readonly total: number;
  readonly totalRetryCount?: number;
  readonly series: readonly { readonly time: string; readonly count: number; readonly retryCount?: number }[];
}

/** One object of dead letters: deliveries that were given up together. */
export interface LetterObject {
  readonly key: string;
  readonly at: string;
  readonly replayId?: string;
  readonly reasons: readonly { readonly reason: string; readonly sentence: string; readonly count: number }[];
  /** Deliveries: one per event and mapping. */
  readonly lines: number;
  readonly subscriptionIds: readonly string[];
  /** Re-sends that took something of it. */
  readonly resentAs: readonly string[];
}

export interface Letter {
  readonly reason: string;
  readonly sentence: string;
  readonly detail: string;
  readonly at: string;
  readonly attempts: number;
  readonly segmentKey: string;
  readonly line: number;
  readonly subscriptionId?: string;
  readonly messageId?: string;
  readonly event?: unknown;
}

/** Which dead letters; without any of these, all. */
export interface LetterCriteria {
  readonly reason?: string;
  readonly startTime?: string;
  readonly endTime?: string;
}

/** A re-send and how far it is; counts are deliveries. */
export interface Resend {
  readonly id: string;
  readonly at: string;
  readonly criteria: LetterCriteria & { readonly again?: boolean };
  readonly opening: boolean;
  readonly objects: number;
  readonly lines: number;
  readonly delivered: number;
  readonly abandoned: number;
  readonly dropped: number;
  readonly waiting: number;
}

/** A rule before a destination, for the events of one of its sources. */
export interface Filter {
  readonly id: string;
  readonly destinationId: string;
  readonly sourceId: string;
  readonly title: string;
  readonly description?: string;
  /** Server FQL, or `all`. */
  readonly if: string;
  readonly actions: readonly FilterAction[];
  readonly enabled: boolean;
}

/** What a filter makes of an event: `null` when it is dropped. */
export interface FilterTrial {
  readonly inputPayload: Readonly<Record<string, unknown>>;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error?: string;
}
