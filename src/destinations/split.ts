import type { Outcome } from "../core/delivery.ts";

/** Answers to a batch that may be the fault of one event in it: not valid, too large, not processable. */
const SPLITTABLE = new Set([400, 413, 422]);

/** A failure of a batch as a whole that one event in it may be to blame for. */
export type Refusal = Exclude<Outcome, { status: "delivered" }>;

function isRefusal(outcome: Outcome | undefined): outcome is Refusal {
  if (outcome?.status === "retry") return outcome.unsent === true;
  return outcome?.status === "abandoned" && outcome.batchStatus !== undefined && SPLITTABLE.has(outcome.batchStatus);
}

/** A batch after one call: what is known of single events, and what was refused together. */
export interface Parted<Item> {
  readonly concluded: readonly (readonly [item: Item, outcome: Outcome])[];
  /** Two or more: a smaller batch may fare better. */
  readonly refused: readonly Item[];
  readonly refusal?: Refusal;
}

/**
 * Tells what was refused as a whole from what was said of single events (multi-status, or refused before sending).
 * Answers about credentials, addresses, rates and outages stand for all, and so does one refusal of a single event.
 */
export function partOutcomes<Item>(items: readonly Item[], outcomes: readonly Outcome[]): Parted<Item> {
  const refused = items.filter((_, i) => isRefusal(outcomes[i]));
  const refusal = outcomes.find(isRefusal);
  if (refused.length < 2 || refusal === undefined) {
    return { concluded: items.map((item, i) => [item, outcomes[i]!] as const), refused: [] };
  }
  const concluded = items.flatMap((item, i) => (isRefusal(outcomes[i]) ? [] : [[item, outcomes[i]!] as const]));
  return { concluded, refused, refusal };
}

export function halve<Item>(items: readonly Item[]): [Item[], Item[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
