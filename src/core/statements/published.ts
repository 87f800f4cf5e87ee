import type { Column, ColumnType, TableKind } from "../warehouse/schema.ts";

/** A published table as statements need it. */
export interface StatementTable {
  readonly name: string;
  readonly kind: TableKind;
  /** In the order in which they were first seen; only ever appended to. */
  readonly columns: readonly Pick<Column, "name" | "type">[];
  /** The files that are published now, by their keys in the bucket. */
  readonly files: readonly { readonly key: string }[];
}

/** How an engine calls each type. */
export type TypeNames = Readonly<Record<ColumnType, string>>;

/** Columns that every row has: nothing can leave them out, so no engine needs to allow NULL in them. */
export const isRequired = (column: string): boolean => column === "id" || column === "received_at";

/** Tables that hold the latest row of each key, published as a snapshot; all others are published by the hour. */
export const isSnapshot = (table: Pick<StatementTable, "kind">): boolean =>
  table.kind === "users" || table.kind === "accounts";

/** Where the manifests of a table are: one of each hour, or the snapshot's. A `*` stands for any run of characters. */
export const manifestPattern = (schema: string, table: Pick<StatementTable, "kind" | "name">): string =>
  `${tableFolder(schema, table.name)}${isSnapshot(table) ? "" : "day=*/hr=*/"}manifest.json`;

export const tableFolder = (schema: string, table: string): string => `warehouse/${schema}/${table}/`;

/** `files` in lists of at most `most`, for engines that take only so many at once. */
export function inChunks<T>(files: readonly T[], most: number): readonly (readonly T[])[] {
  const chunks: T[][] = [];
  for (let at = 0; at < files.length; at += most) chunks.push(files.slice(at, at + most));
  return chunks;
}
