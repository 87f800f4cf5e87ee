/** How long a commit waits for company when the shard is busy (ms): the price of an ack then, for half the rows. */
const GATHER_MS = 5;
/** A shard is busy when its last commit is not longer ago than this (ms). */
const BUSY_MS = 25;
/** What one commit takes, in what `weigh` gives, unless a single rider is more: the object does nothing else meanwhile. */
const COMMIT_WEIGHT = 2500;
/** After waiting in vain, at most this many commits go without waiting before it is tried again. */
const MAX_SKIP = 64;

/**
 * Concurrent callers share one commit: whoever comes while a commit is being gathered rides along, so rows written
 * per event stay far below one. An idle shard commits at once; a busy one waits a little, as long as somebody joins
 * during such waits (a single caller who waits for each answer is hardly ever held up). `commit` runs synchronously
 * and answers for each item in order; when it throws, every rider of that commit is refused and nothing may have
 * been kept.
 */
export class GroupCommit<Item, Answer> {
  readonly #commit: (items: readonly Item[]) => readonly Answer[];
  readonly #weigh: (item: Item) => number;
  readonly #now: () => number;
  #riders: { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  #lastAt = Number.NEGATIVE_INFINITY;
  #skip = 0;
  #skipNext = 1;

  constructor(commit: (items: readonly Item[]) => readonly Answer[], weigh: (item: Item) => number, now: () => number) {
    this.#commit = commit;
    this.#weigh = weigh;
    this.#now = now;
  }

  join(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#riders.push({ item, resolve, reject });
      if (this.#riders.length > 1) return;
      const wait = this.#patience();
      // A macrotask even without waiting: RPC calls that have already arrived are delivered before it.
      setTimeout(() => this.#flush(wait > 0), wait);
    });
  }

  #patience(): number {
    const idle = this.#now() - this.#lastAt;
    if (idle < 0 || idle > BUSY_MS) return 0;
    if (this.#skip === 0) return GATHER_MS;
    this.#skip--;
    return 0;
  }

  #flush(waited: boolean): void {
    const riders = this.#riders.splice(0, this.#fitting());
    // Others get their turn first. Who comes meanwhile rides with these.
    if (this.#riders.length > 0) setTimeout(() => this.#flush(false), 0);
    if (waited) this.#learn(riders.length);
    try {
      const answers = this.#commit(riders.map((rider) => rider.item));
      riders.forEach((rider, i) => rider.resolve(answers[i]!));
    } catch (error) {
      for (const rider of riders) rider.reject(error);
    }
    this.#lastAt = this.#now();
  }

  /** How many of the riders, from the first, go into one commit. */
  #fitting(): number {
    let weight = 0;
    const first = this.#riders.findIndex(({ item }) => (weight += this.#weigh(item)) > COMMIT_WEIGHT);
    return first < 0 ? this.#riders.length : Math.max(1, first);
  }

  #learn(riders: number): void {
    if (riders > 1) {
      this.#skipNext = 1;
      return;
    }
    this.#skip = this.#skipNext;
    this.#skipNext = Math.min(this.#skipNext * 2, MAX_SKIP);
  }
}
