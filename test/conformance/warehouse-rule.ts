import type { Cell, MappedRow } from "../../src/core/warehouse/schema.ts";
import type { Lake } from "../support/warehouse.ts";
import { stored } from "../support/warehouse.ts";

/** One rule of the warehouse model: a row of warehouse.md and the test that holds the product to it. */
export interface WarehouseRule {
  readonly rule: string;
  /** Where it is written down: a section of our notes on Segment's documentation, or "own" where that is silent. */
  readonly spec: string;
  /** What Inlet does, in words. */
  readonly expect: string;
  check(lake: Lake): void;
}

export const track = (properties: object, more: object = {}): object =>
  stored("track", { event: "Order Completed", properties, ...more });
export const identify = (traits: object, more: object = {}): object => stored("identify", { traits, ...more });

export const rowIn = (rows: readonly MappedRow[], table: string): MappedRow | undefined =>
  rows.find((row) => row.table.name === table);

export const cellsIn = (rows: readonly MappedRow[], table: string): Record<string, Cell> =>
  Object.fromEntries(rowIn(rows, table)?.cells ?? []);

/** The cells that properties of one track end in, by column. */
export const cellsOf = (lake: Lake, properties: object): Record<string, Cell> => {
  const row = rowIn(lake.map(track(properties)), "order_completed");
  const fixed = new Set(row?.table.columns.filter((column) => column.fixed === true).map((column) => column.name));
  return Object.fromEntries([...(row?.cells ?? [])].filter(([name]) => !fixed.has(name) || name === "_overflow"));
};

export const tableNames = (lake: Lake): string[] => lake.registry.tables.map((table) => table.name).toSorted();
export const columnNames = (lake: Lake, table: string): string[] =>
  lake.registry.tables
    .find((one) => one.name === table)
    ?.columns.map((column) => column.name)
    .toSorted() ?? [];
