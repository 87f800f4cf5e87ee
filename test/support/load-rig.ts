import { setTimeout as sleep } from "node:timers/promises";
import type { FileEntry, FollowerClaim, FollowerResult, Publication, PublishedTable } from "../../src/core/exports.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { OpenWarehouse } from "../../src/core/warehouse-record.ts";
import { parquetKey, upsertsKey } from "../../src/core/warehouse/keys.ts";
import { mapEvent } from "../../src/core/warehouse/map-event.ts";
import { Notices } from "../../src/core/warehouse/notices.ts";
import { Registry } from "../../src/core/warehouse/registry.ts";
import type { Column, ColumnType, ExportRules, MappedRow } from "../../src/core/warehouse/schema.ts";
import { checkHost, createGuardedFetch } from "../../src/destinations/outbound.ts";
import { connectWarehouse } from "../../src/warehouse/load/connect.ts";
import { followLoad } from "../../src/warehouse/load/follow.ts";
import type { WarehouseTrialDeps } from "../../src/warehouse/load/trial.ts";
import { encodeParquet } from "../../src/warehouse/parquet.ts";
import { followSnapshot } from "../../src/warehouse/snapshot-follower.ts";
import { TableRows } from "../../src/warehouse/table-rows.ts";
import { UpsertBuffers } from "../../src/warehouse/upsert-buffers.ts";
import { MemoryObjects } from "./memory-objects.ts";

export const HOUR = 3_600_000;
export const START = Date.UTC(2026, 10, 20);

/** The process is gone at this call; `after`: what it did is done. */
export class Killed extends Error {}

const RULES: ExportRules = { maxColumns: 500, excludedTables: [], excludedColumns: {} };

/** One source's hours as exports publish them, made of events by the code that exports use. */
export class LoadRig {
  readonly objects = new MemoryObjects();
  readonly schema: string;
  /** What is published now, by hour. */
  readonly current = new Map<number, Publication>();
  #registry = new Registry({ tables: [] });
  /** Rows of the published version, by hour. */
  readonly #rows = new Map<number, readonly MappedRow[]>();
  #no = 0;

  constructor(schema: string) {
    this.schema = schema;
  }

  /** The n-th hour, as its next version, in files of at most `rowsPerFile` rows. Events without a time get one in it. */
  async publish(n: number, events: readonly JsonObject[], rowsPerFile = 1000): Promise<Publication> {
    const hour = START + n * HOUR;
    const before = this.current.get(hour);
    const at = { schema: this.schema, hour, version: (before?.version ?? 0) + 1 };
    const rows = this.#map(hour, events);
    const upserts = new UpsertBuffers(at.version);
    const byTable = new Map<string, MappedRow[]>();
    for (const row of rows) {
      if (row.table.kind === "users" || row.table.kind === "accounts") upserts.add(row);
      else byTable.set(row.table.name, [...(byTable.get(row.table.name) ?? []), row]);
    }
    let files = 0;
    const tables = [...byTable].map(([table, own]): PublishedTable => {
      const entries: FileEntry[] = [];
      for (let i = 0; i < own.length; i += rowsPerFile) {
        entries.push(this.#file(parquetKey(at, table, files++), own.slice(i, i + rowsPerFile)));
      }
      const { kind, columns } = own[0]!.table;
      const replaced = before?.tables.find((one) => one.table === table)?.files ?? [];
      return { table, kind, columns: [...columns], files: entries, replaced, rows: own.length };
    });
    const emptied = (before?.tables ?? [])
      .filter(({ table, files: old }) => !byTable.has(table) && old.length > 0)
      .map((table) => ({ ...table, files: [], replaced: table.files, rows: 0 }));
    const keys = await Promise.all(
      upserts.takeAll().map(async ({ bytes }, i) => {
        const key = upsertsKey("src_1", at, i);
        await this.objects.put(key, bytes);
        return key;
      }),
    );
    const publication: Publication = {
      ...at,
      no: ++this.#no,
      sourceId: "src_1",
      seq: this.#no,
      publishedAt: hour + HOUR,
      tables: [...tables, ...emptied],
      upserts: keys,
      ids: [],
      ndjson: [],
    };
    this.current.set(hour, publication);
    this.#rows.set(hour, rows);
    await followSnapshot({ publication, behind: 1 }, { store: this.objects });
    return publication;
  }

  /** Another type for a column, as its owner may give it; the hours are to be published again. */
  retype(table: string, column: string, type: ColumnType): void {
    const tables = this.#registry.tables.map((one) => ({
      ...one,
      columns: one.columns.map((own) => (one.name === table && own.name === column ? { ...own, type } : own)),
    }));
    this.#registry = new Registry({ tables });
  }

  /** Rows of a table in all hours, as they are published now. */
  rowsOf(table: string): MappedRow[] {
    return [...this.#rows.values()].flat().filter((row) => row.table.name === table);
  }

  columnsOf(table: string): Column[] {
    return [...(this.#registry.tables.find(({ name }) => name === table)?.columns ?? [])];
  }

  get tableNames(): string[] {
    const names = [...this.current.values()].flatMap(({ tables }) => tables.map(({ table }) => table));
    return [...new Set(names)];
  }

  #map(hour: number, events: readonly JsonObject[]): MappedRow[] {
    const into = { registry: this.#registry, rules: RULES, notices: new Notices(), processedAt: hour + HOUR };
    return events.flatMap((event, i) => {
      const receivedAt = new Date(hour + 1000 * (i + 1)).toISOString();
      return mapEvent({ receivedAt, timestamp: receivedAt, ...event }, into);
    });
  }

  #file(key: string, rows: readonly MappedRow[]): FileEntry {
    const packed = TableRows.of(rows[0]!.table, rows);
    const bytes = encodeParquet(rows[0]!.table, packed);
    this.objects.objects.set(key, { bytes, etag: key });
    return { key, rows: packed.count, bytes: bytes.length, firstAt: packed.firstAt, lastAt: packed.lastAt };
  }
}

/** A warehouse that is loaded as the consumer does it, and may be killed at any of its calls. */
export class Loader {
  /** Calls to the warehouse until it is killed. */
  killAt = Number.POSITIVE_INFINITY;
  killsAfter = false;
  calls = 0;
  /** A test does not wait as long as the product does. */
  patienceMs = 20_000;
  readonly warehouse: OpenWarehouse;
  readonly ways: WarehouseTrialDeps;
  readonly #rig: LoadRig;

  constructor(rig: LoadRig, kind: OpenWarehouse["kind"], settings: OpenWarehouse["settings"], allowPrivate = true) {
    this.#rig = rig;
    const rules = { isOwnHost: () => false, allowPrivate };
    this.ways = {
      openWarehouse: async () => this.warehouse,
      fetch: createGuardedFetch({ ...rules, fetch: (url, init) => this.#call(() => fetch(url, init)) }),
      checkHost: (host, port) => checkHost(host, port, rules),
      hyperdrive: () => undefined,
      within: (ms, work) => this.#call(() => Promise.race([work, late(Math.min(ms, this.patienceMs))])),
      timeLimit: (ms) => ({ signal: AbortSignal.timeout(Math.min(ms, this.patienceMs)), clear: () => undefined }),
    };
    this.warehouse = { id: "w1", name: "Test", kind, settings, secrets: ["password"], unreadable: [] };
  }

  async load(publication: Publication, behind = 1): Promise<FollowerResult> {
    const claim: FollowerClaim = {
      status: "claimed",
      token: 1,
      runId: 1,
      follower: "load:w1",
      publication,
      behind,
      iceberg: false,
    };
    const { objects } = this.#rig.objects;
    return followLoad(
      claim,
      "w1",
      {
        openWarehouse: async () => this.warehouse,
        connect: (warehouse, schema) => connectWarehouse(warehouse, schema, this.ways),
        read: async (key) => {
          const found = objects.get(key);
          return found === undefined ? null : new Uint8Array(found.bytes);
        },
        now: () => 0,
      },
      async () => true,
    );
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    const dies = ++this.calls >= this.killAt;
    if (dies && !this.killsAfter) throw new Killed("killed before a call");
    const result = await work();
    if (dies) throw new Killed("killed after a call");
    return result;
  }
}

async function late(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error("late");
}
