// One shard's ids at full size: the product's own index, store, look-up, commit and folding, without the events. Whole
// segments of made-up hashes are added as a drain would; time is taken by the caller, as a Worker's clock stands still
// while it computes.
import { DurableObject } from "cloudflare:workers";
import { commitBatches } from "../durable/intake/commit.ts";
import { fold } from "../durable/intake/folding.ts";
import { addAll, loadMemory, type IntakeMemory } from "../durable/intake/memory.ts";
import { findPlaces } from "../durable/intake/places.ts";
import { intakeStore, type IntakeStore } from "../durable/intake/store.ts";
import { UsageTally } from "../durable/usage.ts";
import { HASH_BYTES, KEPT_HASH_BYTES } from "../src/core/dedup-index.ts";
import { mix } from "../src/core/mix.ts";

export * from "./unused.ts";

/** A drain comes with each megabyte by default: about a thousand events. */
const SEGMENT_IDS = 1000;
/** The other columns of a segment's row, as those of real ones. */
const ROW = {
  count: SEGMENT_IDS,
  confirmed: 1,
  commits: JSON.stringify(Array.from({ length: 5 }, (_, n) => [n * 200, 1_795_000_000_000 + n])),
  kinds: JSON.stringify(Array.from({ length: 5 }, (_, n) => [`track\nEvent number ${n}\n1.0.0`, 200])),
  facts: JSON.stringify({ hour: 1_795_000_000_000, bytes: 100_000, from: 1_795_000_000_000, to: 1_795_000_002_000 }),
};
const HOURS = 24;

/** The hash of the `n`th made-up id: as a SHA-256 is spread, and cheaper. */
function hashesOf(from: number, count: number, step: number, width: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(count * width));
  for (let i = 0; i < count; i++) {
    for (let word = 0; word < width; word += 4) view.setUint32(i * width + word, mix(from + i * step, word, 0x1234567));
  }
  return view.buffer;
}

/** Figures of what the object holds. */
export interface HeldIds {
  readonly ids: number;
  readonly memoryBytes: number;
  readonly storedBytes: number;
  readonly runs: number;
  /** Rows written to move ids to disk, since the start; beside one for each segment. */
  readonly rows: number;
}

export class Intake extends DurableObject<Env> {
  readonly #store: IntakeStore;
  readonly #memory: IntakeMemory;
  readonly #used = new UsageTally();
  #rows = 0;
  #folding: Generator<void> | undefined;
  #asked = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = intakeStore(ctx.storage, this.#used.counting(ctx.storage.sql));
    this.#memory = loadMemory(this.#store);
  }

  /** Adds `segments` of the `ofIds` that come in 24 hours. */
  async fill(segments: number, ofIds: number): Promise<void> {
    const { index } = this.#memory;
    for (let n = 0; n < segments; n++) {
      const no = this.#memory.open.no;
      const hashes = hashesOf(no * SEGMENT_IDS, SEGMENT_IDS, 1, KEPT_HASH_BYTES);
      const bucket = Math.floor((no * SEGMENT_IDS * HOURS) / ofIds);
      this.#store.transaction(() => this.#store.addSegment({ ...ROW, no, bucket, hashes }));
      addAll(index, bucket, hashes, { segment: no, count: SEGMENT_IDS });
      this.#memory.open = { no: no + 1, bucket, count: 0, bytes: 0 };
      if (index.isCrowded) index.pack();
    }
  }

  /** One turn of moving ids to disk; whether there is more to do. */
  async turn(): Promise<boolean> {
    this.#folding ??= fold({ store: this.#store, index: this.#memory.index });
    this.#used.take();
    const more = this.#folding.next().done !== true;
    this.#rows += this.#used.take().rows ?? 0;
    if (!more) this.#folding = undefined;
    return more;
  }

  /** Looks `count` ids up: some that came together, some from all over the day, or new ones; how many were found. */
  async find(count: number, which: "together" | "spread" | "new"): Promise<number> {
    const total = this.#memory.open.no * SEGMENT_IDS;
    const step = which === "spread" ? Math.floor(total / count) : 1;
    this.#asked += count;
    const from = which === "new" ? 2 ** 31 + this.#asked : mix(this.#asked, 0, 0) % (total - (count - 1) * step);
    const hashes = hashesOf(from, count, step, HASH_BYTES);
    return findPlaces(this.#store, this.#memory, [hashes])[0]!.size;
  }

  /** Commits of `riders` calls of 20 new events of 1 kB; then forgets them. */
  async commit(commits: number, riders: number): Promise<void> {
    const line = "x".repeat(1000);
    const route = { sourceId: "bench", shards: 1, epoch: 1, windowMs: Infinity, drainAfterMs: 0, drainAfterBytes: 0 };
    for (let n = 0; n < commits; n++) {
      const requests = Array.from({ length: riders }, () => {
        const hashes = hashesOf(2 ** 31 + this.#asked, 20, 1, HASH_BYTES);
        this.#asked += 20;
        const batch = {
          route,
          shard: 0,
          receivedAt: 0,
          hashes,
          lines: Array.from({ length: 20 }, () => line).join("\n"),
        };
        return { batch, earlier: new Set<number>() };
      });
      commitBatches(requests, { at: 0, epoch: 1, store: this.#store, memory: this.#memory });
    }
    for (const segment of this.#memory.waiting.keys()) this.#store.clearOutbox(segment);
    this.#memory.waiting.clear();
  }

  /** Lets the first of 24 hours expire. */
  async expire(): Promise<void> {
    if (!this.#memory.index.dropBefore(1)) throw new Error("no hour expired");
    this.#store.expire(1, 0);
  }

  async held(): Promise<HeldIds> {
    const { index } = this.#memory;
    const storedBytes = this.ctx.storage.sql.databaseSize;
    return { ids: index.size, memoryBytes: index.bytes, storedBytes, runs: index.runs.length, rows: this.#rows };
  }
}

/** Called as `/<method>?<argument>,<argument>`; answers JSON. */
export default {
  async fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    // This bundle's Intake is the class above; the generated types know Inlet's.
    const intake = env.INTAKE.getByName("bench") as unknown as DurableObjectStub<Intake>;
    const args = JSON.parse(`[${decodeURIComponent(search.slice(1))}]`) as [number, never];
    if (pathname === "/fill") return Response.json((await intake.fill(...args)) ?? null);
    if (pathname === "/turn") return Response.json(await intake.turn());
    if (pathname === "/find") return Response.json(await intake.find(...args));
    if (pathname === "/commit") return Response.json((await intake.commit(...args)) ?? null);
    if (pathname === "/expire") return Response.json((await intake.expire()) ?? null);
    return Response.json(await intake.held());
  },
} satisfies ExportedHandler<Env>;
