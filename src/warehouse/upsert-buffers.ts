import { encodeFolded, foldable, foldLines } from "../core/warehouse/folding.ts";
import type { MappedRow, TableSchema } from "../core/warehouse/schema.ts";
import { encodeUpserts } from "./upsert-file.ts";

/** A file is held in memory as a whole by whoever reads it. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Beside the characters, which may be two bytes each. */
const ROW_BYTES = 120;

interface Waiting {
  table: TableSchema;
  /** Lines of folded rows by id. */
  readonly rows: Map<string, string>;
  bytes: number;
}

/** What an hour's events say of users and accounts, folded to one row an id, until it becomes a file. */
export class UpsertBuffers {
  readonly #tables = new Map<string, Waiting>();
  readonly #version: number;

  /** `version`: of the hour. */
  constructor(version: number) {
    this.#version = version;
  }

  /** Whether one file must be taken out before more is added. */
  get full(): boolean {
    return [...this.#tables.values()].some(({ bytes }) => bytes >= MAX_BYTES);
  }

  /** `row`: of a table of the kind `users` or `accounts`. */
  add(row: MappedRow): void {
    let waiting = this.#tables.get(row.table.name);
    if (waiting === undefined) {
      waiting = { table: row.table, rows: new Map(), bytes: 0 };
      this.#tables.set(row.table.name, waiting);
    }
    waiting.table = row.table;
    const line = encodeFolded(foldable(row, this.#version));
    const present = waiting.rows.get(row.id);
    const folded = present === undefined ? line : foldLines(present, line);
    if (folded === present) return;
    waiting.rows.set(row.id, folded);
    waiting.bytes += folded.length - (present?.length ?? -ROW_BYTES - row.id.length);
  }

  /** The file of the table that holds most: gzip NDJSON of at most some MB. */
  take(): { readonly table: TableSchema; readonly bytes: Uint8Array } | undefined {
    let largest: Waiting | undefined;
    for (const waiting of this.#tables.values()) if (waiting.bytes > (largest?.bytes ?? -1)) largest = waiting;
    if (largest === undefined) return undefined;
    this.#tables.delete(largest.table.name);
    const rows = Array.from(largest.rows, ([id, line]) => ({ id, line }));
    return { table: largest.table, bytes: encodeUpserts(largest.table, rows).bytes };
  }

  takeAll(): { readonly table: TableSchema; readonly bytes: Uint8Array }[] {
    const files = [];
    for (let file = this.take(); file !== undefined; file = this.take()) files.push(file);
    return files;
  }
}
