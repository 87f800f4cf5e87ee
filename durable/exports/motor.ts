import { logError } from "../../src/log/log.ts";
import type { AlarmClock } from "../alarm-clock.ts";
import type { Plans } from "./plans.ts";
import type { Pump } from "./pump.ts";
import type { Room } from "./room.ts";

const FAILED_MS = 30_000;
const TRASH_AT_ONCE = 500;

export interface MotorRoom {
  readonly room: Room;
  readonly plans: Plans;
  readonly pump: Pump;
  readonly alarm: AlarmClock;
  readonly archive: Pick<R2Bucket, "delete">;
  sourceId(): string;
}

/** What keeps the exports of a source going: after each change and at each alarm whatever is due is asked for. */
export function createMotor({ room, plans, pump, alarm, archive, sourceId }: MotorRoom) {
  /** Once an object is gone its row goes; deleting it again after a crash does no harm. */
  async function emptyTrash(now: number): Promise<void> {
    const rows = room.trash.due(now, TRASH_AT_ONCE);
    if (rows.length === 0) return;
    await archive.delete(rows.map(({ key }) => key));
    room.transaction(() => room.trash.forget(rows));
  }

  /** Sends what is due. While the Catalog does not answer the alarm asks again. */
  async function proceed(): Promise<void> {
    const now = Date.now();
    // Before anything is awaited: what has just been stored must not be forgotten.
    if (pump.waits(now)) alarm.wakeBy(now + FAILED_MS);
    try {
      const { enabled } = await plans.current();
      await pump.run(Date.now(), enabled);
    } catch (error) {
      logError("export_plan_unknown", { sourceId: sourceId() }, error);
      alarm.wakeBy(now + FAILED_MS);
    }
  }

  return {
    proceed,

    /** Alarms are dropped after six failures, so nothing may leave this without the next one armed. */
    async rang(): Promise<void> {
      alarm.rang();
      const now = Date.now();
      try {
        await emptyTrash(now);
        await proceed();
      } catch (error) {
        logError("exports_alarm_failed", { sourceId: sourceId() }, error);
        alarm.wakeBy(now + FAILED_MS);
      }
    },
  };
}
export type Motor = ReturnType<typeof createMotor>;
