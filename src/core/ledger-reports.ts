import type { Exchange } from "./delivery.ts";
import type { ReasonHelp } from "./reasons.ts";

/** Over how many minutes before `now` (ms) a report goes. */
export interface ReportWindow {
  readonly minutes: number;
  readonly now: number;
}

/** Ingest of one source. `at` is the start of a step of `stepMs` (a minute, or an hour in reports over 48 h). */
export interface VolumeReport {
  readonly stepMs: number;
  readonly minutes: readonly {
    readonly at: number;
    readonly accepted: number;
    readonly duplicate: number;
    readonly refused: number;
  }[];
  readonly totals: { readonly accepted: number; readonly duplicate: number; readonly refused: number };
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  /** ms since epoch; absent when nothing was accepted within 30 days. */
  readonly lastEventAt?: number;
}

export interface ErrorSample extends Exchange {
  readonly at: number;
}

/** One row of a destination's error table: `count` is exact for the window, samples are the latest ten. */
export interface ErrorGroup extends ReasonHelp {
  readonly status: "retry" | "abandoned" | "dropped";
  readonly reason: string;
  readonly detail: string;
  readonly count: number;
  readonly lastAt: number;
  readonly samples: readonly ErrorSample[];
}

/** One step of a destination's report; the percentiles are absent where nothing was delivered. */
export interface DeliveryStep {
  readonly at: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly retried: number;
  readonly abandoned: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

/**
 * Deliveries of one destination. Outcomes are counted per event and subscription, what was stopped at the gate per
 * event. `waiting` and `retrying` are gauges of this moment, the rest is for the window.
 */
export interface DeliverySummary {
  readonly stepMs: number;
  readonly minutes: readonly DeliveryStep[];
  readonly delivered: number;
  readonly dropped: number;
  readonly abandoned: number;
  /** Deliveries given up before that a re-send has brought to a newer end, whichever: they are counted there again. */
  readonly resent: number;
  /** Failed attempts that were not the last one. */
  readonly retried: number;
  /** Lines not final yet that have failed at least once. */
  readonly retrying: number;
  /** Lines not final yet. */
  readonly waiting: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly errors: readonly ErrorGroup[];
  /** Absent also when something is due by now. */
  readonly nextAttemptAt?: number;
  /** The destination asked for a pause (Retry-After) until then. */
  readonly pausedUntil?: number;
  /** The destination counts as down: it is tried with one line then; now when that is due. */
  readonly probeAt?: number;
  /** What replays did within the window: in none of the other figures but the gauges and `errors`. */
  readonly replayed: {
    readonly delivered: number;
    readonly dropped: number;
    readonly retried: number;
    readonly abandoned: number;
  };
  /** The user has stopped all deliveries; since when (ms) is in `pausedAt`. */
  readonly paused: boolean;
  readonly pausedAt?: number;
}
