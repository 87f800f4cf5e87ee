import type { DeadLetter, ListedLetters, ResendRecord } from "../../src/core/dead-letter.ts";
import type { FilterAction, FilterRecord } from "../../src/core/filter-record.ts";
import type * as ledger from "../../src/core/ledger-reports.ts";
import type { TraceAnswer } from "../../src/core/trace.ts";

export type { FilterAction, TraceAnswer };
export type Trace = TraceAnswer["trace"];
export type TracedDestination = Trace["destinations"][number];
export type TracedDelivery = TracedDestination["deliveries"][number];
/** What became of an event at a gate or in a mapping. */
export type TracedFate = TracedDelivery["gate"];

/** A record of the collector as the control plane answers it: these times are ISO-8601 UTC instead of ms. */
type Answered<T, Times extends keyof T> = { readonly [K in keyof T]: K extends Times ? string : T[K] };

export type DeliveryStep = Answered<ledger.DeliveryStep, "at">;
export type ErrorSample = Answered<ledger.ErrorSample, "at">;

/** A row of a report's errors; the latest sample is the first. */
export interface ErrorGroup extends Omit<Answered<ledger.ErrorGroup, "lastAt">, "samples"> {
  readonly samples: readonly ErrorSample[];
}

type Summary = Answered<ledger.DeliverySummary, "nextAttemptAt" | "pausedUntil" | "probeAt" | "pausedAt">;

/** A destination's report for a window; `waiting` and `retrying` are of this moment. */
export interface DeliveryReport extends Omit<Summary, "minutes" | "errors"> {
  readonly minutes: readonly DeliveryStep[];
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
export interface LetterObject extends Omit<Answered<ListedLetters, "at">, "reasons"> {
  readonly reasons: readonly { readonly reason: string; readonly sentence: string; readonly count: number }[];
}

export interface Letter extends DeadLetter {
  readonly sentence: string;
}

/** Which dead letters; without any of these, all. */
export interface LetterCriteria {
  readonly reason?: string;
  readonly startTime?: string;
  readonly endTime?: string;
}

/** A re-send and how far it is; counts are deliveries. */
export interface Resend extends Omit<Answered<ResendRecord, "at">, "criteria"> {
  readonly criteria: LetterCriteria & { readonly again?: boolean };
}

/** A rule before a destination, for the events of one of its sources. */
export interface Filter extends Omit<Answered<FilterRecord, "createdAt" | "updatedAt">, "actions"> {
  readonly actions: readonly FilterAction[];
}

/** What a filter makes of an event: `null` when it is dropped. */
export interface FilterTrial {
  readonly inputPayload: Readonly<Record<string, unknown>>;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error?: string;
}
