import { EXPORTS } from "../../src/core/export-times.ts";
import type { ExportTask } from "../../src/core/exports.ts";
import type { FollowerClaims } from "./follower-claims.ts";
import type { Room } from "./room.ts";
import { logError } from "../../src/log/log.ts";

const SEND_FAILED_MS = 30_000;

export interface PumpRoom {
  readonly room: Room;
  readonly followers: FollowerClaims;
  sourceId(): string;
  send(tasks: readonly ExportTask[]): Promise<void>;
  /** The next alarm: at `at` (ms), none when undefined. */
  wakeAt(at: number | undefined): void;
}

const HOUR = "";

/** Sends tasks for whatever is due, again until somebody has claimed it. */
export function createPump({ room, followers, sourceId, send, wakeAt }: PumpRoom) {
  /** What has been sent, by follower ("" = hours), and until when no other message is sent for it. */
  const out = new Map<string, number>();

  /** Whether an hour may be claimed now, and when that may change. */
  function hourDue(now: number): { readonly due: boolean; readonly nextAt: number | undefined } {
    const run = room.runs.get();
    if (run !== undefined) {
      const at = Math.max(run.leaseUntil, run.retryAt);
      return { due: at <= now, nextAt: at };
    }
    const at = room.hours.nextDueAt();
    return { due: at !== undefined && at <= now, nextAt: at };
  }

  return {
    /** Whether anything may be due now or later, exports being on. */
    waits: (now: number): boolean => {
      const { names, nextAt } = followers.due(now);
      return hourDue(now).nextAt !== undefined || names.length > 0 || nextAt !== undefined;
    },

    /** A consumer holds it (hours: no name), or has let it go. */
    held(follower: string | undefined, until: number | undefined): void {
      if (until === undefined) out.delete(follower ?? HOUR);
      else out.set(follower ?? HOUR, until);
    },

    async run(now: number, enabled: boolean): Promise<void> {
      for (const [name, until] of out) if (until <= now) out.delete(name);
      const times = [room.trash.nextAt()];
      const tasks: ExportTask[] = [];
      const offer = (name: string): void => {
        if (out.has(name)) return;
        out.set(name, now + EXPORTS.resendAfterMs);
        const of = { sourceId: sourceId() };
        tasks.push(name === HOUR ? { ...of, task: "hour" } : { ...of, task: "follower", follower: name });
      };
      if (enabled) {
        const hour = hourDue(now);
        const following = followers.due(now);
        if (hour.due) offer(HOUR);
        for (const name of following.names) offer(name);
        times.push(hour.nextAt, following.nextAt, ...out.values());
      }
      const wake = Math.min(...times.map((at) => (at === undefined ? Infinity : Math.max(at, now + 1000))));
      // Before anything leaves: an object that dies while the queue answers must be woken again.
      wakeAt(Number.isFinite(wake) ? wake : undefined);
      if (tasks.length === 0) return;
      try {
        await send(tasks);
      } catch (error) {
        logError("queue_refused", { queue: "exports", sourceId: sourceId(), count: tasks.length }, error);
        out.clear();
        wakeAt(now + SEND_FAILED_MS);
      }
    },
  };
}
export type Pump = ReturnType<typeof createPump>;
