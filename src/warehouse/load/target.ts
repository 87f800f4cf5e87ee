import type { FileEntry } from "../../core/exports.ts";
import type { Notices } from "../../core/warehouse/notices.ts";
import type { Column, ColumnType, TableSchema } from "../../core/warehouse/schema.ts";

/**
 * Which publication a row came with. A row gives way only to one with the same id that came with the same or a later
 * publication, so it does no harm when files are loaded twice or by two consumers at once.
 */
export const VERSION_COLUMN = "_inlet_version";

/** What has been loaded, in each schema: one row per file. */
export const LOADS_TABLE = "inlet_loads";

/** A table as the warehouse has it. */
export interface ThereTable {
  /** Another one after the table was dropped and made anew. */
  readonly id: string;
  /** `other`: a type that somebody gave it there. */
  readonly columns: ReadonlyMap<string, ColumnType | "other">;
}

export type LoadTable = Pick<TableSchema, "name" | "kind" | "columns">;

/** One published file on its way into one table. */
export interface FileLoad {
  readonly table: LoadTable;
  /** Of the table as it is there. */
  readonly tableId: string;
  readonly file: FileEntry;
  /** The file itself. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The publication's number. */
  readonly no: number;
}

/** That a file (by its key) is in the table with an id. */
export type LoadMark = `${string} ${string}`;
export const markOf = (tableId: string, key: string): LoadMark => `${tableId} ${key}`;

/** A connection to one schema of one warehouse. Whatever fails is thrown as LoadFailure. */
export interface LoadTarget {
  /** Makes the schema and its list of loaded files where they are missing. */
  open(): Promise<void>;
  /** Those of the tables that are there. */
  tables(names: readonly string[]): Promise<ReadonlyMap<string, ThereTable>>;
  create(table: LoadTable): Promise<void>;
  addColumns(table: string, columns: readonly Column[]): Promise<void>;
  /**
   * Gives columns the types they have since publication `no`; what cannot be carried over is NULL until its hours are
   * loaded again, as they are all published anew. False, and nothing done, when a later publication has been here.
   */
  retype(table: string, tableId: string, columns: readonly Column[], no: number): Promise<boolean>;
  /** Which of these files are loaded already: into which tables, by their ids. */
  loaded(keys: readonly string[]): Promise<ReadonlySet<LoadMark>>;
  /**
   * Puts a file's rows in and remembers it; all of it or nothing, and once however often it is called. What it cannot
   * store as it is, it counts in `notices`.
   */
  load(load: FileLoad, notices: Notices): Promise<void>;
  /** Takes away what publications before `no` had of an hour and this one has not. */
  sweep(table: string, hour: number, no: number): Promise<void>;
  /** Forgets files that the table no longer consists of. */
  forget(table: string, keep: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Why nothing could be loaded, in a sentence for whoever owns the warehouse. */
export class LoadFailure extends Error {
  override name = "LoadFailure";
}

/** In place of a file's key: the publication that changed a column's type last. */
export const RETYPED = "retyped";

/** Users and accounts have one row per id whatever the hour; all other tables have rows of hours. */
export const isSnapshot = (kind: LoadTable["kind"]): boolean => kind === "users" || kind === "accounts";
