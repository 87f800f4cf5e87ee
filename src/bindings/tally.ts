/** How long counts are gathered before they are sent on, in ms. */
const GATHER_MS = 500;

export interface TallyDeps {
  /** Sends the counts gathered so far; not idempotent. */
  send(at: number, counts: Readonly<Record<string, number>>): Promise<void>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/**
 * Gathers this isolate's counts, so that a flood of requests costs two calls a second and not one each. One request
 * waits and sends for all; the others leave their numbers and go. Only numbers are shared between requests. When the
 * one that waits is cut off, the next request after its time sends what it left.
 */
export function createTally(deps: TallyDeps): (key: string, count: number) => Promise<void> {
  let counts: Record<string, number> = {};
  let sendingBy = Number.NEGATIVE_INFINITY;
  return async (key, count) => {
    counts[key] = (counts[key] ?? 0) + count;
    const now = deps.now();
    if (now < sendingBy && sendingBy <= now + 2 * GATHER_MS) return;
    sendingBy = now + 2 * GATHER_MS;
    await deps.sleep(GATHER_MS);
    const gathered = counts;
    counts = {};
    sendingBy = Number.NEGATIVE_INFINITY;
    if (Object.keys(gathered).length > 0) await deps.send(deps.now(), gathered);
  };
}
