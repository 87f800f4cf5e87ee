import type { Counted } from "./counter-store.ts";
import type { Job, JobName } from "./job-row.ts";
import type { JobStore } from "./job-store.ts";

/** Characters of counts that wait in a job's row: what has more names than that is booked at once. */
const MAX_CHARS = 16_000;

const idOf = ({ key, replayId = "" }: JobName): string => `${key} ${replayId}`;

/**
 * What settlements have counted while a consumer goes on with the job. It lies in the job's row, which is written anyway,
 * and moves to the hour's once nobody holds the job: so a part of a job costs one row and not two. Reports read it here.
 */
export function createUnbooked(jobs: Pick<JobStore, "counting">) {
  const kept = new Map<string, readonly Counted[]>();
  for (const job of jobs.counting()) kept.set(idOf(job), job.counted);

  return {
    all: (): Counted[] => [...kept.values()].flat(),

    /** Whether these may wait in the row of a job that somebody holds. */
    fit: (counted: readonly Counted[]): boolean => JSON.stringify(counted).length <= MAX_CHARS,

    /** To be told only of what is stored: as the job's row now has it. */
    stored(job: Pick<Job, "key" | "replayId" | "counted">): void {
      if (job.counted.length === 0) kept.delete(idOf(job));
      else kept.set(idOf(job), job.counted);
    },
  };
}
export type Unbooked = ReturnType<typeof createUnbooked>;
