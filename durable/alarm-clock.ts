/** The part of an object's storage that its one alarm is in. */
export type AlarmStorage = Pick<DurableObjectStorage, "getAlarm" | "setAlarm" | "deleteAlarm">;

/** The one alarm of an object, and when it is known to come: each change of it is a row written, so few are made. */
export class AlarmClock {
  readonly #storage: AlarmStorage;
  readonly #now: () => number;
  #at: number | null = null;

  constructor(storage: AlarmStorage, now: () => number = () => Date.now()) {
    this.#storage = storage;
    this.#now = now;
  }

  /** To be awaited before anything else when the object starts. */
  async read(): Promise<void> {
    this.#at = await this.#storage.getAlarm();
  }

  isSet(): boolean {
    return this.#at !== null;
  }

  /** To be said first when the alarm has come: none is set any more. */
  rang(): void {
    this.#at = null;
  }

  /** At `at` (ms since epoch; at once when that is past) or before; undefined asks for nothing. */
  wakeBy(at: number | undefined): void {
    if (at === undefined || (this.#at !== null && this.#at <= at)) return;
    this.#put(at);
  }

  /** At `at` and not before, except that one which is set up to `slackMs` earlier stays; never when undefined. */
  wakeAt(at: number | undefined, slackMs = 0): void {
    if (at === undefined) {
      if (this.#at !== null) void this.#storage.deleteAlarm();
      this.#at = null;
      return;
    }
    if (this.#at !== null && this.#at <= at && this.#at >= at - slackMs) return;
    this.#put(at);
  }

  #put(at: number): void {
    this.#at = at;
    // The platform refuses 0, which is how stores write "at once".
    void this.#storage.setAlarm(Math.max(at, this.#now()));
  }
}
