import { numbersOf, packRuns, unpackRuns, type Runs } from "./cell-runs.ts";
import { DELIVERY } from "./delivery.ts";
import type { JobOpening, LaneTrace } from "./ledger.ts";
import { TRACE } from "./trace.ts";

/** Lines of one segment that a replay sends to one destination. Idempotent by `key` and `replayId`. */
export interface ReplayOpening extends JobOpening {
  /** Of replayJobId. */
  readonly replayId: string;
  /** At least one. */
  readonly lines: Runs;
}

/** What a destination's ledger knows of a replay. Its fields mean what those of ReplayTrack mean. */
export interface ReplayAtDestination {
  readonly opened: number;
  readonly pending: number;
  /** Of these, the ones that have failed and wait for another attempt. */
  readonly retrying: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly abandoned: Readonly<Record<string, number>>;
  /** Why nothing is sent there at present. */
  readonly heldBy?: "destination_paused" | "destination_down";
}

export const NOTHING_YET: ReplayAtDestination = {
  opened: 0,
  pending: 0,
  retrying: 0,
  delivered: 0,
  dropped: {},
  abandoned: {},
};

/** Lines of one lane that had the same end; lane 0 is the gate. */
interface OutcomeGroup {
  readonly lane: number;
  readonly status: LaneTrace["status"];
  /** Only of what was dropped or given up. */
  readonly reason?: string;
  /** Of packRuns. */
  readonly lines: readonly number[];
}

/**
 * What became of a segment's lines when they came in (re-sends of dead letters included), by subscription: lane i is
 * `lanes[i - 1]`. Lines without a word at a lane were let through at the gate, or not wanted there.
 */
export interface LiveOutcomes {
  readonly count: number;
  readonly lanes: readonly string[];
  readonly groups: readonly OutcomeGroup[];
}

export interface LiveOutcome {
  readonly status: LaneTrace["status"];
  readonly reason?: string;
  /** Absent = at the gate. */
  readonly subscriptionId?: string;
}

/**
 * What it means that a ledger holds no job of a segment: as long as it cannot have forgotten one, because the
 * destination or the segment is younger than its memory, the destination was never handed the segment, and all of it is
 * dropped as `not_connected`. Null = nothing is known: the job may be forgotten, or is still to come.
 * @param asked when the ledger was asked; all times are ms since epoch.
 */
export function withoutJob(
  { count, firstAt }: { readonly count: number; readonly firstAt: number },
  createdAt: number,
  asked: number,
): LiveOutcomes | null {
  const remembersAll = asked - Math.max(createdAt, firstAt) < DELIVERY.finishedKeptMs;
  const mayCome = asked - firstAt < TRACE.routingMs;
  if (!remembersAll || mayCome) return null;
  const lines = packRuns([[0, count]]);
  return { count, lanes: [], groups: [{ lane: 0, status: "dropped", reason: "not_connected", lines }] };
}

/** Asks of one line what became of it, gate first; for any number of lines. */
export function liveOutcomesOf({ count, lanes, groups }: LiveOutcomes): (line: number) => LiveOutcome[] {
  const table = new Uint16Array(count * (1 + lanes.length));
  for (const [i, { lane, lines }] of groups.entries()) {
    for (const line of numbersOf(unpackRuns(lines))) table[lane * count + line] = i + 1;
  }
  return (line) => {
    const found: LiveOutcome[] = [];
    for (let lane = 0; lane <= lanes.length; lane++) {
      const group = groups[(table[lane * count + line] ?? 0) - 1];
      if (group === undefined) continue;
      const { status, reason } = group;
      const subscriptionId = lanes[lane - 1];
      found.push({
        status,
        ...(reason === undefined ? {} : { reason }),
        ...(subscriptionId === undefined ? {} : { subscriptionId }),
      });
    }
    return found;
  };
}
