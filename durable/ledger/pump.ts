import { DELIVERY, type DeliveryPointer } from "../../src/core/delivery.ts";
import { giveUpAt, permission, type Hold, type Pacing } from "../../src/core/pacing.ts";
import type { JobName } from "./job-row.ts";
import type { DueJob, JobStore } from "./job-store.ts";
import { logError } from "../../src/log/log.ts";

export interface PumpRoom {
  readonly jobs: JobStore;
  pacing(): Pacing;
  hold(): Hold;
  destinationId(): string;
  send(pointers: readonly DeliveryPointer[]): Promise<void>;
  /** Makes sure that `pump` runs at `at` (ms) or earlier. */
  arm(at: number): void;
  /** At least 0 and less than 1. */
  random(): number;
}

/** What may be sent now: jobs due by `by`, `slots` of them; `until` when waiting for the destination. */
interface Allowance {
  readonly by: number;
  readonly slots: number;
  readonly until?: number;
  /** Any due job will do: the one that has waited longest may be the one that no probe gets through. */
  readonly any?: boolean;
}

const SEND_FAILED_MS = 5000;

const idOf = (name: JobName): string => `${name.key} ${name.replayId ?? ""}`;

/**
 * Puts pointers of due jobs on the DELIVERIES queue, at most DELIVERY.window of them at once: a destination that
 * is slow or down cannot fill the queue that all destinations share. A pointer that nobody claims, or whose
 * consumer dies, is sent again when its time is up; so whoever calls this may be lost at any moment.
 */
export function createPump(room: PumpRoom) {
  /** Jobs on the queue or in a consumer, with the time (ms) at which they count as lost. Rebuilt from leases. */
  const out = new Map<string, number>();

  function allowance(now: number): Allowance {
    const may = permission(room.pacing(), now);
    const free = DELIVERY.window - out.size;
    if (may.status === "send") return { by: now, slots: free };
    if (may.status === "probe") return { by: now, slots: out.size === 0 ? 1 : 0, any: true };
    // A job that has waited for its whole time, unless the user held it back within that time.
    const by = giveUpAt(0, room.hold()) <= now ? now - DELIVERY.maxWaitMs : 0;
    return { by, slots: free, until: may.until };
  }

  function pick(due: readonly DueJob[], now: number, slots: number): DueJob[] {
    const picked: DueJob[] = [];
    for (const job of due) {
      if (job.leaseUntil > now) out.set(idOf(job), job.leaseUntil);
      else if (!out.has(idOf(job)) && picked.length < slots) picked.push(job);
    }
    return picked;
  }

  async function sendAll(jobs: readonly DueJob[], now: number): Promise<void> {
    if (jobs.length === 0) return;
    const destinationId = room.destinationId();
    const pointers = jobs.map(({ key, replayId, sourceId }) => ({
      destinationId,
      sourceId,
      key,
      ...(replayId === undefined ? {} : { replayId }),
    }));
    try {
      await room.send(pointers);
    } catch (error) {
      logError("queue_refused", { queue: "deliveries", destinationId, count: pointers.length }, error);
      for (const job of jobs) out.delete(idOf(job));
      room.arm(now + SEND_FAILED_MS);
    }
  }

  /** The earliest moment at which there may be something to do again. */
  function nextWake(by: number, until: number | undefined): number {
    const due = room.jobs.nextDueAfter(by);
    const times = [...out.values()];
    if (until !== undefined) times.push(until);
    if (due !== undefined) times.push(until === undefined ? due : giveUpAt(due, room.hold()));
    return Math.min(...times);
  }

  return {
    /** A consumer holds the job until `until`, or (`undefined`) has let it go. */
    held(name: JobName, until: number | undefined): void {
      if (until === undefined) out.delete(idOf(name));
      else out.set(idOf(name), until);
    },

    /** Sends what may be sent now; nothing while the user holds everything back: whoever resumes runs it again. */
    async run(now: number): Promise<void> {
      for (const [id, until] of out) if (until <= now) out.delete(id);
      if (room.hold().pausedAt !== undefined) return;
      const { by, slots, until, any } = allowance(now);
      const due = room.jobs.due(by, DELIVERY.window * 3);
      const picked = pick(any === true ? [...room.jobs.dueAnywhere(by, room.random()), ...due] : due, now, slots);
      for (const job of picked) out.set(idOf(job), now + DELIVERY.resendAfterMs);
      const wake = nextWake(by, until);
      // Before anything leaves: an object that dies while the queue answers must be woken again.
      if (Number.isFinite(wake)) room.arm(wake);
      await sendAll(picked, now);
    },
  };
}
