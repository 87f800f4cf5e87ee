import type { EventType } from "./event.ts";

/** How an event fared at the door; `blocked` comes with tracking plans. */
export type SampleStatus = "accepted" | "duplicate" | "refused" | "blocked";

/** One row of the live debugger. `raw` is untrusted JSON text as the client sent it (bounded, see `truncated`). */
export interface Sample {
  readonly receivedAt: number;
  readonly status: SampleStatus;
  /** A reason code of core/rejection for refused ones. */
  readonly reason?: string;
  readonly detail?: string;
  readonly messageId?: string;
  readonly type?: EventType;
  /** Event name, page or screen name, group id: what a person would call this event. */
  readonly name?: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly library?: string;
  readonly raw: string;
  readonly truncated?: boolean;
}

/** Counts of one source between two pushes: keyed `status` or `status:reason`, see ledger. */
export type IngestCounts = Readonly<Record<string, number>>;

/** What one Intake tells the debugger and the ledger: a bounded sample and exact counts. */
export interface Observation {
  readonly sourceId: string;
  readonly at: number;
  readonly counts: IngestCounts;
  readonly samples: readonly Sample[];
}
