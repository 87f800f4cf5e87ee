import { HOUR_MS } from "../../core/durations.ts";
import { clickhouseName, clickhouseText } from "../../core/statements/quote.ts";
import type { Column, ColumnType } from "../../core/warehouse/schema.ts";
import type { ClickhouseClient } from "./clickhouse-client.ts";
import {
  isSnapshot,
  markOf,
  LOADS_TABLE,
  RETYPED,
  VERSION_COLUMN,
  type FileLoad,
  type LoadMark,
  type LoadTable,
  type LoadTarget,
  type ThereTable,
} from "./target.ts";

const STATEMENT_MS = 30_000;
const INSERT_MS = 120_000;
/** Inserts whose tokens a table remembers, so that one repeated within them is recognised and not stored again. */
const REMEMBERED_INSERTS = 1000;
/** How long it is remembered which files are loaded; one that comes again later replaces its own rows. */
const MARKS_DAYS = 90;
/** Marks of files in one statement. */
const KEYS_AT_ONCE = 1000;

/** DateTime64(6) holds the years 1 to 9999, as the model's times are; only its text beyond 1900–2299 is unsupported. */
const TYPES: Record<ColumnType, string> = {
  timestamp: "DateTime64(6, 'UTC')",
  integer: "Int64",
  float: "Float64",
  boolean: "Bool",
  varchar: "String",
};
const TYPE_OF = new Map(
  (Object.keys(TYPES) as ColumnType[]).flatMap((type): [string, ColumnType][] => [
    [TYPES[type], type],
    [`Nullable(${TYPES[type]})`, type],
  ]),
);

const isKey = (name: string): boolean => name === "id" || name === "received_at";
const typeOf = ({ name, type }: Column): string => (isKey(name) ? TYPES[type] : `Nullable(${TYPES[type]})`);
const columnOf = (column: Column): string => `${clickhouseName(column.name)} ${typeOf(column)}`;
const instant = (ms: number): string => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`;

/**
 * Rows are replaced by later ones with the same key when ClickHouse merges, so that readers that must not see both say
 * FINAL (or `SET final = 1`).
 */
const engineOf = ({ kind }: LoadTable): string => {
  const order = isSnapshot(kind)
    ? "ORDER BY (`id`)"
    : "PARTITION BY toYYYYMM(`received_at`) ORDER BY (`received_at`, `id`)";
  return `ENGINE = ReplacingMergeTree(${clickhouseName(VERSION_COLUMN)}) ${order} SETTINGS non_replicated_deduplication_window = ${REMEMBERED_INSERTS}`;
};

/** One source's database in a ClickHouse. */
export class ClickhouseTarget implements LoadTarget {
  readonly #client: ClickhouseClient;
  readonly #schema: string;

  constructor(client: ClickhouseClient, schema: string) {
    this.#client = client;
    this.#schema = schema;
  }

  async open(): Promise<void> {
    const database = clickhouseText(this.#schema);
    // Asked first: IF NOT EXISTS wants the right to create also where it is there.
    const found = await this.#rows(`SELECT name FROM system.databases WHERE name = ${database}`);
    if (found.length === 0) await this.#do(`CREATE DATABASE IF NOT EXISTS ${clickhouseName(this.#schema)}`);
    const there = await this.tables([LOADS_TABLE]);
    if (there.size > 0) return;
    await this.#do(
      `CREATE TABLE IF NOT EXISTS ${this.#name(LOADS_TABLE)} (table_name String, table_id String, file String, publication UInt64, rows UInt64, loaded_at DateTime DEFAULT now()) ENGINE = ReplacingMergeTree(loaded_at) ORDER BY (file, table_name, table_id) TTL loaded_at + INTERVAL ${MARKS_DAYS} DAY`,
    );
  }

  async tables(names: readonly string[]): Promise<ReadonlyMap<string, ThereTable>> {
    const list = names.map(clickhouseText).join(", ");
    const where = `database = ${clickhouseText(this.#schema)}`;
    const ids = await this.#rows(
      `SELECT name, toString(uuid) AS id FROM system.tables WHERE ${where} AND name IN (${list})`,
    );
    if (ids.length === 0) return new Map();
    const columns = await this.#rows(
      `SELECT table, name, type FROM system.columns WHERE ${where} AND table IN (${list}) ORDER BY table, position`,
    );
    const byTable = Map.groupBy(columns, ({ table }) => String(table));
    return new Map(
      ids.map(({ name, id }) => [
        String(name),
        {
          id: String(id),
          columns: new Map(
            (byTable.get(String(name)) ?? []).map((column) => [
              String(column["name"]),
              TYPE_OF.get(String(column["type"])) ?? "other",
            ]),
          ),
        },
      ]),
    );
  }

  async create(table: LoadTable): Promise<void> {
    const columns = [...table.columns.map(columnOf), `${clickhouseName(VERSION_COLUMN)} UInt64`];
    await this.#do(`CREATE TABLE IF NOT EXISTS ${this.#name(table.name)} (${columns.join(", ")}) ${engineOf(table)}`);
  }

  async addColumns(table: string, columns: readonly Column[]): Promise<void> {
    const added = columns.map((column) => `ADD COLUMN IF NOT EXISTS ${columnOf(column)}`);
    await this.#do(`ALTER TABLE ${this.#name(table)} ${added.join(", ")}`);
  }

  /** As new columns: changing a type in place stops at the first value that cannot be carried over. */
  async retype(table: string, tableId: string, columns: readonly Column[], no: number): Promise<boolean> {
    const place = `table_name = ${clickhouseText(table)} AND table_id = ${clickhouseText(tableId)}`;
    const [last] = await this.#rows(
      `SELECT max(publication) AS no FROM ${this.#name(LOADS_TABLE)} WHERE ${place} AND file = ${clickhouseText(RETYPED)}`,
    );
    if (Number(last?.["no"] ?? 0) > no) return false;
    await this.#mark(table, tableId, RETYPED, no, 0);
    const dropped = columns.map(({ name }) => `DROP COLUMN IF EXISTS ${clickhouseName(name)}`);
    await this.#do(`ALTER TABLE ${this.#name(table)} ${dropped.join(", ")}`);
    await this.addColumns(table, columns);
    return true;
  }

  async loaded(keys: readonly string[]): Promise<ReadonlySet<LoadMark>> {
    const found = new Set<LoadMark>();
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      const list = keys
        .slice(at, at + KEYS_AT_ONCE)
        .map(clickhouseText)
        .join(", ");
      const rows = await this.#rows(`SELECT table_id, file FROM ${this.#name(LOADS_TABLE)} WHERE file IN (${list})`);
      for (const row of rows) found.add(markOf(String(row["table_id"]), String(row["file"])));
    }
    return found;
  }

  /**
   * The file goes as it is: ClickHouse reads Parquet. It is one block of one partition, so it is stored as a whole or not
   * at all; the token makes a repetition vanish, and beyond the tokens that are remembered the rows replace themselves.
   */
  async load({ table, tableId, file, bytes, no }: FileLoad): Promise<void> {
    const names = table.columns.map(({ name }) => clickhouseName(name)).join(", ");
    const structure = clickhouseText(table.columns.map(columnOf).join(", "));
    await this.#client.run(
      `INSERT INTO ${this.#name(table.name)} (${names}, ${clickhouseName(VERSION_COLUMN)}) SELECT ${names}, ${no} FROM input(${structure}) FORMAT Parquet`,
      INSERT_MS,
      {
        insert_deduplication_token: markOf(tableId, file.key),
        async_insert: "0",
        input_format_parquet_allow_missing_columns: "1",
        input_format_null_as_default: "1",
        max_insert_block_size: "1048576",
      },
      bytes,
    );
    await this.#mark(table.name, tableId, file.key, no, file.rows);
  }

  /** Deleting rewrites parts, so it is asked first whether anything is left once later rows have replaced earlier ones. */
  async sweep(table: string, hour: number, no: number): Promise<void> {
    const old = `received_at >= ${instant(hour)} AND received_at < ${instant(hour + HOUR_MS)} AND ${clickhouseName(VERSION_COLUMN)} < ${no}`;
    const [found] = await this.#rows(`SELECT count() AS rows FROM ${this.#name(table)} FINAL WHERE ${old}`);
    if (Number(found?.["rows"] ?? 0) > 0) await this.#do(`DELETE FROM ${this.#name(table)} WHERE ${old}`, INSERT_MS);
  }

  /** Nothing to do: a key is never given twice, and marks end by themselves. */
  async forget(): Promise<void> {}

  async close(): Promise<void> {}

  #mark(table: string, tableId: string, file: string, no: number, rows: number): Promise<void> {
    const texts = [table, tableId, file].map(clickhouseText).join(", ");
    return this.#do(
      `INSERT INTO ${this.#name(LOADS_TABLE)} (table_name, table_id, file, publication, rows) SELECT ${texts}, ${no}, ${rows}`,
    );
  }

  #name(table: string): string {
    return `${clickhouseName(this.#schema)}.${clickhouseName(table)}`;
  }

  #rows(query: string) {
    return this.#client.rows(query, STATEMENT_MS);
  }

  async #do(statement: string, ms = STATEMENT_MS): Promise<void> {
    await this.#client.run(statement, ms);
  }
}
