import type { Exchange } from "./delivery.ts";

/** queues/events → ledger: this segment has lines for the destination. Idempotent by `key` and `replayId`. */
export interface JobOpening {
  readonly destinationId: string;
  readonly sourceId: string;
  readonly key: string;
  readonly count: number;
  readonly replayId?: string;
}

/**
 * The ledger's answer to a consumer that holds a pointer.
 * - `granted`: send these lines (ascending, from 0); nobody else gets them before the lease ends.
 *   `send` counts as an attempt; `probe` is one line that finds out whether a destination is up again;
 *   `give_up` means the lines waited too long for a destination that is down: to the dead letters.
 * - `nothing_due`: finished, waiting, in other hands, or unknown; confirm the message.
 */
export type Claim =
  | { readonly status: "nothing_due" }
  | {
      readonly status: "granted";
      readonly lines: readonly number[];
      /** Number of this attempt, from 1. */
      readonly attempt: number;
      readonly mode: "send" | "probe" | "give_up";
      readonly token: number;
    };

/** What became of one line in this attempt. */
export interface SettledLine {
  readonly line: number;
  readonly status: "delivered" | "retry" | "abandoned" | "dropped";
  /** A published code (delivery.md §5.2) unless delivered. */
  readonly reason?: string;
  readonly detail?: string;
  readonly retryAfterMs?: number;
  /** Receipt at the collector → acceptance by the destination; only when delivered. */
  readonly latencyMs?: number;
  readonly sample?: Exchange;
}

export interface Settlement {
  readonly key: string;
  readonly replayId?: string;
  readonly token: number;
  /** As claimed, or `probe` when nothing could be sent: failures of a probe leave no mark on its line. */
  readonly mode: "send" | "probe" | "give_up";
  readonly lines: readonly SettledLine[];
  /** The consumer is done with the job for now; otherwise it goes on while the answer says `proceed`. */
  readonly release: boolean;
}

/** `proceed`: the consumer still holds the job, its lease renewed, and may send more of its lines; else it is let go. */
export interface SettleResult {
  readonly proceed: boolean;
}

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
export interface ErrorGroup {
  readonly status: "retry" | "abandoned" | "dropped";
  readonly reason: string;
  readonly detail: string;
  readonly count: number;
  readonly lastAt: number;
  readonly samples: readonly ErrorSample[];
}

/** Deliveries of one destination. `waiting` and `retrying` are gauges of this moment, the rest is for the window. */
export interface DeliverySummary {
  readonly stepMs: number;
  readonly minutes: readonly {
    readonly at: number;
    readonly delivered: number;
    readonly dropped: number;
    readonly retried: number;
    readonly abandoned: number;
  }[];
  readonly delivered: number;
  readonly dropped: number;
  readonly abandoned: number;
  /** Failed attempts that were not the last one. */
  readonly retried: number;
  /** Lines not final yet that have failed at least once. */
  readonly retrying: number;
  /** Lines not final yet. */
  readonly waiting: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly errors: readonly ErrorGroup[];
  readonly nextAttemptAt?: number;
  /** The destination asked for a pause (Retry-After) until then. */
  readonly pausedUntil?: number;
  /** The destination counts as down: it is tried with one line then. */
  readonly probeAt?: number;
}

/** One line's place in the ledger of one destination, for a trace. */
export interface LineTrace {
  readonly replayId?: string;
  readonly status: "pending" | "delivered" | "abandoned" | "dropped";
  /** Attempts that failed. */
  readonly failures: number;
  readonly nextAttemptAt?: number;
}

/** The events of one segment, told to the source's ledger. `at`: the minute they are shown in (ms). */
export interface CountedSegment {
  readonly shard: number;
  readonly segment: number;
  readonly at: number;
  readonly accepted: number;
}
