import type { SettledCell, Settlement } from "../../src/core/ledger.ts";
import { goesAsReplay, resendIdOf } from "../../src/core/letters.ts";
import { countCells, countReplayed, tallyCells } from "../../src/core/settle-counts.ts";
import type { Counted, Counting } from "./counter-store.ts";
import type { LanedJob } from "./job-row.ts";

/** Replays are counted apart, and not by kind: they are no part of what comes in (storage.md §3.7). */
function countingOf(job: LanedJob, applied: readonly SettledCell[], kinds: Settlement["kinds"]): Counting {
  const { sourceId, count, lanes, replayId } = job;
  if (goesAsReplay(replayId)) return { counts: countReplayed(applied) };
  const counts = countCells(applied, resendIdOf(replayId) !== undefined);
  return { counts, kinds: tallyCells(applied, { sourceId, count, lanes, kinds }) };
}

/** What a job has counted once these outcomes are applied at `at` (ms). */
export const withCounts = (
  job: LanedJob,
  applied: readonly SettledCell[],
  kinds: Settlement["kinds"],
  at: number,
): readonly Counted[] =>
  applied.length === 0 ? job.counted : [...job.counted, { at, ...countingOf(job, applied, kinds) }];
