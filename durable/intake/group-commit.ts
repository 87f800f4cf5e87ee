/**
 * Concurrent callers share one commit: whoever comes while a commit is being gathered rides along, so rows
 * written per event stay far below one. `commit` runs synchronously and answers for each item in order; when it
 * throws, every rider of that commit is refused and nothing may have been kept.
 */
export class GroupCommit<Item, Answer> {
  readonly #commit: (items: readonly Item[]) => readonly Answer[];
  #riders: { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];

  constructor(commit: (items: readonly Item[]) => readonly Answer[]) {
    this.#commit = commit;
  }

  join(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#riders.push({ item, resolve, reject });
      // A macrotask: RPC calls that have already arrived are delivered before it.
      if (this.#riders.length === 1) setTimeout(() => this.#flush(), 0);
    });
  }

  #flush(): void {
    const riders = this.#riders;
    this.#riders = [];
    try {
      const answers = this.#commit(riders.map((rider) => rider.item));
      riders.forEach((rider, i) => rider.resolve(answers[i]!));
    } catch (error) {
      for (const rider of riders) rider.reject(error);
    }
  }
}
