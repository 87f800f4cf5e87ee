import { HOUR_MS, MINUTE_MS } from "../../src/core/durations.ts";
import { expiredBefore, expiredDaysBefore, type RetentionDays } from "../../src/core/retention.ts";
import type { Adoption } from "./adoption.ts";
import type { Compaction } from "./compaction.ts";
import type { Duty } from "./duties.ts";
import { clearRemovals, type ClearingRoom, type RemovalStore } from "./removals.ts";
import type { Retention } from "./retention.ts";

/** What was left over is gone on with after so long: other calls want a turn. */
const SOON_MS = 1000;
/** A consumer that was told to compact is told again after this, in case the message got lost. */
const TELL_AGAIN_MS = 5 * MINUTE_MS;

export interface CompactionUpkeep {
  readonly compaction: Compaction;
  readonly adoption: Pick<Adoption, "isDone">;
  /** Off: what is packed stays so, and nothing more is. */
  readonly compacts: boolean;
  /** Asks a consumer to compact what is due. */
  askToCompact(): Promise<void>;
}

export interface RetentionUpkeep {
  readonly retention: Retention;
  readonly removals: RemovalStore;
  /** Days that the source's events are kept, as configured now; 0 for ever. */
  retentionDays(): Promise<RetentionDays>;
}

/** Tells a consumer when hours are due to be compacted, and clears away what failed ones have left. */
export function compactionDuty({ compaction, adoption, compacts, askToCompact }: CompactionUpkeep): Duty {
  return {
    name: "compaction",
    async run(now) {
      await compaction.clearDropped();
      // Its own duty goes before this one, until it is done.
      if (!adoption.isDone() || !compacts) return undefined;
      const due = compaction.nextDue(now);
      if (due === undefined || due > now) return due;
      await askToCompact();
      return now + TELL_AGAIN_MS;
    },
  };
}

/** Ends what is older than the source's events are kept; looks once an hour as long as there is anything. */
export function retentionDuty({ retention, removals, retentionDays }: RetentionUpkeep): Duty {
  let lookAt = 0;
  return {
    name: "retention",
    async run(now) {
      if (retention.isOver() && !removals.some()) return undefined;
      if (now < lookAt) return lookAt;
      const days = await retentionDays();
      if (days === 0 && retention.isEmpty() && !removals.some()) return undefined;
      const before = expiredBefore(days, now);
      let more = before !== undefined && retention.expire(before, now);
      const sweepBefore = expiredDaysBefore(days, now);
      // Not beside removals: those wait for an index object that does not name them any more.
      if (!more && sweepBefore !== undefined && !removals.some()) more = await retention.sweep(sweepBefore);
      lookAt = now + (more || removals.some() ? SOON_MS : HOUR_MS);
      return lookAt;
    },
  };
}

/** Deletes what compaction and retention have left without a name. After both, so that their work is done at once. */
export function removalDuty(room: ClearingRoom): Duty {
  return {
    name: "removal",
    run: async (now) => ((await clearRemovals(room)) ? now + SOON_MS : undefined),
  };
}
