import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { FileEntry, Publication } from "../../src/core/exports.ts";
import type { Cell, Column, TableSchema } from "../../src/core/warehouse/schema.ts";
import { encodeParquet } from "../../src/warehouse/parquet.ts";
import { TableRows } from "../../src/warehouse/table-rows.ts";
import type { IcebergDeps, IcebergStore } from "../../src/warehouse/iceberg/store.ts";

export const HOUR_MS = 3_600_000;
/** Hour 0 of these tests. */
export const START = Date.UTC(2026, 10, 20, 0);

/** A bucket in memory that can fail at its n-th write, as a crash before or after it would. */
export class MemoryLake implements IcebergStore {
  readonly objects = new Map<string, Uint8Array>();
  /** Writes and deletions, in order. */
  readonly written: string[] = [];
  readonly deleted: string[] = [];
  /** The write that fails next (1 = the next one). */
  failAt = 0;
  /** Whether the failing write is done nevertheless. */
  failsAfter = false;

  async get(key: string): Promise<Uint8Array | null> {
    return this.objects.get(key) ?? null;
  }

  async range(key: string, start: number, end: number): Promise<ArrayBuffer | null> {
    const found = this.objects.get(key);
    return found === undefined ? null : Uint8Array.from(found.subarray(start, end)).buffer;
  }

  async put(key: string, body: Uint8Array | string): Promise<void> {
    this.#write(key, () => this.objects.set(key, typeof body === "string" ? new TextEncoder().encode(body) : body));
  }

  async putNew(key: string, body: string): Promise<boolean> {
    if (this.objects.has(key)) return false;
    await this.put(key, body);
    return true;
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }

  async delete(keys: readonly string[]): Promise<void> {
    this.#write(`deletion of ${keys.length}`, () => {
      for (const key of keys) this.objects.delete(key);
      this.deleted.push(...keys);
    });
  }

  json<Value>(key: string): Value {
    return JSON.parse(new TextDecoder().decode(this.objects.get(key))) as Value;
  }

  /** The same bucket as files of a folder. */
  dump(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
    for (const [key, body] of this.objects) {
      const file = path.join(folder, key);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, body);
    }
  }

  #write(what: string, apply: () => void): void {
    const fails = this.failAt > 0 && --this.failAt === 0;
    if (fails && !this.failsAfter) throw new Error(`stopped before ${what}`);
    apply();
    this.written.push(what);
    if (fails) throw new Error(`stopped after ${what}`);
  }
}

export const column = (name: string, type: Column["type"], fixed = false): Column => ({
  name,
  type,
  ...(fixed && { fixed: true as const }),
});

export const ORDER_COLUMNS: readonly Column[] = [
  column("id", "varchar", true),
  column("received_at", "timestamp", true),
  column("revenue", "float"),
  column("quantity", "integer"),
  column("gift", "boolean"),
];

export type Row = Readonly<Record<string, Cell>> & { readonly id: string };

/** One source's published hours: makes the Parquet files and says what is published. */
export class TestPublisher {
  readonly lake: MemoryLake;
  #no = 0;
  readonly #versions = new Map<number, number>();

  constructor(lake: MemoryLake) {
    this.lake = lake;
  }

  /** The n-th hour with these rows by table, in one file per list of rows. `received_at` is set within the hour. */
  publish(
    n: number,
    tables: Readonly<Record<string, { readonly columns: readonly Column[]; readonly files: readonly Row[][] }>>,
  ): Publication {
    const hour = START + n * HOUR_MS;
    const version = (this.#versions.get(hour) ?? 0) + 1;
    this.#versions.set(hour, version);
    const published = Object.entries(tables).map(([table, { columns, files }]) => {
      const entries = files.map((rows, i) => this.#file(table, columns, rows, { hour, version, n: i }));
      const rows = entries.reduce((sum, file) => sum + file.rows, 0);
      return { table, kind: "event" as const, columns: [...columns], files: entries, replaced: [], rows };
    });
    return {
      no: ++this.#no,
      sourceId: "src_1",
      schema: "shop",
      hour,
      version,
      seq: this.#no,
      publishedAt: hour + HOUR_MS,
      tables: published,
      upserts: [],
      ids: [],
      ndjson: [],
    };
  }

  #file(
    table: string,
    columns: readonly Column[],
    rows: readonly Row[],
    at: { hour: number; version: number; n: number },
  ): FileEntry {
    const schema: TableSchema = { name: table, kind: "event", eventNames: [], columns: [...columns] };
    const mapped = TableRows.of(
      schema,
      rows.map((row, i) => {
        const receivedAt = at.hour + 1000 * (i + 1);
        const cells = new Map<string, Cell>([...Object.entries(row), ["received_at", new Date(receivedAt)]]);
        return { table: schema, id: row.id, messageId: row.id, receivedAt, cells };
      }),
    );
    const bytes = encodeParquet(schema, mapped);
    const day = new Date(at.hour).toISOString().slice(0, 10);
    const hr = String(new Date(at.hour).getUTCHours()).padStart(2, "0");
    const name = `${String(at.version).padStart(6, "0")}-${String(at.n).padStart(3, "0")}`;
    const key = `warehouse/shop/${table}/day=${day}/hr=${hr}/${name}.parquet`;
    this.lake.objects.set(key, bytes);
    return { key, rows: rows.length, bytes: bytes.length, firstAt: mapped.firstAt, lastAt: mapped.lastAt };
  }
}

/** Deps whose clock stands where the test says. */
export function icebergDeps(lake: MemoryLake, base = "s3://inlet-archive"): IcebergDeps & { at: number } {
  const deps = { store: lake, base, at: START, now: () => deps.at };
  return deps;
}
