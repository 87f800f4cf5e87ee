import type { MappedRow, TableSchema } from "../core/warehouse/schema.ts";
import { ColumnCells, type Stored } from "./column-cells.ts";

/** A row's share of what is kept once a row. */
const ROW_BYTES = 8;
const COLUMN_BYTES = 300;

/** Rows of one table by column, as they wait to become a file. */
export class TableRows {
  table: TableSchema;
  count = 0;
  /** Estimated bytes of memory. */
  bytes = 0;
  /** Least and greatest receivedAt, ms; no meaning without rows. */
  firstAt = Number.POSITIVE_INFINITY;
  lastAt = Number.NEGATIVE_INFINITY;
  readonly #columns = new Map<string, ColumnCells>();
  readonly #receivedAt: number[] = [];

  constructor(table: TableSchema) {
    this.table = table;
  }

  /** Of rows of one table; they need not be in any order. */
  static of(table: TableSchema, rows: Iterable<MappedRow>): TableRows {
    const made = new TableRows(table);
    for (const row of rows) made.add(row);
    made.table = table;
    return made;
  }

  /** Whether a text has characters beyond Latin-1. */
  get isWide(): boolean {
    return [...this.#columns.values()].some((column) => column.isWide);
  }

  add(row: MappedRow): void {
    this.table = row.table;
    for (const [name, cell] of row.cells) {
      const value = cell instanceof Date ? cell.getTime() : cell;
      if (value !== null && !Number.isNaN(value)) this.#set(name, value);
    }
    this.#receivedAt.push(row.receivedAt);
    this.firstAt = Math.min(this.firstAt, row.receivedAt);
    this.lastAt = Math.max(this.lastAt, row.receivedAt);
    this.count++;
    this.bytes += ROW_BYTES;
  }

  /** What `write` makes of a column's values, for the rows in `order`; null where there is none. Timestamps are in ms. */
  cells<Written>(name: string, order: Uint32Array, write: (value: Stored) => Written): (Written | null)[] {
    const column = this.#columns.get(name);
    return column === undefined ? Array<null>(order.length).fill(null) : column.inOrder(order, write);
  }

  /** Row numbers by receivedAt; rows of one millisecond keep the order in which they came. */
  order(): Uint32Array {
    const order = Uint32Array.from({ length: this.count }, (_, i) => i);
    const at = this.#receivedAt;
    const isSorted = at.every((time, i) => i === 0 || at[i - 1]! <= time);
    return isSorted ? order : order.toSorted((a, b) => at[a]! - at[b]! || a - b);
  }

  #set(name: string, value: Stored): void {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = new ColumnCells();
      this.#columns.set(name, column);
      this.bytes += COLUMN_BYTES + column.bytes;
    }
    const before = column.bytes;
    column.set(this.count, value);
    this.bytes += column.bytes - before;
  }
}
