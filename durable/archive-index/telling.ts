import type { ChangedHour } from "../../src/core/archive-index.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import type { Adoption } from "./adoption.ts";
import type { Duty } from "./duties.ts";
import type { Listing } from "./listing.ts";
import type { Marks } from "./marks.ts";
import type { MetaStore } from "./meta-store.ts";

/** Hours of one call, and those that are looked at for it. */
const HOURS_PER_CALL = 200;
const LOOKED_AT = 20_000;
/** What is held back until earlier segments are taken in is looked at again after this: that drives itself. */
const HELD_MS = 10_000;

export interface TellingRoom {
  readonly listing: Listing;
  readonly hours: Marks;
  readonly meta: MetaStore;
  readonly adoption: Adoption;
  tellExports(hours: readonly ChangedHour[]): Promise<void>;
}

/** Which hours, by when: `[from, to)`. */
interface Window {
  readonly from: number;
  readonly to: number;
}

/** Tells the exports which hours have changed. At least once: what a crash interrupts is told again. */
async function tell(due: readonly number[], { listing, hours, meta, tellExports }: TellingRoom): Promise<void> {
  for (let from = 0; from < due.length; from += HOURS_PER_CALL) {
    const some = due.slice(from, from + HOURS_PER_CALL);
    await hours.passOn(some, meta.lastSeq(), async () => {
      const changed = some.map((hour) => ({ hour, seq: listing.hour(hour).seq }));
      // Nothing is left of an hour that retention has ended.
      const filled = changed.filter(({ seq }) => seq > 0);
      if (filled.length > 0) await tellExports(filled);
    });
  }
}

/** Tells of hours some minutes after their end, and whenever one changes later. */
export function tellingOf(room: TellingRoom): Duty {
  return {
    name: "telling of changed hours",
    async run(now) {
      const due = room.hours.due(now, LOOKED_AT);
      const whole = due.filter((hour) => !room.adoption.mayLack(hour));
      await tell(whole, room);
      return whole.length < due.length ? now + HELD_MS : room.hours.nextDue();
    },
  };
}

/**
 * Tells of all changes within a window at once, also of an hour that is not over or of which earlier segments are still
 * being taken in: somebody does not want to wait, and what comes later is told again.
 */
export async function tellNow({ from, to }: Window, room: TellingRoom): Promise<void> {
  const waiting = room.hours.due(Number.MAX_SAFE_INTEGER, LOOKED_AT);
  await tell(
    waiting.filter((hour) => hour + HOUR_MS > from && hour < to),
    room,
  );
}
