import type { Cell, MappedRow } from "../core/warehouse/schema.ts";
import type { TableSchema } from "../core/warehouse/schema.ts";

/** Bytes a slot of an array takes, and what a text takes beside its characters. */
const SLOT_BYTES = 8;
const TEXT_OVERHEAD = 24;
/** A row's share of arrays that grow ahead of need. */
const ROW_BYTES = 16;
/** Texts looked at before a column is judged to repeat itself or not. */
const SAMPLE_TEXTS = 1024;
const NOT_LATIN = /[\u0100-\uffff]/;

/** Values of one column by row; rows after the last value have none. */
interface ColumnCells {
  cells: (number | bigint | boolean | string | null)[];
  /** Each text once, as long as texts repeat: events carry the same few again and again. */
  texts: Map<string, string> | undefined;
}

/** Rows of one table by column, as they wait to become a file. Timestamps are kept as ms since the epoch. */
export class TableRows {
  table: TableSchema;
  count = 0;
  /** Estimated bytes of memory. */
  bytes = 0;
  /** Whether a text has characters beyond Latin-1. */
  isWide = false;
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

  add(row: MappedRow): void {
    this.table = row.table;
    for (const [name, cell] of row.cells) if (cell !== null) this.#set(name, cell);
    this.#receivedAt.push(row.receivedAt);
    this.firstAt = Math.min(this.firstAt, row.receivedAt);
    this.lastAt = Math.max(this.lastAt, row.receivedAt);
    this.count++;
    this.bytes += ROW_BYTES;
  }

  /** Cells of a column by row, in the order in which rows came; a row beyond the end has none. */
  cells(name: string): readonly (number | bigint | boolean | string | null)[] {
    return this.#columns.get(name)?.cells ?? [];
  }

  /** Row numbers by receivedAt; rows of one millisecond keep the order in which they came. */
  order(): Uint32Array {
    const order = Uint32Array.from({ length: this.count }, (_, i) => i);
    const at = this.#receivedAt;
    const isSorted = at.every((time, i) => i === 0 || at[i - 1]! <= time);
    return isSorted ? order : order.toSorted((a, b) => at[a]! - at[b]! || a - b);
  }

  #set(name: string, cell: Exclude<Cell, null>): void {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = { cells: [], texts: new Map() };
      this.#columns.set(name, column);
    }
    const { cells } = column;
    this.bytes += (this.count + 1 - cells.length) * SLOT_BYTES;
    while (cells.length < this.count) cells.push(null);
    cells.push(typeof cell === "string" ? this.#share(column, cell) : this.#plain(cell));
  }

  #plain(cell: number | bigint | boolean | Date): number | bigint | boolean {
    if (typeof cell !== "boolean") this.bytes += 2 * SLOT_BYTES;
    return cell instanceof Date ? cell.getTime() : cell;
  }

  #share(column: ColumnCells, text: string): string {
    const known = column.texts?.get(text);
    if (known !== undefined) return known;
    const isWide = NOT_LATIN.test(text);
    if (isWide) this.isWide = true;
    this.bytes += TEXT_OVERHEAD + text.length * (isWide ? 2 : 1);
    if (column.texts === undefined) return text;
    column.texts.set(text, text);
    this.bytes += 4 * SLOT_BYTES;
    const { size } = column.texts;
    if (size >= SAMPLE_TEXTS && size * 2 > column.cells.length) {
      this.bytes -= size * 4 * SLOT_BYTES;
      column.texts = undefined;
    }
    return text;
  }
}
