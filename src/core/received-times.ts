import { HOUR_MS, hourOf } from "./durations.ts";

/** When events were received: least and greatest time, and in which hours (starts, rising) unless in all between. */
export interface TimeFacts {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly hours?: readonly number[];
}

/** The hours there are events of, rising. */
export function hoursOf({ firstAt, lastAt, hours }: TimeFacts): number[] {
  if (hours !== undefined) return [...hours];
  const all: number[] = [];
  for (let hour = hourOf(firstAt); hour <= lastAt; hour += HOUR_MS) all.push(hour);
  return all;
}

/** Collects the times (ms) at which events were received. */
export class ReceivedTimes {
  #firstAt = Infinity;
  #lastAt = -Infinity;
  /** The time and the hour added last: nearly all events of a commit share them. */
  #at = NaN;
  #hour = NaN;
  readonly #hours = new Set<number>();

  add(at: number): void {
    if (at === this.#at) return;
    this.#at = at;
    if (at < this.#firstAt) this.#firstAt = at;
    if (at > this.#lastAt) this.#lastAt = at;
    const hour = hourOf(at);
    if (hour === this.#hour) return;
    this.#hour = hour;
    this.#hours.add(hour);
  }

  addAll(facts: TimeFacts): void {
    this.add(facts.firstAt);
    this.add(facts.lastAt);
    for (const hour of hoursOf(facts)) this.#hours.add(hour);
  }

  /** Undefined when nothing was added. */
  facts(): TimeFacts | undefined {
    if (this.#hours.size === 0) return undefined;
    const hours = [...this.#hours].toSorted((a, b) => a - b);
    const between = (hours.at(-1)! - hours[0]!) / HOUR_MS + 1;
    const times = { firstAt: this.#firstAt, lastAt: this.#lastAt };
    return between === hours.length ? times : { ...times, hours };
  }
}
