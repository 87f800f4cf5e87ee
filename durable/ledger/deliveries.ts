import { DELIVERY, nextAskedAttemptAt, nextAttemptAt } from "../../src/core/delivery.ts";
import type { Claim, ClaimRequest, SettledCell, Settlement, SettleResult } from "../../src/core/ledger.ts";
import { entriesOf, resendIdOf } from "../../src/core/letters.ts";
import { remember } from "../../src/core/line-history.ts";
import {
  applyOutcomes,
  currentRound,
  endings,
  fixLanes,
  leastFailures,
  probeCells,
  tally,
} from "../../src/core/line-states.ts";
import { giveUpAt, paceAfter, permission, startProbe, STEADY, type Hold, type Pacing } from "../../src/core/pacing.ts";
import { replayIdOf } from "../../src/core/replay.ts";
import type { CounterStore } from "./counter-store.ts";
import { withCounts } from "./counting.ts";
import type { ErrorStore } from "./error-store.ts";
import type { Job, JobName, LanedJob } from "./job-row.ts";
import type { JobStore } from "./job-store.ts";
import type { LetterStore } from "./letter-store.ts";
import type { ReplayStore } from "./replay-store.ts";
import type { ResendStore } from "./resend-store.ts";
import type { Unbooked } from "./unbooked.ts";

export interface DeliveriesRoom {
  readonly jobs: JobStore;
  readonly counters: CounterStore;
  readonly unbooked: Unbooked;
  readonly errors: ErrorStore;
  readonly letters: LetterStore;
  readonly resends: ResendStore;
  readonly replays: ReplayStore;
  /** All of its writes or none: rolled back when `change` throws. */
  transaction(change: () => void): void;
  readPacing(): Pacing | undefined;
  writePacing(pacing: Pacing): void;
  hold(): Hold;
  now(): number;
  /** 0 to 1. */
  random(): number;
}

const NOTHING_DUE: Claim = { status: "nothing_due" };
const NOT_HELD = { proceed: false, released: false };

/**
 * A consumer that hears that its replay was cancelled begins nothing more; what it has under way is still booked, so
 * the rest is left alone for as long as its calls may take.
 */
const LET_GO_MS = DELIVERY.callTimeoutMs + 5000;

/**
 * Claims lost in a row: an event or an answer may be what ends a consumer (its memory, its CPU time), and with it the
 * deliveries of others. So many are taken for chance; then the job waits as long as after failed attempts, and when it
 * has waited like that for some four hours it is given up.
 */
const LOST = { free: 3, givenUpAfter: 3 + DELIVERY.maxAttempts - 1 } as const;

/** With the last claim counted when its holder was never heard of again. */
const withLosses = (job: Job): Job =>
  job.leaseUntil > 0 && job.part === 0 ? { ...job, lost: job.lost + 1, leaseUntil: 0 } : job;

function withLanes(job: Job, lanes: readonly string[]): LanedJob {
  if (job.lanes !== undefined) return { ...job, lanes: job.lanes };
  if (lanes.length > DELIVERY.maxLanes) throw new Error(`${lanes.length} lanes, more than ${DELIVERY.maxLanes}`);
  return { ...job, lanes, states: fixLanes(job.states, lanes.length) };
}

/** Lets the cells of a round that is over wait for their next attempt; a round that goes on stays due. */
function schedule(
  before: Job,
  after: Job["states"],
  outcomes: readonly SettledCell[],
  room: DeliveriesRoom,
): Pick<Job, "nextAt" | "bySchedule"> {
  const failures = leastFailures(after);
  const bySchedule =
    before.bySchedule || outcomes.some(({ status, retryAfterMs }) => status === "retry" && retryAfterMs === undefined);
  if (failures === undefined || failures === leastFailures(before.states)) {
    return { nextAt: before.nextAt, bySchedule };
  }
  const asked = Math.max(0, ...outcomes.map(({ retryAfterMs = 0 }) => retryAfterMs));
  const [now, random] = [room.now(), room.random()];
  const nextAt = bySchedule
    ? Math.max(now + asked, nextAttemptAt(failures, now, random))
    : nextAskedAttemptAt(failures, asked, now, random);
  return { nextAt, bySchedule: false };
}

/** The moves of a destination's ledger: who may send which cells when, and what came of it. */
export function deliveriesOf(room: DeliveriesRoom) {
  const { jobs, counters, unbooked, errors, letters, resends, replays, now } = room;
  let pacing = room.readPacing() ?? STEADY;

  /** Writes together; the pacing in memory changes only once everything is stored. */
  function store(next: Pacing, write: () => void): void {
    room.transaction(() => {
      if (next !== pacing) room.writePacing(next);
      write();
    });
    pacing = next;
  }

  /** How a free, due job may be served at this moment. */
  function modeFor(job: Pick<Job, "nextAt" | "lost">, paced: Pacing, at: number): Settlement["mode"] | undefined {
    const hold = room.hold();
    if (hold.pausedAt !== undefined) return undefined;
    if (job.lost >= LOST.givenUpAfter) return "give_up";
    const may = permission(paced, at);
    if (may.status !== "wait") return may.status;
    return giveUpAt(job.nextAt, hold) <= at ? "give_up" : undefined;
  }

  const isCancelled = ({ replayId }: JobName): boolean => {
    const replay = replayIdOf(replayId);
    return replay !== undefined && replays.isCancelled(replay);
  };

  /** Stores a job with what it has counted: with the hours, unless somebody goes on with it. */
  function save(job: Job, before: Job, at: number): Job {
    const ended = leastFailures(job.states) === undefined;
    const waits = !ended && job.leaseUntil > at && unbooked.fit(job.counted);
    if (!waits) counters.add(job.counted);
    const saved = waits ? job : { ...job, counted: [] };
    jobs.save(saved, before, at);
    return saved;
  }

  /** Everything that outcomes are told to but the job itself and the counters. `after`: its new states. */
  function book(
    job: LanedJob,
    { applied, after }: { readonly applied: readonly SettledCell[]; readonly after: Job["states"] },
    letterObjects: Settlement["letters"],
    at: number,
  ): void {
    const [resend, replay] = [resendIdOf(job.replayId), replayIdOf(job.replayId)];
    if (replay !== undefined) {
      const ended = tally(job.states, job.count).pending - tally(after, job.count).pending;
      if (applied.length > 0 || ended > 0) replays.book(replay, applied, ended);
    }
    if (applied.length === 0) return;
    errors.add(applied, at);
    for (const object of letterObjects) {
      const entries = entriesOf(object, applied, job);
      if (entries.length > 0) letters.add(at, object.key, job, entries);
    }
    if (resend !== undefined) resends.book(resend, applied);
  }

  return {
    pacing: (): Pacing => pacing,

    claim({ lanes, ...name }: ClaimRequest): Claim {
      const at = now();
      const found = jobs.find(name);
      if (found === undefined || found.done || found.leaseUntil > at || found.nextAt > at) return NOTHING_DUE;
      if (isCancelled(found)) return NOTHING_DUE;
      const job = withLosses(found);
      if (job.lost > found.lost && job.lost >= LOST.free && job.lost < LOST.givenUpAfter) {
        const nextAt = nextAttemptAt(job.lost - LOST.free + 1, at, room.random());
        jobs.save({ ...job, nextAt, leaseUntil: 0 }, found, at);
        return NOTHING_DUE;
      }
      const mode = modeFor(job, pacing, at);
      if (mode === undefined) return NOTHING_DUE;
      const laned = withLanes(job, lanes);
      const { failures, cells } = currentRound(laned.states);
      const token = job.claims + 1;
      const paced = mode === "probe" ? startProbe(pacing, at) : pacing;
      store(paced, () => jobs.lease(laned, at + DELIVERY.leaseMs, token));
      return {
        status: "granted",
        count: job.count,
        lanes: laned.lanes,
        cells: mode === "probe" ? probeCells(laned.states, job.count, cells, room.random()) : cells,
        attempt: failures + 1,
        mode,
        token,
      };
    },

    /**
     * Books one part of an attempt. What was decided, delivered or given up counts even when the lease was lost
     * meanwhile; failures then leave no mark, because the new holder makes the attempt that counts. Booked whole or
     * not at all.
     */
    settle(settlement: Settlement): SettleResult & { readonly released: boolean } {
      const { key, replayId, token, mode, outcomes, release } = settlement;
      const at = now();
      const job = jobs.find(replayId === undefined ? { key } : { key, replayId });
      if (job?.lanes === undefined || job.done) return NOT_HELD;
      const laned = withLanes(job, job.lanes);
      const holds = job.claims === token;
      if (holds && settlement.part <= job.part) return { proceed: job.leaseUntil > at, released: false };
      const marks = !holds ? "none" : mode === "send" ? "all" : "code";
      const { states, applied } = applyOutcomes(job.states, job.count, settlement, marks);
      const history = remember(job.history, { at, outcomes: applied, before: job.states, after: states });
      const next = schedule(job, states, outcomes, room);
      const answers = { lines: outcomes, probe: mode === "probe", now: at, random: room.random() };
      const lost = holds && mode !== "give_up" ? 0 : job.lost;
      const paced = mode === "give_up" ? pacing : paceAfter(pacing, answers);
      const cancelled = isCancelled(job);
      const mayProceed = holds && !release && !cancelled && next.nextAt <= at;
      const proceed = mayProceed && modeFor({ ...next, lost }, paced, at) === mode;
      const leaseUntil = proceed ? at + DELIVERY.leaseMs : cancelled && !release ? at + LET_GO_MS : 0;
      const held = holds ? { leaseUntil, part: settlement.part } : {};
      const counted = withCounts(laned, applied, settlement.kinds, at);
      let saved: Job = job;
      store(paced, () => {
        book(laned, { applied, after: states }, settlement.letters, at);
        saved = save({ ...job, ...next, ...held, lost, states, history, counted }, job, at);
      });
      unbooked.stored(saved);
      return { proceed, released: holds && !proceed };
    },

    /** Gives everything of a job that has no end yet this one. The caller has seen that nobody holds the job. */
    end(name: JobName, outcome: Pick<SettledCell, "reason"> & { readonly status: "dropped" }): void {
      const job = jobs.find(name);
      if (job === undefined || job.done) return;
      const at = now();
      const laned = withLanes(job, job.lanes ?? []);
      const outcomes = endings(laned.states, job.count, outcome);
      const { states, applied } = applyOutcomes(
        laned.states,
        job.count,
        { passed: [], unmatched: [], outcomes },
        "none",
      );
      const history = remember(job.history, { at, outcomes: applied, before: laned.states, after: states });
      const counted = withCounts(laned, applied, [], at);
      let saved: Job = job;
      room.transaction(() => {
        book(laned, { applied, after: states }, [], at);
        saved = save({ ...laned, leaseUntil: 0, states, history, counted }, job, at);
      });
      unbooked.stored(saved);
    },
  };
}
export type Deliveries = ReturnType<typeof deliveriesOf>;
