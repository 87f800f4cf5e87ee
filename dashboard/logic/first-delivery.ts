import type { Counts } from "./delivery.ts";

/** What the visit has shown so far: a destination that nothing had happened at, and a test event sent from there. */
export interface FirstVisit {
  readonly waited: boolean;
  readonly tried: boolean;
}

/**
 * How a new destination fares until something arrived there. `over`: the report says more than this could, since
 * events were delivered before, were given up or filtered out, or are being tried again.
 */
export type FirstStage = "waiting" | "tried" | "arrived" | "over";

export function firstStage(counts: Counts, { waited, tried }: FirstVisit): FirstStage {
  const { delivered, dropped, abandoned, retrying, waiting } = counts;
  if (delivered > 0) return waited ? "arrived" : "over";
  if (tried) return "tried";
  if (dropped + abandoned + retrying > 0) return "over";
  // Whoever saw it empty is told of its first event; whoever finds events that wait is told how many by the report.
  return waiting === 0 || waited ? "waiting" : "over";
}
