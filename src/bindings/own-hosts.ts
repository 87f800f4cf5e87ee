import { MINUTE_MS } from "../core/durations.ts";

/** What knowing our own hosts needs. */
export interface HostStore {
  ownHosts(): Promise<readonly string[]>;
  noteHost(host: string): Promise<void>;
}

/** How long a host that was noted by another isolate may stay unknown here. */
const FRESH_MS = MINUTE_MS;

const withoutPort = (host: string): string => host.replace(/:\d+$/, "");

/**
 * The hosts under which this Inlet is reached: those that are set, and those under which somebody who was let in has
 * changed something or signed in. A Host header alone proves nothing, so strangers' requests are not learned from.
 */
export class OwnHosts {
  readonly #known: Set<string>;
  readonly #store: () => HostStore;
  readonly #now: () => number;
  #readAt = Number.NEGATIVE_INFINITY;

  /** @param store a fresh client for each question: a stub belongs to the request that made it. */
  constructor(configured: ReadonlySet<string>, store: () => HostStore, now: () => number) {
    this.#known = new Set(configured);
    this.#store = store;
    this.#now = now;
  }

  /**
   * @param anyPort also when only the names are the same
   * @throws when it is not known and the Catalog cannot be asked: nothing is sent then.
   */
  async has(host: string, anyPort = false): Promise<boolean> {
    if (!this.#knows(host, anyPort) && this.#now() - this.#readAt >= FRESH_MS) {
      for (const own of await this.#store().ownHosts()) this.#known.add(own);
      this.#readAt = this.#now();
    }
    return this.#knows(host, anyPort);
  }

  #knows(host: string, anyPort: boolean): boolean {
    if (this.#known.has(host)) return true;
    return anyPort && [...this.#known].some((own) => withoutPort(own) === withoutPort(host));
  }

  async note(host: string): Promise<void> {
    if (this.#known.has(host)) return;
    await this.#store().noteHost(host);
    this.#known.add(host);
  }
}
