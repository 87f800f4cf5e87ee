/** For what comes by itself: waiting ends when it has come, so only a failure takes this long. The default is a second. */
export const PATIENT = { timeout: 15_000 } as const;
