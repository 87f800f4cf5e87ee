import type { DeliveryReport, ErrorGroup, OverviewRow } from "../api/delivery-types.ts";
import { stillGivenUp } from "./delivery.ts";
import { count, elapsed, plural, share } from "./times.ts";

/** Counts of a range; one per event and mapping, what was filtered at the gate once per event. */
export interface Totals {
  readonly delivered: number;
  readonly failed: number;
  readonly filtered: number;
}

export const sumOf = (rows: readonly OverviewRow[]): number => rows.reduce((sum, row) => sum + row.total, 0);

/**
 * Of the deliveries that were given up: how many still are, and how many have come to a newer end by a re-send since,
 * which is counted where it belongs. Both together are `abandoned`.
 */
export function givenUpOf(abandoned: number, resent: number): { readonly failed: number; readonly again: number } {
  const failed = stillGivenUp({ abandoned, resent });
  return { failed, again: abandoned - failed };
}

/** The steps without what was sent again since: the oldest are taken for those, for nothing says which they are. */
export function stillFailed<T extends Pick<DeliveryReport["minutes"][number], "abandoned">>(
  steps: readonly T[],
  resent: number,
): readonly T[] {
  let left = resent;
  return steps.map((step) => {
    const { failed, again } = givenUpOf(step.abandoned, left);
    left -= again;
    return { ...step, abandoned: failed };
  });
}

/** The sentence under the title: did it get there, how fast, what failed? */
export function deliverySentence(
  { delivered, failed, filtered }: Totals,
  waiting: number,
  words: string,
  p95Ms?: number,
): string {
  const fast = p95Ms === undefined || delivered === 0 ? "" : ` 95\u00a0% took at most ${elapsed(p95Ms)}.`;
  if (delivered + failed === 0) {
    if (waiting > 0)
      return `Nothing arrived in the last ${words}: ${plural(waiting, "delivery", "deliveries")} waiting.`;
    return filtered === 0
      ? `Nothing was sent in the last ${words}.`
      : `Nothing was sent in the last ${words}: ${plural(filtered, "event")} filtered.`;
  }
  if (failed === 0)
    return `${waiting === 0 ? "Everything that was sent arrived" : "Nothing was given up"}: ${count(delivered)} delivered in the last ${words}${waiting === 0 ? "" : `, ${count(waiting)} waiting`}.${fast}`;
  return `${share(delivered, delivered + failed)} arrived in the last ${words}; ${count(failed)} ${failed === 1 ? "was" : "were"} given up.${fast}`;
}

/** Where a destination stands at this moment, and when something happens next (ISO-8601). */
export interface Standing {
  readonly tone: "warning" | "danger";
  readonly text: string;
  /** What the time is of: "It is tried again". */
  readonly next?: string;
  readonly at?: string;
}

/** Why something waits, in words; nothing when nothing does. */
export function standingOf(report: DeliveryReport): Standing | undefined {
  const { waiting, retrying, paused, pausedUntil, probeAt, nextAttemptAt } = report;
  const some = plural(waiting, "delivery", "deliveries");
  if (paused) return { tone: "warning", text: `Paused by hand: ${some} waiting. Nothing is dropped meanwhile.` };
  if (probeAt !== undefined) {
    return {
      tone: "danger",
      text: `It counts as down: ${some} waiting, without using up attempts.`,
      next: "One event is tried",
      at: probeAt,
    };
  }
  if (waiting === 0) return undefined;
  if (pausedUntil !== undefined) {
    return retrying === 0
      ? { tone: "warning", text: `${some} held back.`, next: "It is tried again", at: pausedUntil }
      : { tone: "warning", text: `It asked for a rest: ${some} waiting.`, next: "It goes on", at: pausedUntil };
  }
  // On its way for the first time: that is no trouble.
  if (retrying === 0) return undefined;
  return {
    tone: "warning",
    text: `${plural(retrying, "delivery", "deliveries")} failed at least once and will be tried again, for about four hours.`,
    ...(nextAttemptAt === undefined ? {} : { next: "The next attempt is", at: nextAttemptAt }),
  };
}

/** What a group of errors came to. */
export function fateWord(status: ErrorGroup["status"], retrying: number): string {
  if (status === "abandoned") return "given up";
  if (status === "dropped") return "filtered";
  return retrying > 0 ? "will retry" : "retried";
}

export const WHO: Record<ErrorGroup["who"], string> = {
  user: "You",
  destination: "Whoever runs the destination",
  operator: "Whoever runs this Inlet",
  nobody: "Nobody",
};

/** Names a group in the address. */
export const groupKey = ({ status, reason }: Pick<ErrorGroup, "status" | "reason">): string => `${status}:${reason}`;

/** The rows that tell of a group over time, with what to count in them. */
export function trendOf(
  group: Pick<ErrorGroup, "status" | "reason">,
  overviews: {
    readonly filtered: readonly OverviewRow[];
    readonly failed: readonly OverviewRow[];
    readonly delivered: readonly OverviewRow[];
  },
): readonly { readonly time: string; readonly count: number }[] {
  const rows = { abandoned: overviews.failed, dropped: overviews.filtered, retry: overviews.delivered }[group.status];
  return rows
    .filter(({ discardReason }) => discardReason === group.reason)
    .flatMap(({ series }) => series)
    .map(({ time, count: n, retryCount }) => ({ time, count: group.status === "retry" ? (retryCount ?? 0) : n }));
}

/** The reasons of a step, of all sources together, the most frequent first. */
export function reasonRows(
  rows: readonly OverviewRow[],
): readonly { readonly reason: string; readonly total: number }[] {
  const sums = new Map<string, number>();
  for (const { discardReason, total } of rows) {
    if (discardReason !== undefined && total > 0) sums.set(discardReason, total + (sums.get(discardReason) ?? 0));
  }
  return [...sums].map(([reason, total]) => ({ reason, total })).toSorted((a, b) => b.total - a.total);
}

export interface EventRow {
  readonly type: string;
  readonly name: string;
  readonly total: number;
}

/** Events of a step by their name, of all sources together, the most frequent first. */
export function eventRows(rows: readonly OverviewRow[], most: number): readonly EventRow[] {
  const sums = new Map<string, EventRow>();
  for (const { eventType = "", eventName = "", total } of rows) {
    const key = `${eventType} ${eventName}`;
    sums.set(key, { type: eventType, name: eventName, total: total + (sums.get(key)?.total ?? 0) });
  }
  return [...sums.values()]
    .filter(({ total }) => total > 0)
    .toSorted((a, b) => b.total - a.total)
    .slice(0, most);
}
