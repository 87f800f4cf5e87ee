import { err, type Result } from "../core/result.ts";
import type { StartTimer } from "../core/time-limit.ts";

/**
 * While so many calls of one isolate to one object are under way, who comes waits and shares the next. Not a bound: to an
 * object that is slow more go out, one for all who have waited for TURN_MS.
 */
const CALLS = 4;
/** What one call carries at most, unless it is one item alone. */
const MAX_ITEMS = 32;
const MAX_SIZE = 1_000_000;
/** Nobody waits longer for a call to end (ms): a request that was to tell of it may have died. */
const TURN_MS = 50;
/** For an answer that another request gets (ms); then that request may have died, and each calls for itself alone. */
const TRUST_MS = 3000;

export interface SharedCallsDeps<Item, Answer> {
  /** One call for all: one result each, in order; throws when there is no answer within `ms`. */
  call(key: string, items: readonly Item[], ms: number): Promise<readonly Result<Answer, unknown>[]>;
  sizeOf(item: Item): number;
  now(): number;
  start: StartTimer;
  /** Lets work of the current request go on when its client is gone (`waitUntil`). */
  outlive(work: Promise<void>): void;
}

/** A request that waits for an answer. Others set the outcome and wake it; its I/O stays its own. */
interface Rider<Item, Answer> {
  readonly item: Item;
  outcome: Result<Answer, unknown> | undefined;
  wake(): void;
}

interface Lane<Item, Answer> {
  /** When each call under way began. */
  readonly calls: Set<{ readonly at: number }>;
  queue: Rider<Item, Answer>[];
}

const nobody = (): void => {};

/**
 * Requests of one isolate that ask the same object share calls. While few are under way each asks at once and alone; the
 * others queue, and when a call ends the first of them asks for all, within its own request. Between requests go values
 * and the resolving of a promise, which the runtime carries over to the request that made it
 * (handle_cross_request_promise_resolution). No request depends on another one's life: it waits by a timer of its own,
 * then asks for itself. What is asked must bear being asked twice.
 */
export class SharedCalls<Item, Answer> {
  readonly #deps: SharedCallsDeps<Item, Answer>;
  readonly #limitMs: number;
  readonly #lanes = new Map<string, Lane<Item, Answer>>();

  /** @param limitMs how long an answer may take */
  constructor(limitMs: number, deps: SharedCallsDeps<Item, Answer>) {
    this.#deps = deps;
    this.#limitMs = limitMs;
  }

  /** What became of the item, also when the call failed; never rejects. */
  async join(key: string, item: Item): Promise<Result<Answer, unknown>> {
    const lane = this.#laneOf(key);
    const rider: Rider<Item, Answer> = { item, outcome: undefined, wake: nobody };
    lane.queue.push(rider);
    if (this.#isFree(lane)) return this.#lead(key, lane, rider);
    const riding = this.#ride(key, lane, rider);
    // A pixel's client may leave before its turn has come.
    this.#deps.outlive(riding.then(nobody));
    return riding;
  }

  async #ride(key: string, lane: Lane<Item, Answer>, rider: Rider<Item, Answer>): Promise<Result<Answer, unknown>> {
    for (const patience of [TURN_MS, TRUST_MS]) {
      await this.#sleep(rider, patience);
      if (rider.outcome !== undefined) return rider.outcome;
      if (lane.queue.includes(rider)) return this.#lead(key, lane, rider);
    }
    const own = { ...rider };
    await this.#ask(key, [own], this.#limitMs - TRUST_MS);
    // The first call's answer is the truth, as the second may call its own item known; its failure is not.
    return rider.outcome?.ok ? rider.outcome : own.outcome!;
  }

  #laneOf(key: string): Lane<Item, Answer> {
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = { calls: new Set<{ readonly at: number }>(), queue: [] };
    this.#lanes.set(key, lane);
    return lane;
  }

  /** A call that should have ended by its own limit is no longer counted: its request has died. */
  #isFree({ calls }: Lane<Item, Answer>): boolean {
    if (calls.size < CALLS) return true;
    for (const call of calls) if (call.at + this.#limitMs < this.#deps.now()) calls.delete(call);
    return calls.size < CALLS;
  }

  async #lead(key: string, lane: Lane<Item, Answer>, own: Rider<Item, Answer>): Promise<Result<Answer, unknown>> {
    const call = { at: this.#deps.now() };
    lane.calls.add(call);
    const work = this.#ask(key, this.#take(lane, own), this.#limitMs, () => {
      lane.calls.delete(call);
      if (this.#isFree(lane)) lane.queue[0]?.wake();
      if (lane.calls.size === 0 && lane.queue.length === 0) this.#lanes.delete(key);
    });
    this.#deps.outlive(work);
    await work;
    return own.outcome!;
  }

  /** The rider's own item and what others there is room for, out of the queue. */
  #take(lane: Lane<Item, Answer>, own: Rider<Item, Answer>): readonly Rider<Item, Answer>[] {
    const taken = [own];
    const left: Rider<Item, Answer>[] = [];
    let size = this.#deps.sizeOf(own.item);
    for (const rider of lane.queue) {
      if (rider === own) continue;
      const more = this.#deps.sizeOf(rider.item);
      if (taken.length >= MAX_ITEMS || size + more > MAX_SIZE) left.push(rider);
      else {
        taken.push(rider);
        size += more;
      }
    }
    lane.queue = left;
    return taken;
  }

  /** @param ended told before the riders are: the next call is under way before their clients come again */
  async #ask(key: string, riders: readonly Rider<Item, Answer>[], ms: number, ended = nobody): Promise<void> {
    let outcomes: readonly Result<Answer, unknown>[];
    try {
      outcomes = await this.#deps.call(
        key,
        riders.map(({ item }) => item),
        ms,
      );
    } catch (error) {
      outcomes = riders.map(() => err(error));
    }
    ended();
    riders.forEach((rider, i) => {
      rider.outcome = outcomes[i] ?? err(new Error("no answer for this part of the call"));
      rider.wake();
    });
  }

  /** Until somebody wakes the rider, at most `ms`. The timer also shows the runtime that this request is no dead end. */
  async #sleep(rider: Rider<Item, Answer>, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    rider.wake = resolve;
    const callOff = this.#deps.start(resolve, ms);
    await promise;
    callOff();
    rider.wake = nobody;
  }
}
