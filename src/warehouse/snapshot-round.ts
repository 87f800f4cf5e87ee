import type { FoldedRow } from "../core/warehouse/folding.ts";
import type { TableSchema } from "../core/warehouse/schema.ts";
import { foldLists } from "./snapshot-leaf.ts";
import type { SnapshotStore } from "./snapshot-state.ts";
import { decodeUpserts } from "./upsert-file.ts";

/** Text of the files that are folded in together: in memory some five times as much. */
const ROUND_BYTES = 4 * 1024 * 1024;

/** Changes to one table, folded: each id once, in order. */
export interface TableChanges {
  readonly table: TableSchema;
  readonly rows: FoldedRow[];
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

/** Reads as many of the files as may be in memory together, at least one; with `all` every one of them. */
export async function readRound(store: SnapshotStore, keys: readonly string[], all: boolean): Promise<Round> {
  const tables = new Map<string, TableChanges>();
  const missing: string[] = [];
  let taken = 0;
  let bytes = 0;
  let rows = 0;
  for (const key of keys) {
    if (!all && bytes >= ROUND_BYTES) break;
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
