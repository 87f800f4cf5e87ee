import { DurableObject } from "cloudflare:workers";
import {
  batchSize,
  packBatch,
  type AppendBatch,
  type AppendResult,
  type Duplicates,
  type LookupResult,
  type PackedBatch,
} from "../src/core/intake.ts";
import { err, ok, type Result } from "../src/core/result.ts";
import type { Observation } from "../src/core/sample.ts";
import type { SourceRoute } from "../src/core/source.ts";
import type { IntakeStanding } from "../src/core/standing.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { confirm, type DrainDeps } from "./intake/drain.ts";
import { Duties } from "./intake/duties.ts";
import { seenBefore } from "./intake/earlier.ts";
import { GroupCommit } from "./intake/group-commit.ts";
import { hashIds } from "../src/core/id-hashes.ts";
import { duplicatesOf, lookUp } from "./intake/lookup.ts";
import { loadMemory, waitingBytes, type IntakeMemory } from "./intake/memory.ts";
import { findPlaces } from "./intake/places.ts";
import { outsideOf } from "./intake/outside.ts";
import { Reporter } from "./intake/reporter.ts";
import { intakeStanding } from "./intake/standing.ts";
import { intakeStore, type IntakeStore } from "./intake/store.ts";
import { commitBatches, type CommitRequest } from "./intake/commit.ts";
import { UsageTally } from "./usage.ts";

/** Above this the object refuses more (the overflow queue takes over) until R2 accepts segments again. */
const OUTBOX_LIMIT = 2_000_000_000;
/**
 * Bytes the ids may take (about 50 million of them). Above it the object refuses more until some expire or the source
 * gets more shards; beyond its 128 MB it would be ended, load them all again, and be ended again.
 */
const INDEX_LIMIT = 64_000_000;

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
  readonly #duties: Duties;
  readonly #used = new UsageTally();
  #route: SourceRoute | undefined;
  /** Kept, so that ids expire though no append comes any more. */
  #windowMs: number;
  #epoch: number;

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
    this.#duties = new Duties({
      store: this.#store,
      memory: this.#memory,
      drain: outside.drain,
      used: this.#used,
      times: () => ({
        drainAfterMs: this.#route?.drainAfterMs ?? 0,
        drainAfterBytes: this.#route?.drainAfterBytes ?? 0,
        windowMs: this.#windowMs,
      }),
      alarm: new AlarmClock(this.#used.countingAlarm(ctx.storage)),
      waitUntil: (work) => ctx.waitUntil(work),
    });
    void ctx.blockConcurrencyWhile(() => this.#duties.begin());
  }

  /** What a Worker of an earlier version calls, during a deployment. */
  append(batch: AppendBatch): Promise<AppendResult> {
    return this.add(packBatch(batch));
  }

  /** Stores the new events durably and names the duplicates; see AppendResult. Throws when it is overloaded. */
  add(batch: PackedBatch): Promise<AppendResult> {
    this.#used.add("requests");
    return this.#add(batch);
  }

  /** As `add`, for batches of several clients in one call: one result each, in order. Why one failed is a text. */
  addAll(batches: readonly PackedBatch[]): Promise<Result<AppendResult, string>[]> {
    this.#used.add("requests");
    return Promise.all(batches.map((batch) => this.#add(batch).then(ok, (error: unknown) => err(String(error)))));
  }

  async #add(batch: PackedBatch): Promise<AppendResult> {
    const { route, parts = 1 } = batch;
    this.#used.add("calls", 1 / parts);
    if (waitingBytes(this.#memory) > OUTBOX_LIMIT) throw new Error("intake outbox is full");
    this.#adopt(route.epoch);
    this.#route = route;
    this.#keepFor(route.windowMs);
    const isFull = () => this.#memory.index.bytes > INDEX_LIMIT;
    if (isFull()) this.#duties.expire();
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
    const { failures } = this.#duties;
    return intakeStanding({ memory: this.#memory, store: this.#store, failures, limits, now: Date.now() });
  }

  /** Copies that came here of an event that another shard holds since before the shard count changed. */
  async duplicates(messageId: string): Promise<Duplicates> {
    return duplicatesOf(this.#store, hashIds([messageId]));
  }

  override async alarm(): Promise<void> {
    await this.#duties.rang();
  }

  #commit(requests: readonly CommitRequest[]): AppendResult[] {
    const at = Date.now();
    const answers = commitBatches(requests, { at, epoch: this.#epoch, store: this.#store, memory: this.#memory });
    answers.forEach((answer, i) => this.#report(requests[i]!.batch, answer));
    this.#duties.committed(at);
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
}
