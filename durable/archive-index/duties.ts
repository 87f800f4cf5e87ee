import { MINUTE_MS } from "../../src/core/durations.ts";
import { logError } from "../../src/log/log.ts";

/** Something the alarm sees to. */
export interface Duty {
  readonly name: string;
  /** Does what is due, some of it at a time; answers when it is to be called again, undefined when nothing is left. */
  run(now: number): Promise<number | undefined>;
}

const RETRY_MIN_MS = 5000;
const RETRY_MAX_MS = 10 * MINUTE_MS;

interface Failure {
  /** In a row. */
  readonly times: number;
  readonly retryAt: number;
}

/** Sees to all duties, each on its own: one that fails is tried again later and holds up no other. */
export class Duties {
  readonly #duties: readonly Duty[];
  readonly #failures = new Map<string, Failure>();

  constructor(duties: readonly Duty[]) {
    this.#duties = duties;
  }

  /** When it is to be run again; undefined when nothing is left. */
  async run(now: number): Promise<number | undefined> {
    let next: number | undefined;
    for (const duty of this.#duties) {
      const at = await this.#attempt(duty, now);
      if (at !== undefined) next = Math.min(next ?? at, at);
    }
    return next;
  }

  async #attempt(duty: Duty, now: number): Promise<number | undefined> {
    const failure = this.#failures.get(duty.name);
    if (failure !== undefined && now < failure.retryAt) return failure.retryAt;
    try {
      const next = await duty.run(now);
      this.#failures.delete(duty.name);
      return next;
    } catch (error) {
      const times = failure?.times ?? 0;
      const retryAt = now + Math.min(RETRY_MIN_MS * 2 ** times, RETRY_MAX_MS);
      this.#failures.set(duty.name, { times: times + 1, retryAt });
      logError("archive_duty_failed", { duty: duty.name }, error);
      return retryAt;
    }
  }
}
