/** The replay that a re-send in a ledger belongs to: `replay-<id>-<chunk>`; undefined for other re-sends. */
export const replayIdOf = (jobId: string | undefined): string | undefined =>
  /^replay-([\w-]{1,40})-\d+$/.exec(jobId ?? "")?.[1];
