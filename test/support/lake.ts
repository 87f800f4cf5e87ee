import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StatementTable } from "../../src/core/statements/published.ts";
import { manifestKey, parquetKey } from "../../src/core/warehouse/keys.ts";
import type { Cell, Column, TableKind, TableSchema } from "../../src/core/warehouse/schema.ts";
import { encodeParquet } from "../../src/warehouse/parquet.ts";
import { TableRows } from "../../src/warehouse/table-rows.ts";

export const HOUR = 3_600_000;
/** 1 November 2026, 00:00 UTC. */
export const DAY = Date.UTC(2026, 10, 1);

export type Row = Readonly<Record<string, Cell>> & { readonly id: string; readonly received_at: Date };

export const tableOf = (name: string, columns: readonly Column[], kind: TableKind = "event"): TableSchema => ({
  name,
  kind,
  eventNames: [],
  columns: [
    { name: "id", type: "varchar", fixed: true },
    { name: "received_at", type: "timestamp", fixed: true },
    ...columns,
  ],
});

export const parquetOf = (table: TableSchema, rows: readonly Row[]): Uint8Array =>
  encodeParquet(
    table,
    TableRows.of(
      table,
      rows.map(({ id, received_at, ...rest }) => ({
        table,
        id,
        messageId: id,
        receivedAt: received_at.getTime(),
        cells: new Map(Object.entries({ id, received_at, ...rest })),
      })),
    ),
  );

/** A folder with tables as exports publish them: Parquet files by the hour, and manifests that name the current ones. */
export class Lake {
  readonly folder = mkdtempSync(path.join(tmpdir(), "inlet-lake-"));
  readonly schema: string = "shop";
  readonly #tables = new Map<string, { table: TableSchema; hours: Map<number, string[]> }>();

  /** With its closing slash, as a base. */
  get base(): string {
    return `${this.folder}/`;
  }

  write(key: string, content: string | Uint8Array): void {
    const file = path.join(this.folder, key);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** One file a list of rows. What an earlier version wrote stays there, as it does for an hour in the bucket. */
  publish(table: TableSchema, hour: number, version: number, ...files: readonly (readonly Row[])[]): void {
    const keys = files.map((rows, n) => {
      const key = parquetKey({ schema: this.schema, hour, version }, table.name, n);
      this.write(key, parquetOf(table, rows));
      return key;
    });
    this.#manifest(table, manifestKey(this.schema, table.name, hour), keys);
    this.#entry(table).hours.set(hour, keys);
  }

  /** Users or accounts. */
  publishSnapshot(table: TableSchema, version: number, rows: readonly Row[]): void {
    const key = `warehouse/${this.schema}/${table.name}/0-${version}.parquet`;
    this.write(key, parquetOf(table, rows));
    this.#manifest(table, `warehouse/${this.schema}/${table.name}/manifest.json`, [key]);
    this.#entry(table).hours.set(0, [key]);
  }

  /** A table that is known and has no rows. */
  add(table: TableSchema): void {
    this.#entry(table);
  }

  get tables(): readonly StatementTable[] {
    return [...this.#tables.values()].map(({ table, hours }) => ({
      ...table,
      files: [...hours.values()].flat().map((key) => ({ key })),
    }));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #manifest({ name, columns }: TableSchema, key: string, keys: readonly string[]): void {
    const files = keys.map((one) => ({ key: one, rows: 1, bytes: 1, firstAt: 0, lastAt: 0 }));
    this.write(key, JSON.stringify({ schema: this.schema, table: name, columns, files }));
  }

  #entry(table: TableSchema) {
    const entry = this.#tables.get(table.name) ?? { table, hours: new Map<number, string[]>() };
    this.#tables.set(table.name, { ...entry, table });
    return this.#tables.get(table.name) ?? entry;
  }
}

/** A small shop: properties named like the partitions, a column that came later, a corrected hour, users. */
export function shop(): Lake {
  const lake = new Lake();
  const early = tableOf("order_completed", [
    { name: "total", type: "float" },
    { name: "day", type: "varchar" },
    { name: "hr", type: "integer" },
  ]);
  const order = {
    ...early,
    columns: [
      ...early.columns,
      { name: "is_gift", type: "boolean" as const },
      { name: "paid_at", type: "timestamp" as const },
    ],
  };
  const at = (minutes: number) => new Date(DAY + minutes * 60_000);
  lake.publish(early, DAY, 1, [{ id: "replaced", received_at: at(1), total: 1000, day: "no", hr: 99n }]);
  lake.publish(early, DAY, 2, [
    { id: "a", received_at: at(1), total: 10.5, day: "Monday", hr: 7n },
    { id: "b", received_at: at(2), total: 20, day: 'it\'s; \\N "x"', hr: null },
  ]);
  lake.publish(
    order,
    DAY + HOUR,
    1,
    [{ id: "c", received_at: at(61), total: null, day: "", hr: 2n ** 60n, is_gift: true, paid_at: at(62) }],
    [{ id: "d", received_at: at(63), total: 0.25, day: "line\nbreak", hr: -1n, is_gift: false, paid_at: null }],
  );
  const users = tableOf("users", [{ name: "plan", type: "varchar" }], "users");
  lake.publishSnapshot(users, 1, [{ id: "u1", received_at: at(1), plan: "free" }]);
  lake.publishSnapshot(users, 2, [
    { id: "u1", received_at: at(61), plan: "pro" },
    { id: "u2", received_at: at(62), plan: null },
  ]);
  lake.add(tableOf("never_seen", [{ name: "n", type: "integer" }]));
  return lake;
}

/** What `order_completed` of the shop holds, in the order of its columns; times in UTC. */
export const ORDERS = [
  ["a", "2026-11-01 00:01:00", 10.5, "Monday", "7", null, null],
  ["b", "2026-11-01 00:02:00", 20, 'it\'s; \\N "x"', null, null, null],
  ["c", "2026-11-01 01:01:00", null, "", String(2n ** 60n), "true", "2026-11-01 01:02:00"],
  ["d", "2026-11-01 01:03:00", 0.25, "line\nbreak", "-1", "false", null],
] as const;
export const USERS = [
  ["u1", "2026-11-01 01:01:00", "pro"],
  ["u2", "2026-11-01 01:02:00", null],
] as const;
