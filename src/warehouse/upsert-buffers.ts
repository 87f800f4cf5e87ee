import { encodeFolded, foldable, foldLines } from "../core/warehouse/folding.ts";
import type { MappedRow, TableSchema } from "../core/warehouse/schema.ts";
import { encodeUpserts } from "./upsert-file.ts";

/** A file is held in memory as a whole by whoever reads it. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Beside the characters, which may be two bytes each. */
const ROW_BYTES = 120;
const LINE_BYTES = 24;

/** One id: a folded row, and what came since. */
interface WaitingRow {
  line: string;
  changes: string[];
  changeChars: number;
}

interface Waiting {
  table: TableSchema;
  readonly rows: Map<string, WaitingRow>;
  bytes: number;
}

/**
 * Folds what has come into the row; tells by how many bytes it all became smaller. Whoever sends ever new traits for one
 * id makes its row as large as the buffers: rewriting that for each event would never end, so it waits until what came is
 * as long as the row itself.
 */
function settle(row: WaitingRow): number {
  const line = foldLines(row.line, row.changes);
  const less = row.line.length + row.changeChars + row.changes.length * LINE_BYTES - line.length;
  row.line = line;
  row.changes = [];
  row.changeChars = 0;
  return less;
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
    if (present === undefined) {
      waiting.rows.set(row.id, { line, changes: [], changeChars: 0 });
      waiting.bytes += line.length + ROW_BYTES + row.id.length;
      return;
    }
    present.changes.push(line);
    present.changeChars += line.length;
    waiting.bytes += line.length + LINE_BYTES;
    if (present.changeChars >= present.line.length) waiting.bytes -= settle(present);
  }

  /** The file of the table that holds most: gzip NDJSON of at most some MB. */
  take(): { readonly table: TableSchema; readonly bytes: Uint8Array } | undefined {
    let largest: Waiting | undefined;
    for (const waiting of this.#tables.values()) if (waiting.bytes > (largest?.bytes ?? -1)) largest = waiting;
    if (largest === undefined) return undefined;
    this.#tables.delete(largest.table.name);
    const rows = Array.from(largest.rows, ([id, row]) => {
      settle(row);
      return { id, line: row.line };
    });
    return { table: largest.table, bytes: encodeUpserts(largest.table, rows).bytes };
  }

  takeAll(): { readonly table: TableSchema; readonly bytes: Uint8Array }[] {
    const files = [];
    for (let file = this.take(); file !== undefined; file = this.take()) files.push(file);
    return files;
  }
}
