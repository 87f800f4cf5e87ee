import type { LetterObject } from "./dead-letter.ts";
import type { Exchange } from "./delivery.ts";
import type { EventKind, KindCount } from "./event-kind.ts";
import type { Usage } from "./usage.ts";

export type * from "./ledger-reports.ts";

/** queues/events → ledger: this segment has lines for the destination. Idempotent by `key` and `replayId`. */
export interface JobOpening {
  readonly destinationId: string;
  readonly sourceId: string;
  readonly key: string;
  /** Lines of the segment. */
  readonly count: number;
  readonly replayId?: string;
}

/** What a consumer that holds a pointer asks. The first claim of a job that is granted fixes its lanes. */
export interface ClaimRequest {
  readonly key: string;
  readonly replayId?: string;
  /** Ids of the subscriptions that are enabled now, at most DELIVERY.maxLanes. */
  readonly lanes: readonly string[];
}

/**
 * The ledger's answer. A job of `count` lines has `count × (1 + lanes)` cells, cell = lane × count + line: lane 0 is
 * the gate (was the event let through, and did a mapping want it), lane i is the subscription `lanes[i - 1]`.
 * - `granted`: decide and send these cells; nobody else gets them before the lease ends.
 *   `send` counts as an attempt. `probe` finds out whether a destination is up again: send ONE event. It holds cells
 *   of lines that were let through, or else undecided lines; as many of them are looked at as it takes.
 *   `give_up` means that they waited too long for a destination that is down: what a gate lets through and a mapping
 *   wants goes to the dead letters.
 * - `nothing_due`: finished, waiting, paused, in other hands, or unknown; confirm the message.
 */
export type Claim =
  | { readonly status: "nothing_due" }
  | {
      readonly status: "granted";
      readonly count: number;
      readonly lanes: readonly string[];
      /** The cells of the current round, ascending. Only these may be sent. */
      readonly cells: readonly number[];
      /** Number of this attempt, from 1. */
      readonly attempt: number;
      readonly mode: "send" | "probe" | "give_up";
      readonly token: number;
    };

/** What became of one cell in this attempt. At a gate only `dropped` and `abandoned` are final. */
export interface SettledCell {
  readonly cell: number;
  readonly status: "delivered" | "retry" | "abandoned" | "dropped";
  /** A published code (delivery.md §5.2) unless delivered. */
  readonly reason?: string;
  readonly detail?: string;
  readonly retryAfterMs?: number;
  /** It came with the outcome before it, of one call: a batch that fails is one failure of the destination. */
  readonly sameCall?: true;
  /** Receipt at the collector → acceptance by the destination; only when delivered. */
  readonly latencyMs?: number;
  readonly sample?: Exchange;
  /** Index into the settlement's `kinds`; absent when the line was not read. */
  readonly kind?: number;
}

export interface Settlement {
  readonly key: string;
  readonly replayId?: string;
  readonly token: number;
  /** Of the claim's settlements, from 1: one that comes twice, because its answer got lost, is booked once. */
  readonly part: number;
  /** As claimed, or `probe` when nothing could be sent: failures of a probe leave no mark on its cell. */
  readonly mode: "send" | "probe" | "give_up";
  /** Gate cells of lines that were let through and that at least one mapping wants. */
  readonly passed: readonly number[];
  /** Lane cells whose trigger did not fire: those of a line come with its gate cell, in `passed` or `outcomes`. */
  readonly unmatched: readonly number[];
  /** In the order in which the destination answered. A line stopped at the gate needs no word about its lanes. */
  readonly outcomes: readonly SettledCell[];
  readonly kinds: readonly EventKind[];
  /** The dead-letter objects that were written for the abandoned cells among the outcomes. */
  readonly letters: readonly LetterObject[];
  /** The consumer is done with the job for now; otherwise it goes on while the answer says `proceed`. */
  readonly release: boolean;
}

/** `proceed`: the consumer still holds the job, its lease renewed, and may send more of its cells; else it is let go. */
export interface SettleResult {
  readonly proceed: boolean;
}

/** What one cell can be. `skipped`: a re-send or replay that is not about this line; such cells are in no trace. */
export type CellStatus = "pending" | "delivered" | "abandoned" | "dropped" | "passed" | "unmatched" | "skipped";

/** One attempt of a trace. `at` (ms) is exact to a second, to more in jobs with much to remember (core/line-history). */
export interface TracedAttempt {
  readonly at: number;
  readonly attempt: number;
  readonly status: "delivered" | "retry" | "abandoned" | "dropped";
  readonly reason?: string;
  /** It left no mark (a probe, or a consumer that had lost the job): how often that happened; `at` is the last time. */
  readonly uncounted?: number;
}

/** One cell of a line at one destination: its gate, or one subscription. */
export interface LaneTrace {
  readonly replayId?: string;
  /** Absent = the gate. */
  readonly subscriptionId?: string;
  /** A line delivered before there were subscriptions is `delivered` at the gate. */
  readonly status: Exclude<CellStatus, "skipped">;
  /** Of the last attempt. */
  readonly reason?: string;
  readonly detail?: string;
  /** Attempts that failed and count. */
  readonly failures: number;
  readonly nextAttemptAt?: number;
  /** In their order. Empty at a gate that let the line through. */
  readonly attempts: readonly TracedAttempt[];
  /** The job had more to remember than it may: some attempts are missing. */
  readonly attemptsForgotten?: true;
}

/** The events of one segment, told to the source's ledger. `at`: the minute they are shown in (ms). */
export interface CountedSegment {
  readonly shard: number;
  readonly segment: number;
  readonly at: number;
  readonly accepted: number;
  /** What `accepted` is made of, as far as that is known: their sum is no more than `accepted`. */
  readonly kinds?: readonly KindCount[];
  /** What the shard has used since it told the last time. */
  readonly usage?: Usage;
}
