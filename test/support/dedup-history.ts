import { commitBatches } from "../../durable/intake/commit.ts";
import { drainSegment } from "../../durable/intake/drain.ts";
import { fold } from "../../durable/intake/folding.ts";
import { packBatch } from "../../src/core/intake.ts";
import { lookUp } from "../../durable/intake/lookup.ts";
import { loadMemory, seal, type IntakeMemory } from "../../durable/intake/memory.ts";
import { intakeStore, type IntakeStore } from "../../durable/intake/store.ts";
import type { DedupSizes } from "../../src/core/dedup-run.ts";
import { HOUR_MS } from "../../src/core/durations.ts";

const ROUTE = { sourceId: "src", shards: 1, epoch: 1, windowMs: 24 * HOUR_MS, drainAfterMs: 0, drainAfterBytes: 0 };

/** So small that a few hundred ids make runs of several blocks and pages, and runs of runs. */
export const SMALL: DedupSizes = { freshIds: 20, foldIds: 60, fanIn: 3, blockIds: 25, pageIds: 8 };

/** What the object does with ids, step by step: a step that is not finished is lost with the object. */
export class DedupHistory {
  readonly store: IntakeStore;
  memory: IntakeMemory;
  hour = 500_000;
  readonly #storage: DurableObjectStorage;
  readonly #sizes: DedupSizes;
  #folding: Generator<void> | undefined;

  constructor(storage: DurableObjectStorage, sizes = SMALL) {
    this.#storage = storage;
    this.#sizes = sizes;
    this.store = intakeStore(storage);
    this.memory = loadMemory(this.store, sizes);
  }

  /** Which of `ids` were told to be duplicates. */
  append(ids: readonly string[]): boolean[] {
    const at = this.hour * HOUR_MS;
    const lines = ids.map((messageId) => JSON.stringify({ messageId }));
    const batch = packBatch({ route: ROUTE, shard: 0, receivedAt: at, ids, lines });
    const [answer] = commitBatches([{ batch, earlier: new Set<number>() }], {
      at,
      epoch: 1,
      store: this.store,
      memory: this.memory,
    });
    if (answer?.status !== "appended") throw new Error("the append was refused");
    const duplicates = new Set(answer.duplicates);
    return ids.map((_, i) => duplicates.has(i));
  }

  knows(id: string): boolean {
    return lookUp(id, { memory: this.memory, deps: { store: this.store, sourceId: "src", shard: 0 } }) !== null;
  }

  /** Writes all that waits, and has it confirmed. */
  async drain(): Promise<void> {
    seal(this.memory);
    const deps = {
      sourceId: "src",
      shard: 0,
      store: this.store,
      archive: { put: async () => null } as unknown as Pick<R2Bucket, "put">,
      events: { send: async () => undefined } as never,
      countSegment: async () => {},
      now: () => this.hour * HOUR_MS,
      inTime: <Work>(work: Promise<Work>) => work,
    };
    for (const segment of this.memory.waiting.keys()) {
      await drainSegment(segment, deps);
      this.memory.waiting.delete(segment);
      this.store.confirmSegment(segment);
    }
  }

  /** As when many ids have come. */
  pack(): void {
    seal(this.memory);
    this.memory.index.pack();
  }

  /** Up to `turns` turns of folding, or what is left of it. */
  fold(turns = Infinity): void {
    this.#folding ??= fold({ store: this.store, index: this.memory.index });
    for (let turn = 0; turn < turns; turn++) {
      if (!this.#folding.next().done) continue;
      this.#folding = undefined;
      return;
    }
  }

  expire(hours: number): void {
    const bucket = this.hour - hours;
    if (this.memory.index.dropBefore(bucket)) this.store.expire(bucket, bucket * HOUR_MS);
  }

  /** The object ended, whatever it was about, and starts again. */
  restart(): void {
    this.#folding = undefined;
    this.memory = loadMemory(intakeStore(this.#storage), this.#sizes);
  }
}
