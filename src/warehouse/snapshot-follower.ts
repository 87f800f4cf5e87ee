import type { FileEntry, FollowerResult, Publication } from "../core/exports.ts";
import type { TableSchema } from "../core/warehouse/schema.ts";
import { SnapshotManifest } from "../core/warehouse/snapshots.ts";
import { foldLeaves } from "./snapshot-merge.ts";
import { readRound, widerTable, type TableChanges } from "./snapshot-round.ts";
import { OvertakenError, SnapshotBook, type SnapshotStore, type TableSnapshot } from "./snapshot-state.ts";

/** Bytes of text: of a leaf, and of the files that are folded in together. Both are some five times as much in memory. */
export interface SnapshotLimits {
  readonly leafBytes: number;
  readonly roundBytes: number;
}
const LIMITS: SnapshotLimits = { leafBytes: 2 * 1024 * 1024, roundBytes: 4 * 1024 * 1024 };

export interface SnapshotDeps {
  readonly store: SnapshotStore;
  readonly limits?: SnapshotLimits;
}

/** `replaced`: R2 keys that nothing needs once the manifests are read again: for the trash. Told twice, so none gets lost. */
export interface SnapshotResult extends FollowerResult {
  readonly replaced: readonly string[];
  /** What the tables consist of now. */
  readonly files: readonly { readonly table: string; readonly files: readonly FileEntry[] }[];
}

/** Hours whose upserts may wait while there are more to come: folding 40 in together costs about as much as one. */
const MOST_WAITING = 40;

const typesDiffer = (one: TableSchema, other: TableSchema): boolean =>
  one.columns.some(({ type }, at) => other.columns[at] !== undefined && other.columns[at].type !== type);

/** A table as a round finds it: with the changes' columns, to be rewritten when a type is another one. */
function openTable(known: TableSnapshot | undefined, table: TableSchema, publication: Publication): TableSnapshot {
  const { no, publishedAt } = publication;
  if (known === undefined) return { table, no, publishedAt, leaves: [], nextLeaf: 1, doneBelow: "", rewriting: false };
  return {
    ...known,
    no,
    publishedAt,
    table: widerTable(known.table, table),
    doneBelow: known.doneBelow ?? "",
    rewriting: known.rewriting || typesDiffer(known.table, table),
  };
}

/** One run of the follower: one source, one publication. */
class SnapshotRun {
  rows = 0;
  missing = 0;
  readonly newColumns: string[] = [];
  readonly #publication: Publication;
  readonly #store: SnapshotStore;
  readonly #book: SnapshotBook;
  readonly #limits: SnapshotLimits;

  constructor(publication: Publication, { store, limits = LIMITS }: SnapshotDeps, book: SnapshotBook) {
    this.#publication = publication;
    this.#store = store;
    this.#book = book;
    this.#limits = limits;
  }

  /** Books the publication's upserts as waiting, in place of those of an older version of its hour. */
  async take(): Promise<void> {
    const { no, hour, version, upserts } = this.#publication;
    const { state } = this.#book;
    if (no <= state.no) return;
    const others = state.waiting.filter(
      (one) => one.hour !== hour || one.keys.some((key) => state.round.includes(key)),
    );
    const waiting = upserts.length === 0 ? others : [...others, { hour, version, keys: upserts }];
    await this.#book.save({ no, waiting });
  }

  /** Folds in everything that waits, some files at a time; a run that is cut off goes on where it was. */
  async foldAll(): Promise<void> {
    for (;;) {
      const { round, waiting } = this.#book.state;
      const keys = round.length > 0 ? round : waiting.flatMap((one) => one.keys);
      if (keys.length === 0) return;
      await this.#foldRound(keys, round.length > 0);
    }
  }

  async #foldRound(keys: readonly string[], resumed: boolean): Promise<void> {
    const most = resumed ? Number.POSITIVE_INFINITY : this.#limits.roundBytes;
    const round = await readRound(this.#store, keys, most);
    const { replaced } = this.#book.state;
    const { no } = this.#publication;
    await this.#book.save({
      round: [...round.keys],
      replaced: replaced.some((one) => one.no === no) ? replaced : [...replaced.slice(-1), { no, keys: [] }],
    });
    for (const changes of round.tables.values()) await this.#foldTable(changes);
    const { waiting, tables } = this.#book.state;
    await this.#book.save({
      round: [],
      waiting: waiting
        .map((one) => ({ ...one, keys: one.keys.filter((key) => !round.keys.includes(key)) }))
        .filter((one) => one.keys.length > 0),
      tables: Object.fromEntries(
        Object.entries(tables).map(([name, table]) => [name, { ...table, doneBelow: null, rewriting: false }]),
      ),
    });
    this.rows += round.rows;
    this.missing += round.missing.length;
  }

  async #foldTable(changes: TableChanges): Promise<void> {
    const { name } = changes.table;
    const known = this.#book.state.tables[name];
    const had = new Set(known?.table.columns.map((column) => column.name));
    const table = openTable(known, changes.table, this.#publication);
    for (const column of table.table.columns) if (!had.has(column.name)) this.newColumns.push(`${name}.${column.name}`);
    const gone = await foldLeaves(table, changes.rows, {
      store: this.#store,
      statePrefix: `warehouse-state/${this.#publication.sourceId}/${name}/`,
      filePrefix: `warehouse/${this.#publication.schema}/${name}/`,
      no: this.#publication.no,
      leafBytes: this.#limits.leafBytes,
      save: (changed, keys) => this.#saveTable(name, changed, keys),
    });
    this.missing += gone;
  }

  #saveTable(name: string, table: TableSnapshot, keys: readonly string[]): Promise<void> {
    const replaced = this.#book.state.replaced.map((one) =>
      one.no === this.#publication.no ? { ...one, keys: [...one.keys, ...keys] } : one,
    );
    return this.#book.saveTable(name, table, replaced);
  }

  /** Names the files to readers; a manifest that is as new already stays. */
  async publish(): Promise<void> {
    const { schema } = this.#publication;
    for (const [name, { table, no, publishedAt, leaves }] of Object.entries(this.#book.state.tables)) {
      const key = `warehouse/${schema}/${name}/manifest.json`;
      const present = await this.#store.get(key);
      if (present !== null) {
        const known = SnapshotManifest.parse(JSON.parse(new TextDecoder().decode(present.bytes)));
        if (known.no >= no) continue;
      }
      const files = leaves.map((leaf) => leaf.file);
      const rows = files.reduce((sum, file) => sum + file.rows, 0);
      const manifest: SnapshotManifest = {
        schema,
        table: name,
        no,
        publishedAt,
        columns: table.columns,
        files,
        rows,
      };
      const written = await this.#store.put(key, JSON.stringify(manifest), present?.etag ?? null);
      if (written === null) throw new OvertakenError(`${key} was changed by another run`);
    }
  }

  result(folded: boolean): SnapshotResult {
    const { tables, replaced } = this.#book.state;
    const files = Object.entries(tables).map(([table, { leaves }]) => ({
      table,
      files: leaves.map((leaf) => leaf.file),
    }));
    const found = { rows: this.rows, newColumns: this.newColumns.slice(0, 200), notices: [], files };
    const told = { ...found, replaced: folded ? replaced.flatMap((one) => one.keys) : [] };
    if (this.missing === 0) return { status: "success", ...told };
    return {
      status: "partial",
      ...told,
      error: `${this.missing} files that the snapshot is made of are gone: make their hours again to fill it`,
    };
  }
}

/**
 * Keeps `users` and `accounts`: folds what a publication says of them into the leaves it concerns and writes those anew,
 * as state and as Parquet, then the manifests. While more publications wait (`behind` > 1) it gathers some hours first.
 * May be repeated and cut off anywhere: folding twice changes nothing, and the manifest comes last.
 */
export async function followSnapshot(
  { publication, behind }: { readonly publication: Publication; readonly behind: number },
  deps: SnapshotDeps,
): Promise<SnapshotResult> {
  try {
    const book = await SnapshotBook.open(deps.store, publication.sourceId);
    const run = new SnapshotRun(publication, deps, book);
    await run.take();
    const folds = behind <= 1 || book.state.waiting.length >= MOST_WAITING || book.state.round.length > 0;
    if (folds) {
      await run.foldAll();
      await run.publish();
    }
    return run.result(folds);
  } catch (error) {
    if (!(error instanceof OvertakenError)) throw error;
    return { status: "failed", rows: 0, newColumns: [], notices: [], error: error.message, replaced: [], files: [] };
  }
}
