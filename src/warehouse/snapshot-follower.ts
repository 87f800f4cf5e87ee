import * as z from "zod";
import { EXPORTS } from "../core/export-times.ts";
import type { FileEntry, FollowerResult, Publication } from "../core/exports.ts";
import { parseJson } from "../core/json.ts";
import type { TableSchema } from "../core/warehouse/schema.ts";
import { SnapshotManifest } from "../core/warehouse/snapshots.ts";
import { foldLeaves } from "./snapshot-merge.ts";
import { readRound, widerTable, type TableChanges } from "./snapshot-round.ts";
import { OvertakenError, SnapshotBook, type SnapshotStore, type TableSnapshot } from "./snapshot-state.ts";

/** Bytes of text: of a leaf, and of the files that are folded in together. Both are in memory two or three times. */
export interface SnapshotLimits {
  readonly leafBytes: number;
  readonly roundBytes: number;
}
const LIMITS: SnapshotLimits = { leafBytes: 4 * 1024 * 1024, roundBytes: 8 * 1024 * 1024 };

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
/** And files, so that what the follower remembers stays far below 100 kB. */
const MOST_WAITING_FILES = 400;

/** What the follower remembers between publications: hours that it has only gathered. */
const Gathered = z.object({
  waiting: z.array(z.object({ hour: z.int(), version: z.int(), keys: z.array(z.string()) })),
});
type Gathered = z.infer<typeof Gathered>;

/** As much of a FollowerClaim as it needs. */
export interface SnapshotClaim {
  readonly publication: Publication;
  readonly behind: number;
  readonly state?: unknown;
}

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
  readonly #publication: Publication;
  readonly #store: SnapshotStore;
  readonly #book: SnapshotBook;
  readonly #limits: SnapshotLimits;
  readonly #newColumns: string[] = [];
  #rows = 0;
  #missing = 0;

  constructor(publication: Publication, { store, limits = LIMITS }: SnapshotDeps, book: SnapshotBook) {
    this.#publication = publication;
    this.#store = store;
    this.#book = book;
    this.#limits = limits;
  }

  /** Folds in files, some at a time; a round that was cut off is done first. */
  async foldAll(keys: readonly string[]): Promise<void> {
    const begun = this.#book.state.round;
    if (begun.length > 0) await this.#foldRound(begun, Number.POSITIVE_INFINITY);
    let rest = keys.filter((key) => !begun.includes(key));
    while (rest.length > 0) rest = rest.slice(await this.#foldRound(rest, this.#limits.roundBytes));
  }

  /** Answers how many of the keys were in it. */
  async #foldRound(keys: readonly string[], most: number): Promise<number> {
    const round = await readRound(this.#store, keys, most);
    const { replaced } = this.#book.state;
    const { no } = this.#publication;
    this.#book.set({
      round: [...round.keys],
      replaced: replaced.some((one) => one.no === no) ? replaced : [...replaced.slice(-1), { no, keys: [] }],
    });
    for (const changes of round.tables.values()) await this.#foldTable(changes);
    const done = Object.entries(this.#book.state.tables).map(
      ([name, table]) => [name, { ...table, doneBelow: null, rewriting: false }] as const,
    );
    this.#book.set({ round: [], tables: Object.fromEntries(done) });
    await this.#book.save();
    this.#rows += round.rows;
    this.#missing += round.missing.length;
    return round.keys.length;
  }

  async #foldTable(changes: TableChanges): Promise<void> {
    const { name } = changes.table;
    const known = this.#book.state.tables[name];
    const had = new Set(known?.table.columns.map((column) => column.name));
    const table = openTable(known, changes.table, this.#publication);
    const added = table.table.columns.filter((column) => !had.has(column.name));
    this.#newColumns.push(...added.map((column) => `${name}.${column.name}`));
    this.#missing += await foldLeaves(table, changes.rows, {
      store: this.#store,
      statePrefix: `warehouse-state/${this.#publication.sourceId}/${name}/`,
      filePrefix: `warehouse/${this.#publication.schema}/${name}/`,
      no: this.#publication.no,
      leafBytes: this.#limits.leafBytes,
      keep: (changed, keys) => this.#keep(name, changed, keys),
      save: () => this.#book.save(),
    });
  }

  #keep(name: string, table: TableSnapshot, keys: readonly string[]): void {
    const replaced = this.#book.state.replaced.map((one) =>
      one.no === this.#publication.no ? { ...one, keys: [...one.keys, ...keys] } : one,
    );
    this.#book.setTable(name, table);
    this.#book.set({ replaced });
  }

  /** Names the files to readers; a manifest that is as new already stays. */
  async publish(): Promise<void> {
    const { schema } = this.#publication;
    for (const [name, { table, no, publishedAt, leaves }] of Object.entries(this.#book.state.tables)) {
      const key = `warehouse/${schema}/${name}/manifest.json`;
      const present = await this.#store.get(key);
      if (present !== null) {
        const parsed = parseJson(new TextDecoder().decode(present.bytes));
        const known = SnapshotManifest.safeParse(parsed.ok ? parsed.value : undefined);
        // What is no manifest of ours is replaced: else the follower could never go on.
        if (known.success && known.data.no >= no) continue;
      }
      const files = leaves.map((leaf) => leaf.file);
      const rows = files.reduce((sum, file) => sum + file.rows, 0);
      const { columns } = table;
      const manifest: SnapshotManifest = { schema, table: name, no, publishedAt, columns, files, rows };
      const written = await this.#store.put(key, JSON.stringify(manifest), present?.etag ?? null);
      if (written === null) throw new OvertakenError(`${key} was changed by another run`);
    }
  }

  result(): SnapshotResult {
    const { tables, replaced } = this.#book.state;
    const told = {
      rows: this.#rows,
      newColumns: this.#newColumns.slice(0, EXPORTS.newColumnsTold),
      notices: [],
      state: { waiting: [] } satisfies Gathered,
      replaced: replaced.flatMap((one) => one.keys),
      files: Object.entries(tables).map(([table, { leaves }]) => ({ table, files: leaves.map((leaf) => leaf.file) })),
    };
    if (this.#missing === 0) return { status: "success", ...told };
    return {
      status: "partial",
      ...told,
      error: `${this.#missing} files that the snapshot is made of are gone: make their hours again to fill it`,
    };
  }
}

/** The hours gathered so far with this one, in place of an older version of it. */
function gather(claim: SnapshotClaim): Gathered {
  const { hour, version, upserts } = claim.publication;
  const { waiting } = Gathered.parse(claim.state ?? { waiting: [] });
  const others = waiting.filter((one) => one.hour !== hour);
  return { waiting: upserts.length === 0 ? others : [...others, { hour, version, keys: upserts }] };
}

/**
 * Keeps `users` and `accounts`: folds what a publication says of them into the leaves it concerns and writes those anew,
 * as state and as Parquet, then the manifests. While more publications wait (`behind` > 1) it gathers some hours first.
 * May be repeated and cut off anywhere: folding twice changes nothing, and the manifest comes last.
 */
export async function followSnapshot(claim: SnapshotClaim, deps: SnapshotDeps): Promise<SnapshotResult> {
  const { publication, behind } = claim;
  const nothing = { rows: 0, newColumns: [], notices: [], replaced: [], files: [] };
  const gathered = gather(claim);
  const keys = gathered.waiting.flatMap((one) => one.keys);
  const waits = behind > 1 && gathered.waiting.length < MOST_WAITING && keys.length < MOST_WAITING_FILES;
  if (waits) return { status: "success", ...nothing, state: gathered };
  try {
    const run = new SnapshotRun(publication, deps, await SnapshotBook.open(deps.store, publication.sourceId));
    await run.foldAll(keys);
    await run.publish();
    return run.result();
  } catch (error) {
    if (!(error instanceof OvertakenError)) throw error;
    return { status: "failed", ...nothing, error: error.message };
  }
}
