import type { ChangedHour } from "../../src/core/archive-index.ts";
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

/**
 * Tells the exports which hours have changed, some minutes after their end and whenever one changes later. At least
 * once: what a crash interrupts is told again.
 */
export function tellingOf({ listing, hours, meta, adoption, tellExports }: TellingRoom): Duty {
  return {
    name: "telling of changed hours",
    async run(now) {
      const all = hours.due(now, LOOKED_AT);
      const due = all.filter((hour) => !adoption.mayLack(hour));
      for (let from = 0; from < due.length; from += HOURS_PER_CALL) {
        const some = due.slice(from, from + HOURS_PER_CALL);
        await hours.passOn(some, meta.lastSeq(), async () => {
          const changed = some.map((hour) => ({ hour, seq: listing.hour(hour).seq }));
          // Nothing is left of an hour that retention has ended.
          const filled = changed.filter(({ seq }) => seq > 0);
          if (filled.length > 0) await tellExports(filled);
        });
      }
      return due.length < all.length ? now + HELD_MS : hours.nextDue();
    },
  };
}
