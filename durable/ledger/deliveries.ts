import { latencyBucket } from "../../src/core/counters.ts";
import { DELIVERY, nextAskedAttemptAt, nextAttemptAt } from "../../src/core/delivery.ts";
import type { Claim, SettledLine, Settlement, SettleResult } from "../../src/core/ledger.ts";
import { applyOutcomes, currentRound, tally } from "../../src/core/line-states.ts";
import { paceAfter, permission, startProbe, STEADY, type Pacing } from "../../src/core/pacing.ts";
import type { CounterStore } from "./counter-store.ts";
import type { ErrorStore } from "./error-store.ts";
import type { Job, JobName, JobStore } from "./job-store.ts";

export interface DeliveriesRoom {
  readonly jobs: JobStore;
  readonly counters: CounterStore;
  readonly errors: ErrorStore;
  /** All of its writes or none: rolled back when `change` throws. */
  transaction(change: () => void): void;
  readPacing(): Pacing | undefined;
  writePacing(pacing: Pacing): void;
  now(): number;
  /** 0 to 1. */
  random(): number;
}

const NOTHING_DUE: Claim = { status: "nothing_due" };

/** Counter keys: `delivered`, `latency:<bucket>`, `retry:<reason>`, `abandoned:<reason>`, `dropped:<reason>`. */
function countLines(lines: readonly SettledLine[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (key: string) => (counts[key] = (counts[key] ?? 0) + 1);
  for (const { status, reason = "INTERNAL", latencyMs } of lines) {
    add(status === "delivered" ? status : `${status}:${reason}`);
    if (latencyMs !== undefined) add(`latency:${latencyBucket(latencyMs)}`);
  }
  return counts;
}

/** Lets the lines of a round that is over wait for their next attempt; a round that goes on stays due. */
function schedule(
  before: Job,
  after: Job["states"],
  lines: readonly SettledLine[],
  room: DeliveriesRoom,
): Pick<Job, "nextAt" | "bySchedule"> {
  const { failures } = currentRound(after);
  const bySchedule =
    before.bySchedule || lines.some((line) => line.status === "retry" && line.retryAfterMs === undefined);
  if (tally(after).pending === 0 || failures === currentRound(before.states).failures) {
    return { nextAt: before.nextAt, bySchedule };
  }
  const asked = Math.max(0, ...lines.map((line) => line.retryAfterMs ?? 0));
  const [now, random] = [room.now(), room.random()];
  const nextAt = bySchedule
    ? Math.max(now + asked, nextAttemptAt(failures, now, random))
    : nextAskedAttemptAt(failures, asked, now, random);
  return { nextAt, bySchedule: false };
}

/** How a free, due job may be served at this moment. */
function modeFor(job: Pick<Job, "nextAt">, pacing: Pacing, at: number): Settlement["mode"] | undefined {
  const may = permission(pacing, at);
  if (may.status !== "wait") return may.status;
  return job.nextAt <= at - DELIVERY.maxWaitMs ? "give_up" : undefined;
}

/** The moves of a destination's ledger: who may send which lines when, and what came of it. */
export function deliveriesOf(room: DeliveriesRoom) {
  const { jobs, counters, errors, now } = room;
  let pacing = room.readPacing() ?? STEADY;

  /** Writes together; the pacing in memory changes only once everything is stored. */
  function store(next: Pacing, write: () => void): void {
    room.transaction(() => {
      if (next !== pacing) room.writePacing(next);
      write();
    });
    pacing = next;
  }

  return {
    pacing: (): Pacing => pacing,

    claim(name: JobName): Claim {
      const at = now();
      const job = jobs.find(name);
      if (job === undefined || job.done || job.leaseUntil > at || job.nextAt > at) return NOTHING_DUE;
      const mode = modeFor(job, pacing, at);
      if (mode === undefined) return NOTHING_DUE;
      const round = currentRound(job.states);
      const token = job.claims + 1;
      const paced = mode === "probe" ? startProbe(pacing, at) : pacing;
      store(paced, () => jobs.lease(job, at + DELIVERY.leaseMs, token));
      const lines = mode === "probe" ? round.lines.slice(0, 1) : round.lines;
      return { status: "granted", lines, attempt: round.failures + 1, mode, token };
    },

    /**
     * Books one part of an attempt. What was delivered or given up counts even when the lease was lost meanwhile;
     * failures then leave no mark, because the new holder makes the attempt that counts. Booked whole or not at all.
     */
    settle({ key, replayId, token, mode, lines, release }: Settlement): SettleResult & { readonly released: boolean } {
      const at = now();
      const job = jobs.find(replayId === undefined ? { key } : { key, replayId });
      if (job === undefined || job.done) return { proceed: false, released: false };
      const holds = job.claims === token;
      const { states, applied } = applyOutcomes(job.states, lines, holds && mode === "send");
      const next = schedule(job, states, lines, room);
      const answers = { lines, probe: mode === "probe", now: at, random: room.random() };
      const paced = mode === "give_up" ? pacing : paceAfter(pacing, answers);
      const proceed = holds && !release && next.nextAt <= at && modeFor(next, paced, at) === mode;
      const leaseUntil = proceed ? at + DELIVERY.leaseMs : 0;
      store(paced, () => {
        if (applied.length > 0) {
          counters.add(at, countLines(applied));
          errors.add(applied, at);
        }
        jobs.save({ ...job, ...next, states, leaseUntil: holds ? leaseUntil : job.leaseUntil }, job, at);
      });
      return { proceed, released: holds && !proceed };
    },
  };
}
export type Deliveries = ReturnType<typeof deliveriesOf>;
