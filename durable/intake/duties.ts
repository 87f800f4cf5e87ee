import { HOUR_MS } from "../../src/core/durations.ts";
import { logError } from "../../src/log/log.ts";
import type { AlarmClock } from "../alarm-clock.ts";
import type { UsageTally } from "../usage.ts";
import { countSegments, drainSegment, handOver, type DrainDeps } from "./drain.ts";
import { fold } from "./folding.ts";
import { seal, type IntakeMemory } from "./memory.ts";
import type { IntakeStore } from "./store.ts";

const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 60_000;
const AGAIN_MAX_MS = 5 * 60_000;

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** What the source's settings say. Zeros while no append has told of them, so that a restarted shard drains at once. */
export interface DutyTimes {
  readonly drainAfterMs: number;
  readonly drainAfterBytes: number;
  readonly windowMs: number;
}

export interface DutiesDeps {
  readonly store: IntakeStore;
  readonly memory: IntakeMemory;
  readonly drain: DrainDeps;
  readonly used: UsageTally;
  times(): DutyTimes;
  readonly alarm: AlarmClock;
  /** Keeps the object alive until it is done. */
  waitUntil(work: Promise<unknown>): void;
}

/** What a shard does by itself: drain, hand over, count, fold and forget, and the one alarm that all of them share. */
export class Duties {
  readonly #deps: DutiesDeps;
  #draining: Promise<void> | undefined;
  #counting: Promise<boolean> | undefined;
  #folding: Promise<boolean> | undefined;
  #failures = 0;

  constructor(deps: DutiesDeps) {
    this.#deps = deps;
  }

  /** Rounds that failed one after the other, until now. */
  get failures(): number {
    return this.#failures;
  }

  /** To be awaited before anything else when the object starts: what a crash left undone is done at once. */
  async begin(): Promise<void> {
    const { alarm, drain, memory } = this.#deps;
    await alarm.read();
    if (memory.waiting.size > 0 || memory.unconfirmed.size > 0) alarm.wakeBy(drain.now());
  }

  /** The alarm went off. */
  async rang(): Promise<void> {
    this.#deps.alarm.rang();
    this.#deps.used.add("requests");
    await this.#round();
  }

  /** Something was stored at `at`. */
  committed(at: number): void {
    // While drains fail, the pause between them is #rearm's to choose.
    if (this.#failures > 0) return;
    const { open, waiting } = this.#deps.memory;
    const { drainAfterMs, drainAfterBytes } = this.#deps.times();
    // Armed even when the drain starts at once: it is what drains after a crash when no request comes any more.
    if (waiting.size > 0) this.#deps.alarm.wakeBy(at + drainAfterMs);
    if (open.count > 0 && open.bytes >= drainAfterBytes) this.#deps.waitUntil(this.#round());
  }

  /** Forgets the ids whose window is over. */
  expire(): void {
    const { memory, store, drain } = this.#deps;
    const oldest = drain.now() - this.#deps.times().windowMs;
    const bucket = Math.floor(oldest / HOUR_MS);
    if (!memory.index.dropBefore(bucket)) return;
    store.expire(bucket, oldest);
  }

  /** One at a time; whatever fails is logged, stays in the outbox and is tried again later. */
  #round(): Promise<void> {
    this.#draining ??= this.#allOnce().finally(() => {
      this.#draining = undefined;
      this.#rearm();
    });
    return this.#draining;
  }

  async #allOnce(): Promise<void> {
    const { memory, drain } = this.#deps;
    seal(memory);
    // Each on its own: R2 failing must not hold up what is in R2 already, nor a failing queue the expiry.
    const done = [
      await this.#attempt("drain", () => this.#drainSealed()),
      await this.#attempt("hand-over", () => handOver(memory.unconfirmed, drain, this.#againAfterMs())),
      await this.#attempt("expiry", async () => this.expire()),
    ];
    this.#failures = done.includes(false) ? this.#failures + 1 : 0;
    this.#count();
    this.#fold();
  }

  async #drainSealed(): Promise<void> {
    const { memory, drain } = this.#deps;
    const sealed = [...memory.waiting.keys()].filter((segment) => segment < memory.open.no);
    for (const segment of sealed) {
      const written = await drainSegment(segment, drain);
      memory.waiting.delete(segment);
      if (written) memory.unconfirmed.set(segment, written);
    }
  }

  /** Figures may be late: a ledger that fails or hangs holds up neither drain nor hand-over. */
  #count(): void {
    const { memory, drain, waitUntil } = this.#deps;
    this.#counting ??= this.#attempt("counting", () => countSegments(memory.unconfirmed, drain)).finally(
      () => (this.#counting = undefined),
    );
    waitUntil(this.#counting);
  }

  /** Beside the drains: a long one, block by block, with a turn for others after each. */
  #fold(): void {
    const { memory, store, waitUntil } = this.#deps;
    this.#folding ??= this.#attempt("folding", async () => {
      for (const _ of fold({ store, index: memory.index })) await nextTurn();
    }).finally(() => (this.#folding = undefined));
    waitUntil(this.#folding);
  }

  async #attempt(what: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const { sourceId, shard } = this.#deps.drain;
      logError("intake_duty_failed", { duty: what, sourceId, shard }, error);
      return false;
    }
  }

  /**
   * Until what nobody has confirmed or counted yet is tried again. Each alarm drains what waits, so that a shard which
   * is to drain seldom would drain at each such alarm: one after each drain, as the answers come later than it ends.
   */
  #againAfterMs(): number {
    return Math.max(RETRY_MAX_MS, Math.min(this.#deps.times().drainAfterMs, AGAIN_MAX_MS));
  }

  #rearm(): void {
    const now = this.#deps.drain.now();
    if (this.#failures > 0) {
      this.#deps.alarm.wakeBy(now + Math.min(RETRY_MIN_MS * 2 ** (this.#failures - 1), RETRY_MAX_MS));
      return;
    }
    const { open, waiting, unconfirmed, index } = this.#deps.memory;
    const { drainAfterMs, drainAfterBytes, windowMs } = this.#deps.times();
    let next = Infinity;
    if (waiting.size > 0) next = open.bytes >= drainAfterBytes ? now : now + drainAfterMs;
    for (const { dueAt, counted } of unconfirmed.values()) {
      next = Math.min(next, counted ? dueAt : Math.min(dueAt, now + this.#againAfterMs()));
    }
    // A bucket expires once its last moment is older than the window.
    if (index.oldest !== undefined) next = Math.min(next, (index.oldest + 1) * HOUR_MS + windowMs);
    if (Number.isFinite(next)) this.#deps.alarm.wakeBy(next);
  }
}
