import { numbersOf, runsOf, sizeOf } from "../../src/core/cell-runs.ts";
import {
  goesAsReplay,
  jobOf,
  joinTaken,
  resendIdOf,
  resendReplayId,
  takeEntries,
  type Taken,
} from "../../src/core/letters.ts";
import { askedStates, readState } from "../../src/core/line-states.ts";
import type { Job } from "./job-row.ts";
import type { JobStore } from "./job-store.ts";
import { readPlace, writePlace, type LetterStore, type StoredLetters } from "./letter-store.ts";
import type { ResendStore, Unfinished } from "./resend-store.ts";

export interface ResendingRoom {
  readonly jobs: JobStore;
  readonly letters: LetterStore;
  readonly resends: ResendStore;
  destinationId(): string;
  /** All of its writes or none: rolled back when `change` throws. */
  transaction(change: () => void): void;
}

/** Objects of letters that one step takes up: one transaction, one job for each of their segments. */
const STEP_OBJECTS = 200;

/** One job of a step: the deliveries of one segment that live traffic gave up, or those that replays did. */
interface Opened {
  readonly of: StoredLetters;
  taken: Taken;
}

/** Whether a re-send's job sends this line to this subscription. */
function isAbout({ lanes = [], count, states }: Job, subscriptionId: string, line: number): boolean {
  const lane = lanes.indexOf(subscriptionId) + 1;
  return lane > 0 && readState(states[lane * count + line] ?? 0).status !== "skipped";
}

/**
 * Opens the jobs of re-sends. Letters are taken up in the order of time, step by step; each step is one transaction
 * that opens the jobs, marks the letters and moves on, so one that is interrupted is neither lost nor done twice.
 */
export function createResending({ jobs, letters, resends, destinationId, transaction }: ResendingRoom) {
  function takeUp(resend: Unfinished, objects: readonly StoredLetters[]): { objects: number; opened: Opened[] } {
    const byJob = new Map<string, Opened>();
    let taken = 0;
    for (const object of objects) {
      const part = takeEntries(object.entries, { id: resend.id, ...resend.criteria });
      if (part === undefined) continue;
      taken++;
      letters.note(object.place, part.entries);
      const job = `${object.segmentKey} ${goesAsReplay(object.replayId)}`;
      const known = byJob.get(job);
      if (known === undefined) byJob.set(job, { of: object, taken: part.taken });
      else known.taken = joinTaken(known.taken, part.taken);
    }
    return { objects: taken, opened: [...byJob.values()] };
  }

  /**
   * Without what earlier steps of the same re-send have opened: told to take what was taken before, it meets a delivery
   * that failed several times in several letters.
   */
  function notOpenedYet({ of, taken }: Opened, { id, criteria, steps }: Unfinished): Taken {
    const isMine = ({ replayId }: Job) => resendIdOf(replayId) === id;
    const earlier = criteria.again === true && steps > 0 ? jobs.ofSegment(of.segmentKey).filter(isMine) : [];
    if (earlier.length === 0) return taken;
    const left = [...taken].map(([subscriptionId, lines]) => {
      const isOpened = (line: number) => earlier.some((job) => isAbout(job, subscriptionId, line));
      return [subscriptionId, runsOf(numbersOf(lines).filter((line) => !isOpened(line)))] as const;
    });
    return new Map(left.filter(([, lines]) => lines.length > 0));
  }

  function openJob({ of, taken }: Opened, { id, steps }: Unfinished, now: number): void {
    const replayId = resendReplayId(id, steps, goesAsReplay(of.replayId));
    const { lanes, cells } = jobOf(taken, of.count);
    const states = askedStates(of.count, lanes.length, cells);
    const opening = { destinationId: destinationId(), sourceId: of.sourceId, key: of.segmentKey, count: of.count };
    jobs.open({ ...opening, replayId }, now, { lanes, states });
  }

  function step(resend: Unfinished, now: number): void {
    const from = readPlace(resend.cursor) ?? { at: 0, key: "" };
    const objects = letters.after(resend.criteria, from, STEP_OBJECTS);
    const last = objects.at(-1);
    transaction(() => {
      const { objects: taken, opened: found } = takeUp(resend, objects);
      const opened = found
        .map((one) => ({ of: one.of, taken: notOpenedYet(one, resend) }))
        .filter((one) => one.taken.size > 0);
      for (const one of opened) openJob(one, resend, now);
      const lines = opened.flatMap((one) => [...one.taken.values()]).reduce((sum, runs) => sum + sizeOf(runs), 0);
      const done = last === undefined || objects.length < STEP_OBJECTS;
      resends.advance(resend.id, { cursor: done ? null : writePlace(last.place), objects: taken, lines });
    });
  }

  return {
    /** Takes at most `steps` steps; true when there is more to do. */
    proceed(now: number, steps: number): boolean {
      for (let i = 0; i < steps; i++) {
        const resend = resends.unfinished();
        if (resend === undefined) return false;
        step(resend, now);
      }
      return resends.unfinished() !== undefined;
    },
  };
}
