import { logError } from "../log/log.ts";
const LOOK_EVERY_MS = 250;
/** Longer than any turn may take: a request that was cut off ends no turn. */
const TURN_MS = 15 * 60_000;
const PATIENCE_MS = 2 * 60_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * One after the other within an isolate: its 128 MB are shared by all that runs in it. Each looks for itself, because a
 * promise that another request was to resolve would be waited for in vain when that request is cut off.
 */
export function createTurns(now: () => number): (work: () => Promise<void>) => Promise<void> {
  let busyUntil = 0;
  return async (work) => {
    const patience = now() + PATIENCE_MS;
    while (busyUntil > now()) {
      if (now() > patience) return;
      await sleep(LOOK_EVERY_MS);
    }
    const mine = now() + TURN_MS;
    busyUntil = mine;
    try {
      await work();
    } finally {
      // One that took longer than that ends no other's turn.
      if (busyUntil === mine) busyUntil = 0;
    }
  };
}

/**
 * Calls `beat` every `ms` until the answer is called; one that fails is followed by the next. Whoever hangs for longer
 * than a turn is taken for dead: nobody else could ever take over from it otherwise.
 */
export function heartbeat(ms: number, beat: () => Promise<unknown>): () => void {
  let left = Math.floor(TURN_MS / ms);
  const timer = setInterval(() => {
    if (--left === 0) clearInterval(timer);
    beat().catch((error: unknown) => logError("lease_not_renewed", {}, error));
  }, ms);
  return () => clearInterval(timer);
}
