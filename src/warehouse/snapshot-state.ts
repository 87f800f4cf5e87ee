import * as z from "zod";
import { FileEntry } from "../core/exports.ts";
import { TableSchema } from "../core/warehouse/schema.ts";

/** Objects as snapshots need them. A failure of the bucket is thrown. */
export interface SnapshotStore {
  get(key: string): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | null>;
  /**
   * Writes and answers the new etag. `ifMatch`: only when the object has this etag, or is not there (null), atomically;
   * when it is another one by now nothing is written and the answer is null. Without it always.
   */
  put(key: string, bytes: Uint8Array | string, ifMatch?: string | null): Promise<string | null>;
}

/** Part of a table: the ids from `from` up to the next leaf's, as state (`stateKey`) and as Parquet (`file`). */
export const Leaf = z.object({
  /** The least id it may hold; "" in the first leaf. Compared by UTF-16 units. */
  from: z.string(),
  stateKey: z.string(),
  /** Of the state's text. */
  bytes: z.int(),
  file: FileEntry,
});
export type Leaf = z.infer<typeof Leaf>;

export const TableSnapshot = z.object({
  table: TableSchema,
  /** The newest publication that is in the leaves, and when it was made (ms). */
  no: z.int(),
  publishedAt: z.int(),
  /** In the order of their ids. */
  leaves: z.array(Leaf),
  /** Names of leaves are never given twice. */
  nextLeaf: z.int(),
  /** While a round is under way: leaves below are done with it; null: all are. */
  doneBelow: z.string().nullable(),
  /** A column's type has changed: all leaves are to be written again. */
  rewriting: z.boolean(),
});
export type TableSnapshot = z.infer<typeof TableSnapshot>;

export const SnapshotState = z.object({
  /** R2 keys of the upserts that are being folded in. */
  round: z.array(z.string()),
  /** By table name. */
  tables: z.record(z.string(), TableSnapshot),
  /** R2 keys no leaf needs any more, by the publication whose run replaced them: of the last two such runs. */
  replaced: z.array(z.object({ no: z.int(), keys: z.array(z.string()) })),
});
export type SnapshotState = z.infer<typeof SnapshotState>;

const EMPTY: SnapshotState = { round: [], tables: {}, replaced: [] };

/** Somebody else has moved the snapshot on: this run is over. */
export class OvertakenError extends Error {
  override name = "OvertakenError";
}

/**
 * How far a source's snapshot has come: `warehouse-state/<sourceId>/snapshot.json`. It is replaced only by whoever has
 * read it last (compare and swap), so a consumer that was thought dead cannot undo what came after it.
 */
export class SnapshotBook {
  readonly #key: string;
  readonly #store: SnapshotStore;
  #state: SnapshotState;
  #etag: string | null;

  private constructor(key: string, store: SnapshotStore, state: SnapshotState, etag: string | null) {
    this.#key = key;
    this.#store = store;
    this.#state = state;
    this.#etag = etag;
  }

  static async open(store: SnapshotStore, sourceId: string): Promise<SnapshotBook> {
    const key = `warehouse-state/${sourceId}/snapshot.json`;
    const object = await store.get(key);
    if (object === null) return new SnapshotBook(key, store, EMPTY, null);
    const state = SnapshotState.parse(JSON.parse(new TextDecoder().decode(object.bytes)));
    return new SnapshotBook(key, store, state, object.etag);
  }

  get state(): SnapshotState {
    return this.#state;
  }

  /** Kept with the next `save`: R2 takes one write a second to the same key. */
  set(changes: Partial<SnapshotState>): void {
    this.#state = { ...this.#state, ...changes };
  }

  setTable(name: string, table: TableSnapshot): void {
    this.set({ tables: { ...this.#state.tables, [name]: table } });
  }

  /** Throws `OvertakenError` when it is not what was read or written last any more. */
  async save(): Promise<void> {
    const etag = await this.#store.put(this.#key, JSON.stringify(this.#state), this.#etag);
    if (etag === null) throw new OvertakenError(`${this.#key} was changed by another run`);
    this.#etag = etag;
  }
}
