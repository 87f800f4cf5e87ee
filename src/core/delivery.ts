/** What became of one line at one destination. `retry` is not final; the other two are. */
export type Outcome =
  | { readonly status: "delivered"; readonly httpStatus?: number }
  | { readonly status: "retry"; readonly reason: string; readonly detail?: string; readonly retryAfterMs?: number }
  | {
      readonly status: "abandoned";
      readonly reason: string;
      readonly detail?: string;
      /** Who has to act before a re-send can work. */
      readonly who: "user" | "platform";
    };

/**
 * One delivery: lines of one segment to one destination. The message on the DELIVERIES queue; the ledger of
 * the destination holds the state, so a message may come twice or get lost without harm.
 */
export interface DeliveryPointer {
  readonly destinationId: string;
  readonly sourceId: string;
  /** R2 key of the segment. */
  readonly key: string;
  readonly replayId?: string;
}
