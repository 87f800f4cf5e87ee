/**
 * What the objects say of themselves when the workspace's health is looked at. Times are ms since epoch; `now` is the
 * object's own clock, so that one that goes wrong is seen.
 */

/** One shard of a source. Shares are of the point from which it refuses more: 0 to 1 and beyond. */
export interface IntakeStanding {
  readonly now: number;
  /** Acknowledged and not in R2 yet. */
  readonly waitingEvents: number;
  readonly waitingBytes: number;
  readonly oldestWaitingAt?: number;
  /** Segments in R2 that nobody has confirmed to have routed. */
  readonly unconfirmed: number;
  readonly oldestUnconfirmedAt?: number;
  /** Drains in a row that failed. */
  readonly failures: number;
  readonly outboxShare: number;
  readonly idsShare: number;
}

/** Ingest of one source; `day` are the 24 hours before `now`, `dayBefore` the 24 before those. */
export interface SourceStanding {
  readonly now: number;
  readonly day: { readonly accepted: number; readonly duplicate: number; readonly refused: number };
  readonly dayBefore: { readonly accepted: number };
  /** The most frequent reason of the day's refusals, and how many they are. */
  readonly topRefusal?: { readonly reason: string; readonly count: number };
  /** Events that took the overflow queue within the last hour, and events that came out of it and were refused again. */
  readonly parked: number;
  readonly parkedAgain: number;
  readonly lastEventAt?: number;
}

/**
 * What the workspace's own ledger counts: messages that Cloudflare gave up on within the last day, by queue, and events
 * within the last hour whose write key no source has.
 */
export interface WorkspaceStanding {
  readonly now: number;
  readonly deadMessages: Readonly<Record<string, number>>;
  readonly unknownKeys: number;
}

/** Deliveries of one destination; `day` are the 24 hours before `now`. */
export interface DestinationStanding {
  readonly now: number;
  /** Lines without an end yet, and those among them that have failed. */
  readonly waiting: number;
  readonly retrying: number;
  /** When the oldest job that is not done was opened: not of replays, which wait by design. */
  readonly oldestAt?: number;
  readonly nextAttemptAt?: number;
  /** The user has stopped it. */
  readonly pausedAt?: number;
  /** It asked for a pause, or its settings cannot be used. */
  readonly pausedUntil?: number;
  /** It counts as down: tried with one line then. */
  readonly probeAt?: number;
  /** `abandoned`: without those that have come to a newer end by a re-send since. */
  readonly day: { readonly delivered: number; readonly abandoned: number; readonly retried: number };
  /** The reason that most of `day.abandoned` were given up for, of the newest dead letters. */
  readonly lostFor?: string;
  /** What fails most within the last hour. */
  readonly trouble?: { readonly reason: string; readonly sentence: string; readonly todo: string };
}
