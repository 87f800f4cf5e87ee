import * as z from "zod";

/** Segment's five column types (storage.md §3.3). */
export const ColumnType = z.enum(["timestamp", "integer", "float", "boolean", "varchar"]);
export type ColumnType = z.infer<typeof ColumnType>;

/** `fixed`: one of Segment's own columns, whose type nobody changes. */
export const Column = z.object({ name: z.string(), type: ColumnType, fixed: z.literal(true).optional() });
export type Column = z.infer<typeof Column>;

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

/** One table as the registry knows it. Columns are only ever appended. */
export const TableSchema = z.object({
  name: z.string(),
  kind: TableKind,
  /** Names as they were sent that came to this table; at most 20. */
  eventNames: z.array(z.string()),
  columns: z.array(Column),
});
export type TableSchema = z.infer<typeof TableSchema>;

/** All tables of one source, in the order in which they were first seen. */
export const RegistryData = z.object({ tables: z.array(TableSchema) });
export type RegistryData = z.infer<typeof RegistryData>;

/** Something that a mapping could not keep as it was: how often, where, with one example. */
export const Notice = z.object({
  code: z.string(),
  table: z.string(),
  column: z.string().optional(),
  count: z.int(),
  example: z.string().optional(),
  text: z.string(),
});
export type Notice = z.infer<typeof Notice>;

/** A source's choices that decide what of its events becomes columns. `received_at` and `id` cannot be left out. */
export const ExportRules = z.object({
  maxColumns: z.int().min(50).max(1600),
  excludedTables: z.array(z.string()),
  excludedColumns: z.record(z.string(), z.array(z.string())),
});
export type ExportRules = z.infer<typeof ExportRules>;
