import { HOUR_MS } from "../../core/durations.ts";
import { sqlName } from "../../core/statements/quote.ts";
import type { Notices } from "../../core/warehouse/notices.ts";
import type { Column, ColumnType } from "../../core/warehouse/schema.ts";
import { arrayText } from "./array-text.ts";
import { openFileRows, type FileRows } from "./file-rows.ts";
import { batches, type Batch } from "./postgres-batches.ts";
import type { PostgresClient, RunStatement } from "./postgres-client.ts";
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

/** Of an id: an entry of an index is at most 2,704 bytes (postgresql.org/docs/current/btree.html). */
const MOST_ID_BYTES = 2500;

const TYPES: Record<ColumnType, string> = {
  timestamp: "timestamp with time zone",
  integer: "bigint",
  float: "double precision",
  boolean: "boolean",
  varchar: "text",
};
const TYPE_OF = new Map((Object.keys(TYPES) as ColumnType[]).map((type) => [TYPES[type], type]));

const VERSION = sqlName(VERSION_COLUMN);
const columnOf = ({ name, type }: Column): string =>
  `${sqlName(name)} ${TYPES[type]}${name === "id" ? " PRIMARY KEY" : ""}`;
const list = (texts: readonly string[]): string => arrayText(texts, "varchar", Number.POSITIVE_INFINITY)?.text ?? "{}";

const utf8 = new TextEncoder();
const isLong = (id: unknown): boolean =>
  typeof id === "string" && id.length * 3 > MOST_ID_BYTES && utf8.encode(id).length > MOST_ID_BYTES;

/** One source's schema in a PostgreSQL. */
export class PostgresTarget implements LoadTarget {
  readonly #client: PostgresClient;
  readonly #schema: string;

  constructor(client: PostgresClient, schema: string) {
    this.#client = client;
    this.#schema = schema;
  }

  async open(): Promise<void> {
    await this.#client.transaction(async (run) => {
      // Asked first: IF NOT EXISTS wants the right to create also where it is there.
      const found = await run("SELECT 1 FROM pg_namespace WHERE nspname = $1", [this.#schema]);
      if (found.length === 0) await run(`CREATE SCHEMA IF NOT EXISTS ${sqlName(this.#schema)}`);
      const [there] = await run("SELECT to_regclass($1)::text AS name", [this.#name(LOADS_TABLE)]);
      if (there?.["name"] !== null) return;
      await run(
        `CREATE TABLE IF NOT EXISTS ${this.#name(LOADS_TABLE)} (table_name text, table_id text, file text, publication bigint NOT NULL, rows bigint NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (file, table_name, table_id))`,
      );
    });
  }

  async tables(names: readonly string[]): Promise<ReadonlyMap<string, ThereTable>> {
    const rows = await this.#client.query(
      `SELECT c.relname::text AS name, c.oid::text AS id, a.attname::text AS column, format_type(a.atttypid, a.atttypmod) AS type
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE n.nspname = $1 AND c.relname = ANY($2::text[]) AND c.relkind IN ('r', 'p')`,
      [this.#schema, list(names)],
    );
    const found = new Map<string, { id: string; columns: Map<string, ColumnType | "other"> }>();
    for (const { name, id, column, type } of rows) {
      const table = found.get(String(name)) ?? { id: String(id), columns: new Map() };
      table.columns.set(String(column), TYPE_OF.get(String(type)) ?? "other");
      found.set(String(name), table);
    }
    return found;
  }

  async create(table: LoadTable): Promise<void> {
    const columns = [...table.columns.map(columnOf), `${VERSION} bigint NOT NULL`];
    await this.#client.transaction(async (run) => {
      await run(`CREATE TABLE IF NOT EXISTS ${this.#name(table.name)} (${columns.join(", ")})`);
      if (!isSnapshot(table.kind)) await run(`CREATE INDEX ON ${this.#name(table.name)} (received_at)`);
    });
  }

  async addColumns(table: string, columns: readonly Column[]): Promise<void> {
    const added = columns.map((column) => `ADD COLUMN IF NOT EXISTS ${columnOf(column)}`);
    await this.#client.transaction((run) => run(`ALTER TABLE ${this.#name(table)} ${added.join(", ")}`));
  }

  retype(table: string, tableId: string, columns: readonly Column[], no: number): Promise<boolean> {
    return this.#client.transaction(async (run) => {
      const loads = this.#name(LOADS_TABLE);
      const marked = await run(
        `INSERT INTO ${loads} AS l (table_name, table_id, file, publication, rows) VALUES ($1, $2, $3, $4::bigint, 0)
         ON CONFLICT (file, table_name, table_id) DO UPDATE SET publication = excluded.publication
         WHERE l.publication <= excluded.publication RETURNING file`,
        [table, tableId, RETYPED, String(no)],
      );
      if (marked.length === 0) return false;
      const changes = columns.map(({ name, type }) => {
        const value = type === "varchar" ? `${sqlName(name)}::text` : `NULL::${TYPES[type]}`;
        return `ALTER COLUMN ${sqlName(name)} TYPE ${TYPES[type]} USING ${value}`;
      });
      await run(`ALTER TABLE ${this.#name(table)} ${changes.join(", ")}`);
      return true;
    });
  }

  async loaded(keys: readonly string[]): Promise<ReadonlySet<LoadMark>> {
    const rows = await this.#client.query(
      `SELECT table_id, file FROM ${this.#name(LOADS_TABLE)} WHERE file = ANY($1::text[])`,
      [list(keys)],
    );
    return new Set(rows.map((row) => markOf(String(row["table_id"]), String(row["file"]))));
  }

  /** The mark goes first: who comes second waits for it, and finds the file loaded. */
  async load(load: FileLoad, notices: Notices): Promise<void> {
    const { table, tableId, file, bytes, no } = load;
    const rows = await openFileRows(bytes);
    await this.#client.transaction(async (run) => {
      const marked = await run(
        `INSERT INTO ${this.#name(LOADS_TABLE)} (table_name, table_id, file, publication, rows)
         VALUES ($1, $2, $3, $4::bigint, $5::bigint) ON CONFLICT DO NOTHING RETURNING file`,
        [table.name, tableId, file.key, String(no), String(rows.count)],
      );
      if (marked.length > 0) await this.#insert(run, load, rows, notices);
    });
  }

  async sweep(table: string, hour: number, no: number): Promise<void> {
    const [from, to] = [hour, hour + HOUR_MS].map((at) => new Date(at).toISOString());
    await this.#client.transaction((run) =>
      run(
        `DELETE FROM ${this.#name(table)} WHERE received_at >= $1::timestamptz AND received_at < $2::timestamptz AND ${VERSION} < $3::bigint`,
        [from!, to!, String(no)],
      ),
    );
  }

  async forget(table: string, keep: readonly string[]): Promise<void> {
    await this.#client.transaction((run) =>
      run(`DELETE FROM ${this.#name(LOADS_TABLE)} WHERE table_name = $1 AND file <> ALL($2::text[])`, [
        table,
        list([...keep, RETYPED]),
      ]),
    );
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #insert(run: RunStatement, { table, no }: FileLoad, file: FileRows, notices: Notices): Promise<void> {
    let from = 0;
    for await (const batch of batches(file, table.columns)) {
      await run(this.#upsert(table, batch), [...batch.columns.map(({ array }) => array.text), String(no)]);
      for (const { column, array } of batch.columns) {
        if (array.replaced > 0) notices.count("NUL_REPLACED", table.name, column.name, undefined, array.replaced);
      }
      const ids = table.columns.find(({ name }) => name === "id");
      const cells = ids === undefined ? [] : Array.from(await file.cells(ids, from, from + batch.rows));
      const long = cells.filter(isLong).length;
      if (long > 0) notices.count("ID_TOO_LONG", table.name, "id", undefined, long);
      from += batch.rows;
    }
  }

  /**
   * Columns without a value in the batch are not sent and become NULL all the same. Of users and accounts a whole part of
   * the table comes again when one of them has changed: those that are as they were are not written.
   */
  #upsert({ name, kind, columns }: LoadTable, batch: Batch): string {
    const sent = batch.columns.map(({ column }) => sqlName(column.name));
    const arrays = batch.columns.map(({ column }, at) => `$${at + 1}::${TYPES[column.type]}[]`);
    const others = columns.filter((column) => column.name !== "id").map((column) => sqlName(column.name));
    const table = this.#name(name);
    const differs = `(${others.map((column) => `t.${column}`).join(", ")}) IS DISTINCT FROM (${others.map((column) => `excluded.${column}`).join(", ")})`;
    return `INSERT INTO ${table} AS t (${[...sent, VERSION].join(", ")})
      SELECT DISTINCT ON ("id") v.*, $${arrays.length + 1}::bigint FROM unnest(${arrays.join(", ")}) AS v(${sent.join(", ")})
      WHERE octet_length("id") <= ${MOST_ID_BYTES}
      ON CONFLICT ("id") DO UPDATE SET ${[...others, VERSION].map((column) => `${column} = excluded.${column}`).join(", ")}
      WHERE t.${VERSION} <= excluded.${VERSION}${isSnapshot(kind) && others.length > 0 ? ` AND ${differs}` : ""}`;
  }

  #name(table: string): string {
    return `${sqlName(this.#schema)}.${sqlName(table)}`;
  }
}
