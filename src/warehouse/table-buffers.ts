import { EXPORTS } from "../core/export-times.ts";
import type { MappedRow, TableSchema } from "../core/warehouse/schema.ts";
import { TableRows } from "./table-rows.ts";

/** A file has one row group; readers take a row group whole and share them out among their threads. */
const MAX_ROW_GROUP_BYTES = 16 * 1024 * 1024;
const MAX_ROW_GROUP_ROWS = 100_000;

/** Rows that become one file. */
export interface FullTable {
  readonly table: TableSchema;
  readonly rows: TableRows;
}

/** Rows of all tables of an hour, as they wait to become files: `add`, and `takeLargest` as long as it is `full`. */
export class TableBuffers {
  readonly #tables = new Map<string, TableRows>();
  readonly #budget: number;
  #bytes = 0;
  #grown: TableRows | undefined;

  /** `budget`: bytes of memory that all tables may hold together, estimated. */
  constructor(budget: number = EXPORTS.bufferBytes) {
    this.#budget = budget;
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether one table must be taken out before more is added. */
  get full(): boolean {
    return this.#bytes >= this.#budget || this.#grown !== undefined;
  }

  add(row: MappedRow): void {
    let rows = this.#tables.get(row.table.name);
    if (rows === undefined) {
      rows = new TableRows(row.table);
      this.#tables.set(row.table.name, rows);
    }
    const before = rows.bytes;
    rows.add(row);
    this.#bytes += rows.bytes - before;
    if (rows.count >= MAX_ROW_GROUP_ROWS || rows.bytes >= MAX_ROW_GROUP_BYTES) this.#grown = rows;
  }

  /** Takes out the table that makes a full row group, else the one that holds the most bytes. */
  takeLargest(): FullTable | undefined {
    let largest = this.#grown;
    if (largest === undefined) {
      for (const rows of this.#tables.values()) if (rows.bytes > (largest?.bytes ?? -1)) largest = rows;
    }
    return largest === undefined ? undefined : this.#take(largest);
  }

  /** Takes out everything, in the order in which tables first came. */
  takeAll(): FullTable[] {
    return [...this.#tables.values()].map((rows) => this.#take(rows));
  }

  #take(rows: TableRows): FullTable {
    this.#tables.delete(rows.table.name);
    this.#bytes -= rows.bytes;
    if (this.#grown === rows) this.#grown = undefined;
    return { table: rows.table, rows };
  }
}
