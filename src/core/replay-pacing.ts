import { sizeOf, sliceRuns, type Runs } from "./cell-runs.ts";
import { DELIVERY } from "./delivery.ts";
import type { ReplayAtDestination } from "./replay-ledger.ts";

/** How a replay is handed to a destination's ledger: times in ms, the rest in events. */
export const REPLAY_PACE = {
  /** Between two looks at a destination. */
  tickMs: 2000,
  /** What is not used of the rate is kept for this long. */
  burstMs: 4000,
  /** So much work, at the speed it is done, waits at the destination: a pause is felt after this time. */
  aheadMs: 5000,
  /** But that much at least, however slow it is: a job costs rows. */
  leastAhead: DELIVERY.chunkLines,
  /** Failed events that wait for another attempt; more of them, and nothing new is opened. */
  maxRetrying: 10_000,
  /** A destination that is down or paused is looked at again this often. */
  heldMs: 15_000,
  /** A ledger that did not answer. */
  failedMs: 5000,
  /** Jobs opened in one look: segments may be small. */
  jobsAtOnce: 100,
  /** Events that are chosen ahead. */
  shelfMs: 30_000,
  leastShelf: 1000,
} as const;

const seconds = (ms: number): number => ms / 1000;

/** What the rate allows now, out of what it allowed at `at`. */
export function allowanceAt(
  { allowance, at }: { readonly allowance: number; readonly at: number },
  rate: number,
  now: number,
): number {
  const most = Math.max(1, rate * seconds(REPLAY_PACE.burstMs));
  return Math.min(most, allowance + rate * seconds(Math.max(0, now - at)));
}

/** How many may wait at first, before anything is known of the destination's speed. */
export const firstAhead = (rate: number): number =>
  Math.min(REPLAY_PACE.leastAhead, Math.ceil(rate * seconds(REPLAY_PACE.aheadMs)));

/** How many may wait at a destination that has ended so many events within `elapsedMs`. */
export function aheadAfter(ended: number, elapsedMs: number, rate: number): number {
  // Half as much again: else a destination that is served as fast as it takes could never be found to be faster.
  const served = elapsedMs > 0 ? (1.5 * ended * REPLAY_PACE.aheadMs) / elapsedMs : 0;
  const most = Math.ceil(rate * seconds(REPLAY_PACE.aheadMs));
  return Math.max(firstAhead(rate), Math.min(most, Math.ceil(served)));
}

/** Events that have ended, whichever way. */
export const endedOf = ({ opened, pending }: ReplayAtDestination): number => opened - pending;

/** How many events may be opened at a destination, as far as it is concerned. */
export function roomAt(seen: ReplayAtDestination, ahead: number): number {
  const untried = seen.pending - seen.retrying;
  if (seen.heldBy === "destination_paused" || seen.retrying >= REPLAY_PACE.maxRetrying) return 0;
  // One that is down is found to be up again by a probe, which needs an event.
  if (seen.heldBy === "destination_down") return seen.pending > 0 ? 0 : Math.min(ahead, REPLAY_PACE.leastAhead);
  // Many small jobs would be opened if every place were filled as soon as it is free.
  return untried > ahead / 2 ? 0 : ahead - untried;
}

/** The next lines of a segment to be opened, of those that are not `taken` yet; none when the rate or the room forbid. */
export function nextLines(lines: Runs, taken: number, allowance: number, room: number): Runs {
  const count = Math.min(Math.floor(allowance), room, sizeOf(lines) - taken);
  return count < 1 ? [] : sliceRuns(lines, taken, count);
}

/** Events that should be on the shelf. */
export const shelfFor = (rate: number): number =>
  Math.max(REPLAY_PACE.leastShelf, Math.ceil(rate * seconds(REPLAY_PACE.shelfMs)));
