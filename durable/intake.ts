import { DurableObject } from "cloudflare:workers";
import { HOUR_MS } from "../src/core/durations.ts";
import {
  batchSize,
  packBatch,
  type AppendBatch,
  type AppendResult,
  type Duplicates,
  type LookupResult,
  type PackedBatch,
} from "../src/core/intake.ts";
import type { Observation } from "../src/core/sample.ts";
import type { SourceRoute } from "../src/core/source.ts";
import type { IntakeStanding } from "../src/core/standing.ts";
import { confirm, countSegments, drainSegment, handOver, type DrainDeps } from "./intake/drain.ts";
import { seenBefore } from "./intake/earlier.ts";
import { fold } from "./intake/folding.ts";
import { GroupCommit } from "./intake/group-commit.ts";
import { hashIds } from "../src/core/id-hashes.ts";
import { duplicatesOf, lookUp } from "./intake/lookup.ts";
import { loadMemory, seal, waitingBytes, type IntakeMemory } from "./intake/memory.ts";
import { findPlaces } from "./intake/places.ts";
import { outsideOf } from "./intake/outside.ts";
import { Reporter } from "./intake/reporter.ts";
import { intakeStanding } from "./intake/standing.ts";
import { intakeStore, type IntakeStore } from "./intake/store.ts";
import { commitBatches, type CommitRequest } from "./intake/commit.ts";
import { UsageTally } from "./usage.ts";
import { logError } from "../src/log/log.ts";

/** Above this the object refuses more (the overflow queue takes over) until R2 accepts segments again. */
const OUTBOX_LIMIT = 2_000_000_000;
/**
 * Bytes the ids may take (about 50 million of them). Above it the object refuses more until some expire or the source
 * gets more shards; beyond its 128 MB it would be ended, load them all again, and be ended again.
 */
const INDEX_LIMIT = 64_000_000;
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 60_000;
const AGAIN_MAX_MS = 5 * 60_000;

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/**
 * Dedupe and outbox of one source shard: `getByName(intakeName(sourceId, shard))`. An id is looked up and its
 * event stored in one transaction, so a crash can neither lose an acknowledged event nor admit it twice; the
 * output gate holds every answer until that transaction is on disk.
 */
export class Intake extends DurableObject<Env> {
  readonly #store: IntakeStore;
  readonly #memory: IntakeMemory;
  readonly #commits = new GroupCommit<CommitRequest, AppendResult>(
    (batch) => this.#commit(batch),
    ({ batch }) => batchSize(batch),
    () => Date.now(),
  );
  readonly #reporter: Reporter;
  readonly #drainDeps: DrainDeps;
  readonly #used = new UsageTally();
  #route: SourceRoute | undefined;
  /** Kept, so that ids expire though no append comes any more. */
  #windowMs: number;
  #epoch: number;
  #alarmAt: number | null = null;
  #draining: Promise<void> | undefined;
  #counting: Promise<boolean> | undefined;
  #folding: Promise<boolean> | undefined;
  #failures = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = intakeStore(ctx.storage, this.#used.counting(ctx.storage.sql));
    this.#memory = loadMemory(this.#store);
    this.#epoch = Number(this.#store.meta("epoch") ?? 0);
    this.#windowMs = Number(this.#store.meta("windowMs") ?? Infinity);
    const outside = outsideOf({
      env,
      name: ctx.id.name ?? "",
      store: this.#store,
      used: this.#used,
      waitUntil: (work) => ctx.waitUntil(work),
    });
    this.#drainDeps = outside.drain;
    this.#reporter = new Reporter(outside.reporter);
    void ctx.blockConcurrencyWhile(async () => {
      this.#alarmAt = await ctx.storage.getAlarm();
      if (this.#memory.waiting.size > 0 || this.#memory.unconfirmed.size > 0) this.#arm(Date.now());
    });
  }

  /** What a Worker of an earlier version calls, during a deployment. */
  append(batch: AppendBatch): Promise<AppendResult> {
    return this.add(packBatch(batch));
  }

  /** Stores the new events durably and names the duplicates; see AppendResult. Throws when it is overloaded. */
  async add(batch: PackedBatch): Promise<AppendResult> {
    const { route, parts = 1 } = batch;
    this.#used.add("requests");
    this.#used.add("calls", 1 / parts);
    if (waitingBytes(this.#memory) > OUTBOX_LIMIT) throw new Error("intake outbox is full");
    this.#adopt(route.epoch);
    this.#route = route;
    this.#keepFor(route.windowMs);
    const isFull = () => this.#memory.index.bytes > INDEX_LIMIT;
    if (isFull()) this.#expire();
    // Who comes with an older layout is told so below and may find room in another shard.
    if (isFull() && route.epoch >= this.#epoch) {
      throw new Error("intake holds too many ids: the source needs more shards");
    }
    const earlier = await seenBefore(batch, this.#drainDeps.shard, this.env.INTAKE);
    return this.#commits.join({ batch, earlier });
  }

  /**
   * Indexes (into the packed hashes) of ids this shard holds. Asked by the shard that owns an id since the shard
   * count changed; from then on this object refuses appends of the older epoch, so no id can enter at both.
   */
  async seen(hashes: ArrayBuffer, { epoch, windowMs }: Pick<SourceRoute, "epoch" | "windowMs">): Promise<number[]> {
    this.#adopt(epoch);
    // A shard that gets no appends any more hears only here how long to keep its ids.
    this.#keepFor(windowMs);
    return [...findPlaces(this.#store, this.#memory, [hashes])[0]!.keys()];
  }

  /** Refusals on their way to the debugger and the ledger; coalesced with the shard's own samples. */
  async observe(observation: Observation): Promise<void> {
    this.#reporter.saw(observation);
  }

  /** queues/events has routed the segment: it need not be handed over again. */
  async confirm(segment: number): Promise<void> {
    this.#used.add("requests");
    confirm(this.#memory.unconfirmed, segment, this.#drainDeps);
  }

  /** Where this shard keeps a messageId, or null when it is unknown or older than the window. */
  async lookup(messageId: string): Promise<LookupResult | null> {
    return lookUp(messageId, { memory: this.#memory, deps: this.#drainDeps });
  }

  /** For whoever looks at the workspace's health. */
  async standing(): Promise<IntakeStanding> {
    const limits = { outbox: OUTBOX_LIMIT, ids: INDEX_LIMIT };
    const [memory, store, failures] = [this.#memory, this.#store, this.#failures];
    return intakeStanding({ memory, store, failures, limits, now: Date.now() });
  }

  /** Copies that came here of an event that another shard holds since before the shard count changed. */
  async duplicates(messageId: string): Promise<Duplicates> {
    return duplicatesOf(this.#store, hashIds([messageId]));
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    this.#used.add("requests");
    await this.#drain();
  }

  #commit(requests: readonly CommitRequest[]): AppendResult[] {
    const at = Date.now();
    const answers = commitBatches(requests, { at, epoch: this.#epoch, store: this.#store, memory: this.#memory });
    answers.forEach((answer, i) => this.#report(requests[i]!.batch, answer));
    const { drainAfterBytes = 0, drainAfterMs = 0 } = this.#route ?? {};
    const { open, waiting } = this.#memory;
    // While drains fail, the pause between them is #rearm's to choose.
    if (this.#failures > 0) return answers;
    // Armed even when the drain starts at once: it is what drains after a crash when no request comes any more.
    if (waiting.size > 0) this.#arm(at + drainAfterMs);
    if (open.count > 0 && open.bytes >= drainAfterBytes) this.ctx.waitUntil(this.#drain());
    return answers;
  }

  #report(batch: PackedBatch, answer: AppendResult): void {
    if (answer.status !== "appended") return;
    const { lines } = batch;
    if (answer.duplicates.length === 0) {
      this.#reporter.sawLines("accepted", lines, batchSize(batch));
      return;
    }
    const duplicates = new Set(answer.duplicates);
    const { accepted = [], duplicate = [] } = Object.groupBy(lines.split("\n"), (_, i) =>
      duplicates.has(i) ? "duplicate" : "accepted",
    );
    this.#reporter.sawLines("accepted", accepted.join("\n"), accepted.length);
    this.#reporter.sawLines("duplicate", duplicate.join("\n"), duplicate.length);
  }

  #adopt(epoch: number): void {
    if (epoch <= this.#epoch) return;
    this.#store.setMeta("epoch", String(epoch));
    this.#epoch = epoch;
  }

  #keepFor(windowMs: number): void {
    if (windowMs === this.#windowMs) return;
    this.#store.setMeta("windowMs", String(windowMs));
    this.#windowMs = windowMs;
  }

  /** One drain at a time; whatever fails is logged, stays in the outbox and is tried again later. */
  #drain(): Promise<void> {
    this.#draining ??= this.#drainAll().finally(() => {
      this.#draining = undefined;
      this.#rearm();
    });
    return this.#draining;
  }

  async #drainAll(): Promise<void> {
    const { unconfirmed } = this.#memory;
    seal(this.#memory);
    // Each on its own: R2 failing must not hold up what is in R2 already, nor a failing queue the expiry.
    const done = [
      await this.#attempt("drain", () => this.#drainSealed()),
      await this.#attempt("hand-over", () => handOver(unconfirmed, this.#drainDeps, this.#againAfterMs())),
      await this.#attempt("expiry", async () => this.#expire()),
    ];
    this.#failures = done.includes(false) ? this.#failures + 1 : 0;
    this.#count();
    this.#fold();
  }

  /** Beside the drains: a long one, block by block, with a turn for others after each. */
  #fold(): void {
    this.#folding ??= this.#attempt("folding", async () => {
      for (const _ of fold({ store: this.#store, index: this.#memory.index })) await nextTurn();
    }).finally(() => (this.#folding = undefined));
    this.ctx.waitUntil(this.#folding);
  }

  /** Figures may be late: a ledger that fails or hangs holds up neither drain nor hand-over. */
  #count(): void {
    this.#counting ??= this.#attempt("counting", () =>
      countSegments(this.#memory.unconfirmed, this.#drainDeps),
    ).finally(() => (this.#counting = undefined));
    this.ctx.waitUntil(this.#counting);
  }

  async #attempt(what: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      logError(
        "intake_duty_failed",
        { duty: what, sourceId: this.#drainDeps.sourceId, shard: this.#drainDeps.shard },
        error,
      );
      return false;
    }
  }

  async #drainSealed(): Promise<void> {
    const { waiting, unconfirmed } = this.#memory;
    const sealed = [...waiting.keys()].filter((segment) => segment < this.#memory.open.no);
    for (const segment of sealed) {
      const written = await drainSegment(segment, this.#drainDeps);
      waiting.delete(segment);
      if (written) unconfirmed.set(segment, written);
    }
  }

  #expire(): void {
    const oldest = Date.now() - this.#windowMs;
    const bucket = Math.floor(oldest / HOUR_MS);
    if (!this.#memory.index.dropBefore(bucket)) return;
    this.#store.expire(bucket, oldest);
  }

  /**
   * Until what nobody has confirmed or counted yet is tried again. Each alarm drains what waits, so that a shard which
   * is to drain seldom would drain at each such alarm: one after each drain, as the answers come later than it ends.
   */
  #againAfterMs(): number {
    return Math.max(RETRY_MAX_MS, Math.min(this.#route?.drainAfterMs ?? 0, AGAIN_MAX_MS));
  }

  #rearm(): void {
    const now = Date.now();
    if (this.#failures > 0) {
      this.#arm(now + Math.min(RETRY_MIN_MS * 2 ** (this.#failures - 1), RETRY_MAX_MS));
      return;
    }
    const { open, waiting, unconfirmed, index } = this.#memory;
    const { drainAfterMs = 0, drainAfterBytes = 0 } = this.#route ?? {};
    let next = Infinity;
    if (waiting.size > 0) next = open.bytes >= drainAfterBytes ? now : now + drainAfterMs;
    for (const { dueAt, counted } of unconfirmed.values()) {
      next = Math.min(next, counted ? dueAt : Math.min(dueAt, now + this.#againAfterMs()));
    }
    // A bucket expires once its last moment is older than the window.
    if (index.oldest !== undefined) next = Math.min(next, (index.oldest + 1) * HOUR_MS + this.#windowMs);
    if (Number.isFinite(next)) this.#arm(next);
  }

  /** Each setAlarm is a billed row, so it is set only when none comes as early. */
  #arm(at: number): void {
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    this.#used.add("rows");
    void this.ctx.storage.setAlarm(at);
  }
}
