import { DAY_MS, HOUR_MS, MINUTE_MS } from "./durations.ts";

/** Bounds of exporting; times in ms. */
export const EXPORTS = {
  /** A claim is held so long without a sign of life; whoever works gives one every `beatMs`. */
  leaseMs: 60_000,
  beatMs: 15_000,
  /** A task whose message nobody took up is sent again. */
  resendAfterMs: MINUTE_MS,
  /** What one message works through before it pauses: characters of lines, and time. */
  stepChars: 128 * 1024 * 1024,
  stepMs: MINUTE_MS,
  /** Characters of lines that are kept for the second time they are gone through; of more, all are read again. */
  keptChars: 8 * 1024 * 1024,
  /** One message takes up hour after hour for so long; then others have their turn. */
  turnMs: 20_000,
  /** Whoever has finished one thing asks for the next: only when nobody did for so long is a message sent. */
  nextMs: 1500,
  /** Rows in memory; writing one table out needs about as much again. */
  bufferBytes: 24 * 1024 * 1024,
  /** Failures and lost holders in a row after which a run gives way to other hours and begins anew later. */
  patience: 3,
  runsKept: 1000,
  /** What an unfinished run has left goes only when nobody can be writing it any more: a consumer lives 15 minutes. */
  orphanMs: 16 * MINUTE_MS,
  /** Replaced files stay for readers that hold the manifest before. */
  trashMs: HOUR_MS,
  /** Iceberg's snapshots of the last day may name them as well. */
  icebergTrashMs: 25 * HOUR_MS,
  /** An id counts once within this time before its hour, in whole hours (storage.md §3.6). */
  idsMs: 7 * DAY_MS,
  planFreshMs: 30_000,
  newColumnsTold: 200,
  noticesTold: 200,
  errorChars: 500,
  followerStateChars: 100_000,
} as const;

/** How long to wait after so many failures in a row: 30 s, doubled each time, at most an hour. */
export const hourRetryMs = (failures: number): number => Math.min(HOUR_MS, 30_000 * 2 ** Math.min(failures - 1, 20));

/** As hourRetryMs, for followers: from a minute on. */
export const followerRetryMs = (failures: number): number =>
  Math.min(HOUR_MS, MINUTE_MS * 2 ** Math.min(failures - 1, 20));
