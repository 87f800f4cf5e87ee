import * as z from "zod";

/** Segment's five column types (storage.md §3.3). A type never changes by itself: the first value decides. */
export const ColumnType = z.enum(["timestamp", "integer", "float", "boolean", "varchar"]);
export type ColumnType = z.infer<typeof ColumnType>;

/** `fixed`: a column the model itself has (`id`, `received_at`, …), as opposed to one that events brought. */
export const Column = z.object({ name: z.string(), type: ColumnType, fixed: z.literal(true).optional() });
export type Column = z.infer<typeof Column>;

/** `event`: one table per track name. `users` and `accounts` hold one row per id, the latest value of each column. */
export const TableKind = z.enum([
  "tracks",
  "event",
  "identifies",
  "users",
  "pages",
  "screens",
  "groups",
  "accounts",
  "aliases",
]);
export type TableKind = z.infer<typeof TableKind>;

/**
 * One table of a source's schema. Columns are only ever appended, so a column's place never changes.
 * `eventNames`: the names as sent that fill an `event` table, the first ones seen, at most 20 of 200 characters.
 */
export const TableSchema = z.object({
  name: z.string(),
  kind: TableKind,
  eventNames: z.array(z.string()),
  columns: z.array(Column),
});
export type TableSchema = z.infer<typeof TableSchema>;

/** All that is known of a source's tables, as it is stored. */
export const RegistryData = z.object({ tables: z.array(TableSchema) });
export type RegistryData = z.infer<typeof RegistryData>;

/** A `varchar`, `float` or `integer`, an integer beyond ±2^53, a `boolean`, a `timestamp`; null = no value. */
export type Cell = string | number | bigint | boolean | Date | null;

/** One row. A column without a value is not in `cells`. */
export interface MappedRow {
  /** The registry's own entry: columns that later rows bring are appended to it. */
  readonly table: TableSchema;
  /** The table's key: the messageId; of `users` the user's id, of `accounts` the group's. */
  readonly id: string;
  /** Ties between rows of one user are decided by it; the same as `id` in all other tables. */
  readonly messageId: string;
  /** ms since epoch. */
  readonly receivedAt: number;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** What a source's owner decides: a part of its export settings. Tables and columns by their names in the warehouse. */
export interface ExportRules {
  /** Columns a table may have, fixed ones and the overflow column included. */
  readonly maxColumns: number;
  readonly excludedTables: readonly string[];
  /** By table. `id` and `received_at` are exported all the same: every reader needs them (storage.md §3.1). */
  readonly excludedColumns: Readonly<Record<string, readonly string[]>>;
}

/** JSON object, by column name, of the values that found no column of their own: see ExportRules.maxColumns. */
export const OVERFLOW_COLUMN = "_overflow";
