import { packRuns, runsOf, sizeOf } from "../../src/core/cell-runs.ts";
import { lastReasons } from "../../src/core/line-history.ts";
import { chosenGates, isQuiet, readState } from "../../src/core/line-states.ts";
import { permission, type Hold, type Pacing } from "../../src/core/pacing.ts";
import { replayIdOf } from "../../src/core/replay.ts";
import type { LiveOutcomes, ReplayAtDestination, ReplayOpening } from "../../src/core/replay-ledger.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Job } from "./job-row.ts";
import type { JobStore } from "./job-store.ts";
import type { ReplayStore } from "./replay-store.ts";

export interface ReplayingRoom {
  readonly jobs: JobStore;
  readonly replays: ReplayStore;
  readonly deliveries: Deliveries;
  /** All of its writes or none: rolled back when `change` throws. */
  transaction(change: () => void): void;
  hold(): Hold;
}

/** Jobs of a cancelled replay that are ended in one go; each may have 25,000 lines. */
const ENDED_AT_ONCE = 200;

const END_RANK: Readonly<Record<string, number>> = { delivered: 2, pending: 1 };

/** A cell's end as one text, the same for cells that ended alike. */
type End = string;
const endOf = (status: string, reason: string | undefined): End => `${status}\n${reason ?? ""}`;
const rankOf = (end: End): number => END_RANK[end.split("\n", 1)[0] ?? ""] ?? 0;

/** Ends of a job's cells by subscription (`""` = the gate), into `lanes`: of two the better one stands. */
function addEnds(lanes: Map<string, (End | undefined)[]>, { states, history, count, lanes: ids = [] }: Job): void {
  const reasons = lastReasons(history, states.length);
  for (const [cell, state] of states.entries()) {
    if (isQuiet(state)) continue;
    const { status } = readState(state);
    const lane = ids[Math.floor(cell / count) - 1] ?? "";
    const ends = lanes.get(lane) ?? Array.from<End | undefined>({ length: count });
    lanes.set(lane, ends);
    const end = endOf(status, status === "dropped" || status === "abandoned" ? reasons[cell] : undefined);
    const known = ends[cell % count];
    if (known === undefined || rankOf(end) > rankOf(known)) ends[cell % count] = end;
  }
}

function groupsOf(lanes: ReadonlyMap<string, readonly (End | undefined)[]>, ids: readonly string[]) {
  return [...lanes].flatMap(([id, ends]) => {
    const byEnd = new Map<End, number[]>();
    for (const [line, end] of ends.entries()) {
      if (end === undefined) continue;
      const lines = byEnd.get(end);
      if (lines === undefined) byEnd.set(end, [line]);
      else lines.push(line);
    }
    return [...byEnd].map(([end, lines]) => {
      const [status, reason] = end.split("\n");
      return {
        lane: ids.indexOf(id) + 1,
        status: status as LiveOutcomes["groups"][number]["status"],
        ...(reason === undefined || reason === "" ? {} : { reason }),
        lines: packRuns(runsOf(lines)),
      };
    });
  });
}

/** What a replay asks of a destination's ledger. */
export function createReplaying({ jobs, replays, deliveries, transaction, hold }: ReplayingRoom) {
  const heldBy = (pacing: Pacing, now: number): ReplayAtDestination["heldBy"] => {
    if (hold().pausedAt !== undefined) return "destination_paused";
    return permission(pacing, now).status === "send" ? undefined : "destination_down";
  };

  return {
    /** Opens a job for the chosen lines, once; nothing when the replay was cancelled. True when it is new. */
    open(opening: ReplayOpening, now: number): boolean {
      const id = replayIdOf(opening.replayId);
      if (id === undefined || sizeOf(opening.lines) === 0) throw new Error(`${opening.replayId} opens nothing`);
      if (replays.isCancelled(id)) return false;
      let isNew = false;
      transaction(() => {
        isNew = jobs.open(opening, now, { lanes: undefined, states: chosenGates(opening.count, opening.lines) });
        if (isNew) replays.opened(id, sizeOf(opening.lines), now);
      });
      return isNew;
    },

    state(id: string, now: number): ReplayAtDestination {
      const held = heldBy(deliveries.pacing(), now);
      const retrying = jobs.unfinishedOf(id).reduce((sum, { failed }) => sum + failed, 0);
      return { ...replays.figures(id), retrying, ...(held === undefined ? {} : { heldBy: held }) };
    },

    /**
     * Ends what waits of cancelled replays and is in nobody's hands; what a consumer still sends is ended when it lets
     * go of it. Returns when (ms) to come again, if there is more.
     */
    endCancelled(now: number): number | undefined {
      let again: number | undefined;
      let left = ENDED_AT_ONCE;
      for (const id of replays.cancelling()) {
        for (const { name, leaseUntil } of jobs.unfinishedOf(id)) {
          if (leaseUntil > now || left === 0) {
            again = Math.min(again ?? Infinity, Math.max(leaseUntil, now + 1));
          } else {
            deliveries.end(name, { status: "dropped", reason: "replay_cancelled" });
            left--;
          }
        }
      }
      return again;
    },

    /** Undefined when nothing is known of the segment. */
    liveOutcomes(key: string): LiveOutcomes | undefined {
      const live = jobs.ofSegment(key);
      const [first] = live;
      if (first === undefined) return undefined;
      const lanes = [...new Set(live.flatMap((job) => job.lanes ?? []))];
      const ends = new Map<string, (End | undefined)[]>();
      for (const job of live) addEnds(ends, job);
      return { count: first.count, lanes, groups: groupsOf(ends, lanes) };
    },
  };
}
