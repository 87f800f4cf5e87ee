export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Start of the UTC hour that holds `at`, in ms since epoch. */
export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;
