import type { Cell, Column, ColumnType, MappedRow, TableSchema } from "../../src/core/warehouse/schema.ts";

/** A table of one track's events with the columns given, after `id` and `received_at`. */
export const eventTable = (name: string, columns: Record<string, ColumnType>): TableSchema => ({
  name,
  kind: "event",
  eventNames: [name],
  columns: [
    { name: "id", type: "varchar", fixed: true },
    { name: "received_at", type: "timestamp", fixed: true },
    ...Object.entries(columns).map(([column, type]): Column => ({ name: column, type })),
  ],
});

/** A row of such a table; columns without a value may be left out. */
export const eventRow = (
  table: TableSchema,
  id: string,
  receivedAt: number,
  cells: Record<string, Cell>,
): MappedRow => ({
  table,
  id,
  messageId: id,
  receivedAt,
  cells: new Map(Object.entries({ id, received_at: new Date(receivedAt), ...cells })),
});
