import type { Outcome } from "../core/delivery.ts";

/** Answers to a batch that may be the fault of one event in it: not valid, too large, not processable. */
const SPLITTABLE = new Set([400, 413, 422]);

type Refused = Extract<Outcome, { status: "abandoned" }>;

/**
 * The refusal of a batch as a whole, when a smaller one may fare better. What a destination said of single events
 * (multi-status) stands, and so do answers about credentials, addresses, rates and outages.
 */
export function wholeRefusal(outcomes: readonly Outcome[]): Refused | undefined {
  const [first] = outcomes;
  if (outcomes.length < 2 || first?.status !== "abandoned") return undefined;
  const whole = outcomes.every(
    (outcome) =>
      outcome.status === "abandoned" && outcome.batchStatus !== undefined && SPLITTABLE.has(outcome.batchStatus),
  );
  return whole ? first : undefined;
}

export function halve<Item>(items: readonly Item[]): [Item[], Item[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
