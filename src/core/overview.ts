/** The metrics of Segment's delivery overview (delivery.md §5.8); the first three are a source's, the others a destination's. */
export type OverviewMetric =
  | "successfully-received"
  | "failed-on-ingest"
  | "filtered-at-source"
  | "filtered-at-destination"
  | "failed-delivery"
  | "successful-delivery";

/** What rows can be grouped and filtered by. `sourceId` is known to destinations' ledgers only. */
export const OVERVIEW_DIMENSIONS = [
  "eventType",
  "eventName",
  "appVersion",
  "subscriptionId",
  "discardReason",
  "sourceId",
] as const;
export type OverviewDimension = (typeof OVERVIEW_DIMENSIONS)[number];

export type OverviewGranularity = "MINUTE" | "HOUR" | "DAY";

/** Times are ms since epoch: `from` inclusive, `to` exclusive; steps are whole minutes, hours or UTC days. */
export interface OverviewQuery {
  readonly metric: OverviewMetric;
  readonly from: number;
  readonly to: number;
  readonly granularity: OverviewGranularity;
  readonly groupBy: readonly OverviewDimension[];
  /** Counts only what has one of the values, in every dimension named. */
  readonly filter: Partial<Readonly<Record<OverviewDimension, readonly string[]>>>;
}

/**
 * One group. A dimension is absent when it was not grouped by, or when the events have none (or none is known).
 * `series` has every step of the window that is not empty; retries only in `successful-delivery`.
 */
export interface OverviewRow extends Partial<Readonly<Record<OverviewDimension, string>>> {
  readonly total: number;
  readonly totalRetries?: number;
  readonly series: readonly { readonly at: number; readonly count: number; readonly retries?: number }[];
}
