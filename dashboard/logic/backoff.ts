const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Wait before reconnection number `attempt` (from 0), in ms: doubling, capped, spread by `random` in [0, 1). */
export function reconnectDelay(attempt: number, random: number): number {
  const full = Math.min(FIRST_MS * 2 ** Math.min(attempt, 10), LONGEST_MS);
  return Math.round(full / 2 + (full / 2) * random);
}
