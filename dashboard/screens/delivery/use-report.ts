import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { overviewQuery } from "../../api/delivery-queries.ts";
import type { DeliveryReport, OverviewRow } from "../../api/delivery-types.ts";
import type { Destination } from "../../api/types.ts";
import { stillGivenUp } from "../../logic/delivery.ts";
import type { RangeId } from "../../logic/delivery-range.ts";
import { sumOf, type Totals } from "../../logic/delivery-report.ts";

/** The steps of the pipeline by reason; `undefined` while one is not known. */
export interface Figures {
  readonly received: readonly OverviewRow[] | undefined;
  readonly filtered: readonly OverviewRow[] | undefined;
  readonly failed: readonly OverviewRow[] | undefined;
  readonly delivered: readonly OverviewRow[] | undefined;
  readonly totals: Totals | undefined;
  /** When the report was loaded, in ms: where its last bar is. */
  readonly now: number;
  /** The first of the steps that could not be loaded. */
  readonly error: Error | null;
  readonly retry: () => void;
}

/** What the delivery overview says of a destination, for one mapping or for all. */
export function useReport(
  { id, sourceIds }: Destination,
  range: RangeId,
  mapping: string | undefined,
  report: UseQueryResult<DeliveryReport>,
): Figures {
  const question = { destinationId: id, sourceIds, range, groupBy: "discardReason", subscriptionId: mapping } as const;
  const received = useQuery(overviewQuery("successfully-received", { ...question, subscriptionId: undefined }));
  const filtered = useQuery(overviewQuery("filtered-at-destination", question));
  const failed = useQuery(overviewQuery("failed-delivery", question));
  const delivered = useQuery(overviewQuery("successful-delivery", question));
  const all = [received, filtered, failed, delivered];
  return {
    received: received.data,
    filtered: filtered.data,
    failed: failed.data,
    delivered: delivered.data,
    totals: mapping === undefined ? totalsOf(report.data) : totalsOfRows(delivered.data, failed.data, filtered.data),
    now: report.dataUpdatedAt,
    error: all.find((query) => query.isError && query.data === undefined)?.error ?? null,
    retry() {
      for (const query of all) if (query.isError) void query.refetch();
    },
  };
}

const totalsOf = (report: DeliveryReport | undefined): Totals | undefined =>
  report === undefined
    ? undefined
    : { delivered: report.delivered, failed: stillGivenUp(report), filtered: report.dropped };

const totalsOfRows = (
  delivered: readonly OverviewRow[] | undefined,
  failed: readonly OverviewRow[] | undefined,
  filtered: readonly OverviewRow[] | undefined,
): Totals | undefined =>
  delivered === undefined || failed === undefined || filtered === undefined
    ? undefined
    : { delivered: sumOf(delivered), failed: sumOf(failed), filtered: sumOf(filtered) };
