import { DurableObject } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { HASH_BYTES } from "../src/core/dedup-index.ts";
import {
  intakeName,
  shardOf,
  type AppendBatch,
  type AppendResult,
  type LookupResult,
  type SegmentPointer,
} from "../src/core/intake.ts";
import type { Observation } from "../src/core/sample.ts";
import type { SourceRoute } from "../src/core/source.ts";
import { commitsOf, drainSegment, handOver, HOUR_MS, keyOf, type DrainDeps } from "./intake/drain.ts";
import { GroupCommit } from "./intake/group-commit.ts";
import { loadMemory, waitingBytes, type IntakeMemory } from "./intake/memory.ts";
import { findPlaces } from "./intake/places.ts";
import { Reporter } from "./intake/reporter.ts";
import { intakeStore, positionOf, type IntakeStore } from "./intake/store.ts";
import { commitBatches, type CommitRequest } from "./intake/commit.ts";

/** Above this the object refuses more (the overflow queue takes over) until R2 accepts segments again. */
const OUTBOX_LIMIT = 2_000_000_000;
/**
 * Above this many remembered ids the object refuses more until an hour expires or the source gets more shards. At up to
 * 35 bytes each they stay below its 128 MB; beyond, it would be ended, load them all again, and be ended again.
 */
const ID_LIMIT = 2_500_000;
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 60_000;

/**
 * Dedupe and outbox of one source shard: `getByName(intakeName(sourceId, shard))`. An id is looked up and its
 * event stored in one transaction, so a crash can neither lose an acknowledged event nor admit it twice; the
 * output gate holds every answer until that transaction is on disk.
 */
export class Intake extends DurableObject<Env> {
  readonly #store: IntakeStore;
  readonly #memory: IntakeMemory;
  readonly #commits = new GroupCommit<CommitRequest, AppendResult>((batch) => this.#commit(batch));
  readonly #reporter: Reporter;
  readonly #drainDeps: DrainDeps;
  #route: SourceRoute | undefined;
  #epoch: number;
  #alarmAt: number | null = null;
  #draining: Promise<void> | undefined;
  #failures = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const [sourceId = "", shard = "0"] = (ctx.id.name ?? "").split(":");
    this.#store = intakeStore(ctx.storage);
    this.#memory = loadMemory(this.#store);
    this.#epoch = Number(this.#store.meta("epoch") ?? 0);
    const now = () => Date.now();
    this.#drainDeps = {
      sourceId,
      shard: Number(shard),
      store: this.#store,
      archive: env.ARCHIVE,
      events: env.EVENTS as Queue<SegmentPointer>,
      now,
    };
    this.#reporter = new Reporter({
      sourceId,
      record: (observation) => env.DEBUGGER.getByName(sourceId).record(observation),
      count: (at, counts) => env.LEDGER.getByName(`source:${sourceId}`).count(at, counts),
      now,
      later: (ms, work) => void setTimeout(() => this.ctx.waitUntil(work()), ms),
    });
    void ctx.blockConcurrencyWhile(async () => {
      this.#alarmAt = await ctx.storage.getAlarm();
      if (this.#memory.waiting.size > 0 || this.#memory.unconfirmed.size > 0) this.#arm(Date.now());
    });
  }

  /** Stores the new events durably and names the duplicates; see AppendResult. Throws when it is overloaded. */
  async append(batch: AppendBatch): Promise<AppendResult> {
    const { route } = batch;
    if (waitingBytes(this.#memory) > OUTBOX_LIMIT) throw new Error("intake outbox is full");
    this.#adopt(route.epoch);
    this.#route = route;
    if (this.#memory.index.size > ID_LIMIT) this.#expire();
    // Who comes with an older layout is told so below and may find room in another shard.
    if (this.#memory.index.size > ID_LIMIT && route.epoch >= this.#epoch) {
      throw new Error("intake holds too many ids: the source needs more shards");
    }
    const hashes = hashIds(batch.ids);
    const earlier = await this.#seenBefore(batch, hashes);
    return this.#commits.join({ batch, hashes, earlier });
  }

  /**
   * Indexes (into the packed hashes) of ids this shard holds. Asked by the shard that owns an id since the shard
   * count changed; from then on this object refuses appends of the older epoch, so no id can enter at both.
   */
  async seen(hashes: ArrayBuffer, epoch: number): Promise<number[]> {
    this.#adopt(epoch);
    return [...findPlaces(this.#store, this.#memory.index, [hashes])[0]!.keys()];
  }

  /** Refusals on their way to the debugger and the ledger; coalesced with the shard's own samples. */
  async observe(observation: Observation): Promise<void> {
    this.#reporter.saw(observation);
  }

  /** queues/events has routed the segment: it need not be handed over again. */
  async confirm(segment: number): Promise<void> {
    if (!this.#memory.unconfirmed.delete(segment)) return;
    this.#store.confirmSegment(segment);
  }

  /** Where this shard keeps a messageId, or null when it is unknown or older than the window. */
  async lookup(messageId: string): Promise<LookupResult | null> {
    const hash = hashIds([messageId]);
    const place = findPlaces(this.#store, this.#memory.index, [hash])[0]!.get(0);
    if (place === undefined) return null;
    const row = this.#store.segment(place.segment);
    const waiting = row ? [] : this.#store.outboxIds(place.segment);
    const commits = row ? (JSON.parse(row.commits) as [number, number][]) : commitsOf(waiting);
    const firstSeenAt = commits.findLast(([line]) => line <= place.line)?.[1] ?? 0;
    const bucket = row?.bucket ?? Math.floor(firstSeenAt / HOUR_MS);
    return {
      segment: keyOf(place.segment, bucket, this.#drainDeps),
      line: place.line,
      stored: row !== undefined,
      firstSeenAt,
      duplicates: this.#store.duplicatesOf(hash).map(({ at, hashes }) => ({ at, count: countIn(hashes, hash) })),
    };
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    await this.#drain();
  }

  #commit(requests: readonly CommitRequest[]): AppendResult[] {
    const at = Date.now();
    const answers = commitBatches(requests, { at, epoch: this.#epoch, store: this.#store, memory: this.#memory });
    answers.forEach((answer, i) => this.#report(requests[i]!.batch, answer));
    const { drainAfterBytes = 0, drainAfterMs = 0 } = this.#route ?? {};
    const { open, waiting } = this.#memory;
    // Armed even when the drain starts at once: it is what drains after a crash when no request comes any more.
    if (waiting.size > 0) this.#arm(at + drainAfterMs);
    if (open.count > 0 && open.bytes >= drainAfterBytes) this.ctx.waitUntil(this.#drain());
    return answers;
  }

  #report(batch: AppendBatch, answer: AppendResult): void {
    if (answer.status !== "appended") return;
    if (answer.duplicates.length === 0) {
      this.#reporter.sawLines("accepted", batch.lines);
      return;
    }
    const duplicates = new Set(answer.duplicates);
    this.#reporter.sawLines(
      "accepted",
      batch.lines.filter((_, i) => !duplicates.has(i)),
    );
    this.#reporter.sawLines(
      "duplicate",
      batch.lines.filter((_, i) => duplicates.has(i)),
    );
  }

  /** Ids that live in another shard since before the last change of the shard count. */
  async #seenBefore(batch: AppendBatch, hashes: ArrayBuffer): Promise<ReadonlySet<number>> {
    const { previous, epoch, sourceId } = batch.route;
    const earlier = new Set<number>();
    if (previous === undefined || previous.until < Date.now()) return earlier;
    const byShard = Map.groupBy(batch.ids.keys(), (i) => shardOf(batch.ids[i]!, previous.shards));
    byShard.delete(this.#drainDeps.shard);
    await Promise.all(
      [...byShard].map(async ([shard, indexes]) => {
        const part = new Uint8Array(indexes.length * HASH_BYTES);
        indexes.forEach((i, n) => part.set(new Uint8Array(hashes, i * HASH_BYTES, HASH_BYTES), n * HASH_BYTES));
        const found = await this.env.INTAKE.getByName(intakeName(sourceId, shard)).seen(part.buffer, epoch);
        for (const n of found) earlier.add(indexes[n]!);
      }),
    );
    return earlier;
  }

  #adopt(epoch: number): void {
    if (epoch <= this.#epoch) return;
    this.#store.setMeta("epoch", String(epoch));
    this.#epoch = epoch;
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
    const { open, waiting, unconfirmed } = this.#memory;
    if (open.count > 0) this.#memory.open = { no: open.no + 1, bucket: 0, count: 0, bytes: 0 };
    const sealed = [...waiting.keys()].filter((segment) => segment < this.#memory.open.no);
    try {
      for (const segment of sealed) {
        const written = await drainSegment(segment, this.#drainDeps);
        waiting.delete(segment);
        if (written) unconfirmed.set(segment, written);
      }
      await handOver(unconfirmed, this.#drainDeps);
      this.#expire();
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      console.error("drain failed, will be repeated", this.#drainDeps.sourceId, this.#drainDeps.shard, error);
    }
  }

  #expire(): void {
    if (this.#route === undefined) return;
    const oldest = Date.now() - this.#route.windowMs;
    const bucket = Math.floor(oldest / HOUR_MS);
    if (!this.#memory.index.dropBefore(bucket)) return;
    this.#store.expire(bucket, oldest);
  }

  #rearm(): void {
    const now = Date.now();
    if (this.#failures > 0) {
      this.#arm(now + Math.min(RETRY_MIN_MS * 2 ** (this.#failures - 1), RETRY_MAX_MS));
      return;
    }
    const { open, waiting } = this.#memory;
    const { drainAfterMs = 0, drainAfterBytes = 0 } = this.#route ?? {};
    if (waiting.size > 0) this.#arm(open.bytes >= drainAfterBytes ? now : now + drainAfterMs);
    let due = Infinity;
    for (const { dueAt } of this.#memory.unconfirmed.values()) due = Math.min(due, dueAt);
    if (Number.isFinite(due)) this.#arm(due);
  }

  /** Each setAlarm is a billed row, so it is set only when none comes as early. */
  #arm(at: number): void {
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }
}

function hashIds(ids: readonly string[]): ArrayBuffer {
  const packed = new Uint8Array(ids.length * HASH_BYTES);
  ids.forEach((id, i) => {
    const digest = createHash("sha256").update(id).digest();
    packed.set(digest.subarray(0, HASH_BYTES), i * HASH_BYTES);
  });
  return packed.buffer;
}

function countIn(packed: ArrayBuffer, hash: ArrayBuffer): number {
  const view = new DataView(hash);
  let count = 0;
  for (let from = 0; ; count++) {
    const position = positionOf(packed.slice(from), view, 0);
    if (position < 0) return count;
    from += (position + 1) * HASH_BYTES;
  }
}
