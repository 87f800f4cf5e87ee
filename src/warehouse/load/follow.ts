import { EXPORTS } from "../../core/export-times.ts";
import type { FileEntry, FollowerClaim, FollowerResult, PublishedTable } from "../../core/exports.ts";
import type { OpenWarehouse } from "../../core/warehouse-record.ts";
import { Notices } from "../../core/warehouse/notices.ts";
import { SnapshotManifest } from "../../core/warehouse/snapshots.ts";
import { prepareTables, type ReadyTable } from "./prepare.ts";
import { LoadFailure, markOf, type LoadMark, type LoadTable, type LoadTarget } from "./target.ts";

/** What loading needs from outside. Supplied by bindings/load-deps.ts. */
export interface LoadDeps {
  /** `null`: it is gone. */
  openWarehouse(id: string): Promise<OpenWarehouse | null>;
  connect(warehouse: OpenWarehouse, schema: string): Promise<LoadTarget>;
  /** An object of the bucket; `null`: there is none. */
  read(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  now(): number;
}

/** One run loads for so long; whatever is left is the next one's. Shorter than what others wait for their turn. */
const RUN_MS = 60_000;
/** While more publications wait, users and accounts are brought up to date at every so many of them. */
const SNAPSHOT_EVERY = 40;
const SNAPSHOT_TABLES = ["users", "accounts"];
const SNAPSHOT_TRIES = 3;
/** Tables that are asked about together: they may have a thousand columns each. */
const TABLES_AT_ONCE = 50;

/** Time is up, or somebody else has the claim: nothing is wrong. */
class Pause extends Error {
  override name = "Pause";
}

class LoadRun {
  rows = 0;
  readonly newColumns: string[] = [];
  /** Of all files together: each of thousands may have the same to say. */
  readonly notices = new Notices();
  readonly #claim: FollowerClaim;
  readonly #target: LoadTarget;
  readonly #deps: LoadDeps;
  readonly #isHeld: () => Promise<boolean>;
  readonly #until: number;

  constructor(claim: FollowerClaim, target: LoadTarget, deps: LoadDeps, isHeld: () => Promise<boolean>) {
    this.#claim = claim;
    this.#target = target;
    this.#deps = deps;
    this.#isHeld = isHeld;
    this.#until = deps.now() + RUN_MS;
  }

  /** The tables of hours: a table's files, then away with what only an earlier version of the hour had. */
  async hour(): Promise<void> {
    const { tables } = this.#claim.publication;
    const concerned = tables.filter(({ files, replaced }) => files.length > 0 || replaced.length > 0);
    for (let at = 0; at < concerned.length; at += TABLES_AT_ONCE) {
      await this.#hourTables(concerned.slice(at, at + TABLES_AT_ONCE));
    }
  }

  async #hourTables(tables: readonly PublishedTable[]): Promise<void> {
    const { no, hour, version } = this.#claim.publication;
    const wanted = tables.map(({ table: name, kind, columns }) => ({ name, kind, columns }));
    const ready = await this.#prepare(wanted, no);
    const loaded = await this.#target.loaded(tables.flatMap(({ files }) => files.map(({ key }) => key)));
    for (const { table, files } of tables) {
      if (!(await this.#files(ready.get(table)!, files, no, loaded))) {
        throw new LoadFailure(`A file of ${table} is gone: make the hour again.`);
      }
      if (version > 1) await this.#target.sweep(table, hour, no);
    }
  }

  /** Users and accounts, from the snapshot as it is now: whichever of its files are new. */
  async snapshots(): Promise<void> {
    for (const name of SNAPSHOT_TABLES) {
      for (let tries = 1; !(await this.#snapshot(name)); tries++) {
        if (tries === SNAPSHOT_TRIES) throw new LoadFailure(`The snapshot of ${name} changes faster than it is read.`);
      }
    }
  }

  /** Whether all files were still there. */
  async #snapshot(name: string): Promise<boolean> {
    const object = await this.#deps.read(`warehouse/${this.#claim.publication.schema}/${name}/manifest.json`);
    if (object === null) return true;
    const manifest = SnapshotManifest.parse(JSON.parse(new TextDecoder().decode(object)));
    const kind = name === "users" ? "users" : "accounts";
    const ready = await this.#prepare([{ name, kind, columns: manifest.columns }], manifest.no);
    const keys = manifest.files.map(({ key }) => key);
    const loaded = await this.#target.loaded(keys);
    if (!(await this.#files(ready.get(name)!, manifest.files, manifest.no, loaded))) return false;
    await this.#target.forget(name, keys);
    return true;
  }

  async #prepare(tables: readonly LoadTable[], no: number): Promise<ReadonlyMap<string, ReadyTable>> {
    if (tables.length === 0) return new Map();
    const { ready, newColumns } = await prepareTables(this.#target, tables, no);
    this.newColumns.push(...newColumns);
    return ready;
  }

  /** Loads what is not loaded yet. Whether all files were there. */
  async #files(
    { id, table }: ReadyTable,
    files: readonly FileEntry[],
    no: number,
    loaded: ReadonlySet<LoadMark>,
  ): Promise<boolean> {
    for (const file of files.filter(({ key }) => !loaded.has(markOf(id, key)))) {
      if (this.#deps.now() > this.#until || !(await this.#isHeld())) throw new Pause();
      const bytes = await this.#deps.read(file.key);
      if (bytes === null) return false;
      await this.#target.load({ table, tableId: id, file, bytes, no }, this.notices);
      this.rows += file.rows;
    }
    return true;
  }
}

const failed = (error: string, rows = 0): FollowerResult => ({
  status: "failed",
  rows,
  newColumns: [],
  notices: [],
  error,
});

async function run(loading: LoadRun, claim: FollowerClaim): Promise<{ readonly more?: true }> {
  try {
    await loading.hour();
    if (claim.behind <= 1 || claim.publication.no % SNAPSHOT_EVERY === 0) await loading.snapshots();
    return {};
  } catch (error) {
    if (error instanceof Pause) return { more: true };
    throw error;
  }
}

/**
 * Loads one publication into one warehouse. May be repeated and cut off anywhere: each file goes in once, as a whole, and
 * a row gives way only to the same row of a later publication.
 * @param isHeld whether the claim is still this run's
 */
export async function followLoad(
  claim: FollowerClaim,
  warehouseId: string,
  deps: LoadDeps,
  isHeld: () => Promise<boolean>,
): Promise<FollowerResult> {
  const warehouse = await deps.openWarehouse(warehouseId);
  if (warehouse === null) return failed("There is no such warehouse any more.");
  if (warehouse.unreadable.length > 0) {
    return failed(`Sealed with another INLET_SEAL_KEY: ${warehouse.unreadable.join(", ")}. Enter it again.`);
  }
  let target: LoadTarget | undefined;
  let loading: LoadRun | undefined;
  try {
    target = await deps.connect(warehouse, claim.publication.schema);
    await target.open();
    loading = new LoadRun(claim, target, deps, isHeld);
    const end = await run(loading, claim);
    const { rows } = loading;
    const notices = loading.notices.toList();
    const newColumns = loading.newColumns.slice(0, EXPORTS.newColumnsTold);
    return { status: notices.some(({ lost }) => lost) ? "partial" : "success", rows, newColumns, notices, ...end };
  } catch (error) {
    if (!(error instanceof LoadFailure)) throw error;
    return failed(error.message, loading?.rows ?? 0);
  } finally {
    await target?.close();
  }
}
