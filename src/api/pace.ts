import { createAttemptLimiter } from "../core/attempts.ts";
import { MINUTE_MS } from "../core/durations.ts";
import { limited } from "./problem.ts";

/** Far above what somebody who watches would ask for. */
const A_MINUTE = 120;

/**
 * Slows routes that reach out at somebody's word: nobody is to hammer another's server from here, or try passwords there.
 * Counted by isolate, for all callers together.
 * @returns to be called before each trial; throws the refusal (429) when there were too many within a minute
 */
export function createPace(now: () => number): () => void {
  const attempts = createAttemptLimiter({ limit: A_MINUTE, windowMs: MINUTE_MS, addresses: 1 });
  return () => {
    const wait = attempts.waitMs("all", now());
    if (wait > 0) throw limited(wait, "Too many tests; wait a moment.");
    attempts.fail("all", now());
  };
}
