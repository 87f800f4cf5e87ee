import { useQueries } from "@tanstack/react-query";
import { deliveryMetricsQuery } from "../api/queries.ts";
import type { Destination } from "../api/types.ts";
import { type DayOfDelivery, dayOf } from "../logic/delivery.ts";

/** The last 24 hours of these destinations, in their order; `undefined` where one is not known (yet). */
export function useDeliveries(destinations: readonly Destination[]): readonly (DayOfDelivery | undefined)[] {
  const reports = useQueries({ queries: destinations.map(({ id }) => deliveryMetricsQuery(id)) });
  return destinations.map(({ name }, at) => {
    const report = reports[at]?.data;
    return report === undefined ? undefined : dayOf(name, report);
  });
}

/** Whether each of them is known, so that a sentence about all of them is true. */
export const areKnown = (days: readonly (DayOfDelivery | undefined)[]): days is readonly DayOfDelivery[] =>
  !days.includes(undefined);
