import { latencyBucket, type Counts } from "./counters.ts";
import type { EventKind } from "./event-kind.ts";
import type { TalliedKind } from "./kind-counts.ts";
import type { SettledCell } from "./ledger.ts";

/** The reason of an outcome that came without one. */
export const reasonOf = ({ reason = "INTERNAL" }: Pick<SettledCell, "reason">): string => reason;

/**
 * Counter keys: `delivered`, `latency:<bucket>`, `retry:<reason>`, `abandoned:<reason>`, `dropped:<reason>`; of a
 * re-send also `resent`, which is how many that were given up have come to a newer end.
 */
export function countCells(outcomes: readonly SettledCell[], resend: boolean): Counts {
  const counts: Record<string, number> = {};
  const add = (key: string) => (counts[key] = (counts[key] ?? 0) + 1);
  for (const outcome of outcomes) {
    const { status, latencyMs } = outcome;
    add(status === "delivered" ? status : `${status}:${reasonOf(outcome)}`);
    if (resend && status !== "retry") add("resent");
    if (latencyMs !== undefined) add(`latency:${latencyBucket(latencyMs)}`);
  }
  return counts;
}

/**
 * As countCells, of a replay: `replayed`, `replay_retry:<reason>`, `replay_abandoned:<reason>`, `replay_dropped:<reason>`.
 * Events of long ago are not among the figures of what comes in, and the time since their receipt is no latency.
 */
export function countReplayed(outcomes: readonly SettledCell[]): Counts {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const key = outcome.status === "delivered" ? "replayed" : `replay_${outcome.status}:${reasonOf(outcome)}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Where the cells of a settlement belong. */
export interface TallyPlace {
  readonly sourceId: string;
  readonly count: number;
  readonly lanes: readonly string[];
  readonly kinds: readonly EventKind[];
}

/** The same outcomes by kind of event and subscription; those of a gate have no subscription. */
export function tallyCells(outcomes: readonly SettledCell[], place: TallyPlace): TalliedKind[] {
  const { sourceId, count, lanes, kinds } = place;
  const laneOf = ({ cell }: SettledCell) => Math.floor(cell / count);
  const groups = Map.groupBy(
    outcomes,
    (outcome) => `${outcome.status} ${laneOf(outcome)} ${outcome.kind} ${outcome.reason}`,
  );
  return [...groups.values()].map((members) => {
    const first = members[0]!;
    const subscriptionId = lanes[laneOf(first) - 1];
    return {
      metric: first.status,
      ...(first.kind === undefined ? {} : kinds[first.kind]),
      ...(subscriptionId === undefined ? {} : { subscriptionId }),
      ...(first.status === "delivered" ? {} : { reason: reasonOf(first) }),
      sourceId,
      count: members.length,
    };
  });
}
