import type { FoldedLine } from "../core/warehouse/folding.ts";
import type { TableSchema } from "../core/warehouse/schema.ts";
import { foldLists } from "./snapshot-leaf.ts";
import type { SnapshotStore } from "./snapshot-state.ts";
import { decodeUpserts } from "./upsert-file.ts";

/** Changes to one table, folded: each id once, in order. */
export interface TableChanges {
  readonly table: TableSchema;
  readonly rows: FoldedLine[];
}

export interface Round {
  /** Keys that are in it, from the first one on. */
  readonly keys: readonly string[];
  /** By table name. */
  readonly tables: ReadonlyMap<string, TableChanges>;
  /** Rows of the files. */
  readonly rows: number;
  /** Keys whose objects are gone. */
  readonly missing: readonly string[];
}

/** The table with the columns of both: the one that knows more of them, since columns are only ever appended. */
export const widerTable = (one: TableSchema, newer: TableSchema): TableSchema =>
  newer.columns.length >= one.columns.length
    ? newer
    : { ...newer, columns: [...newer.columns, ...one.columns.slice(newer.columns.length)] };

/** Reads files, at least one, until they have `most` bytes of text: what may be in memory together. */
export async function readRound(store: SnapshotStore, keys: readonly string[], most: number): Promise<Round> {
  const tables = new Map<string, TableChanges>();
  const missing: string[] = [];
  let taken = 0;
  let bytes = 0;
  let rows = 0;
  for (const key of keys) {
    if (bytes >= most) break;
    taken++;
    const object = await store.get(key);
    if (object === null) {
      missing.push(key);
      continue;
    }
    const file = decodeUpserts(object.bytes);
    bytes += file.textBytes;
    rows += file.rows.length;
    const known = tables.get(file.table.name);
    tables.set(
      file.table.name,
      known === undefined
        ? file
        : { table: widerTable(known.table, file.table), rows: foldLists(known.rows, file.rows).rows },
    );
  }
  return { keys: keys.slice(0, taken), tables, rows, missing };
}
