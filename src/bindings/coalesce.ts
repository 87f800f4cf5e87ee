import { addRefusedKinds } from "../core/event-kind.ts";
import type { IngestCounts, Observation } from "../core/sample.ts";

/** Between two sendings of one isolate about one thing, in ms. */
const EVERY_MS = 250;
/** A request that promised to send and was cut off never says so: after this (ms) the next one sends. */
const OVERDUE_MS = 2000;
/** Samples one sending carries; the debugger shows how many more there were. */
const MAX_SAMPLES = 100;

interface Waiting<T> {
  value: T | undefined;
  sentAt: number;
  /** Somebody sends what is waiting before this. */
  promisedUntil: number;
}

export interface CoalescerDeps<T> {
  merge(earlier: T, later: T): T;
  send(key: string, value: T): Promise<void>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/**
 * Adds up what the requests of one isolate have to tell an object, so that a flood of refused calls costs it four
 * calls a second, not one each; the first after a quiet while is sent at once. Only values are shared between
 * requests: the one that finds nobody has promised to send does so itself, in its own `waitUntil`.
 */
export class Coalescer<T> {
  readonly #deps: CoalescerDeps<T>;
  readonly #waiting = new Map<string, Waiting<T>>();

  constructor(deps: CoalescerDeps<T>) {
    this.#deps = deps;
  }

  /** Resolves once `value` was sent, or at once when another request sends it. `key`s must be few: they are kept. */
  async tell(key: string, value: T): Promise<void> {
    const { merge, send, sleep } = this.#deps;
    const waiting = this.#of(key);
    waiting.value = waiting.value === undefined ? value : merge(waiting.value, value);
    const now = this.#deps.now();
    if (now < waiting.promisedUntil) return;
    const wait = Math.min(Math.max(0, waiting.sentAt + EVERY_MS - now), EVERY_MS);
    waiting.promisedUntil = now + wait + OVERDUE_MS;
    if (wait > 0) await sleep(wait);
    const due = waiting.value;
    Object.assign(waiting, { value: undefined, sentAt: this.#deps.now(), promisedUntil: Number.NEGATIVE_INFINITY });
    if (due !== undefined) await send(key, due);
  }

  #of(key: string): Waiting<T> {
    let waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      waiting = { value: undefined, sentAt: Number.NEGATIVE_INFINITY, promisedUntil: Number.NEGATIVE_INFINITY };
      this.#waiting.set(key, waiting);
    }
    return waiting;
  }
}

function addCounts(a: IngestCounts, b: IngestCounts): IngestCounts {
  const sum: Record<string, number> = { ...a };
  for (const [key, count] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}

/** Two observations of one source as one: counts exact, the newest samples. */
export const mergeObservations = (a: Observation, b: Observation): Observation => ({
  sourceId: b.sourceId,
  at: Math.max(a.at, b.at),
  counts: addCounts(a.counts, b.counts),
  kinds: addRefusedKinds(a.kinds ?? [], b.kinds ?? []),
  samples: [...a.samples, ...b.samples].slice(-MAX_SAMPLES),
});
