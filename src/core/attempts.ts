/** Wrong secrets per address: after `limit` of them within `windowMs` nothing is compared until the window has passed. */
export interface AttemptRule {
  readonly limit: number;
  readonly windowMs: number;
  /** Addresses remembered at most; the longest known one is forgotten first. */
  readonly addresses: number;
}

interface Tally {
  since: number;
  failures: number;
}

/**
 * Slows guessing without locking anybody out for long: an address waits at most one window, and other addresses
 * are not concerned. Kept in memory: it forgets when the object is evicted, which guessing itself prevents.
 */
export function createAttemptLimiter(rule: AttemptRule) {
  const tallies = new Map<string, Tally>();
  const current = (address: string, now: number): Tally | undefined => {
    const tally = tallies.get(address);
    return tally !== undefined && now - tally.since < rule.windowMs ? tally : undefined;
  };
  return {
    /** How long `address` still has to wait, in ms; 0 when it may try. */
    waitMs(address: string, now: number): number {
      const tally = current(address, now);
      return tally === undefined || tally.failures < rule.limit ? 0 : tally.since + rule.windowMs - now;
    },
    fail(address: string, now: number): void {
      const tally = current(address, now) ?? { since: now, failures: 0 };
      tally.failures += 1;
      tallies.delete(address);
      tallies.set(address, tally);
      const oldest = tallies.keys().next().value;
      if (tallies.size > rule.addresses && oldest !== undefined) tallies.delete(oldest);
    },
    succeed(address: string): void {
      tallies.delete(address);
    },
  };
}
