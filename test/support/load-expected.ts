import { parquetReadObjects } from "hyparquet";
import { expect } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import type { Cell, Column, MappedRow } from "../../src/core/warehouse/schema.ts";
import { SnapshotManifest } from "../../src/core/warehouse/snapshots.ts";
import { DECOMPRESSORS } from "../../src/warehouse/parquet-codec.ts";
import type { Cells, LoadEngine } from "./load-engines.ts";
import type { LoadRig } from "./load-rig.ts";

const plain = (cell: Cell | undefined): Cells[string] => {
  if (cell === undefined || cell === null) return null;
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === "bigint" ? String(cell) : cell;
};
/** PostgreSQL has no NUL, Parquet no half characters. */
const stored = (cell: Cells[string], column: Column, kind: string): Cells[string] => {
  if (column.type === "integer" && cell !== null) return String(cell);
  return typeof cell === "string"
    ? cell.toWellFormed().replaceAll(kind === "postgres" ? "\0" : "\uffff", "\ufffd")
    : cell;
};
const expectedOf = (rows: readonly MappedRow[], columns: readonly Column[], kind: string): Map<string, Cells> =>
  new Map(
    rows.map((row) => {
      const cells = columns.map(
        (column) => [column.name, stored(plain(row.cells.get(column.name)), column, kind)] as const,
      );
      return [row.id.toWellFormed(), Object.fromEntries(cells)];
    }),
  );

/** That a reader of the warehouse gets what is published now, row by row. */
export async function expectSameRows(rig: LoadRig, engine: LoadEngine): Promise<void> {
  for (const table of rig.tableNames) {
    const rows = rig.rowsOf(table);
    const columns = rig.columnsOf(table);
    const found = await engine.rows(rig.schema, table, columns);
    expect(await engine.count(rig.schema, table), table).toBe(rows.length);
    expect(found, table).toEqual(expectedOf(rows, columns, engine.kind));
  }
  for (const table of ["users", "accounts"]) await expectSameSnapshot(rig, engine, table);
}

async function expectSameSnapshot(rig: LoadRig, engine: LoadEngine, table: string): Promise<void> {
  const object = rig.objects.json(`warehouse/${rig.schema}/${table}/manifest.json`);
  if (object === undefined) return;
  const { columns, files } = SnapshotManifest.parse(object);
  const rows: Record<string, Cell>[] = [];
  for (const { key } of files) {
    const bytes = new Uint8Array(rig.objects.objects.get(key)!.bytes);
    rows.push(...(await parquetReadObjects({ file: bytes.buffer, compressors: DECOMPRESSORS })));
  }
  const expected = new Map(
    rows.map((row) => [
      String(row["id"]),
      Object.fromEntries(columns.map((column) => [column.name, stored(plain(row[column.name]), column, engine.kind)])),
    ]),
  );
  expect(await engine.rows(rig.schema, table, columns), table).toEqual(expected);
}

export const order = (messageId: string, properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "track",
  event: "Order Completed",
  messageId,
  userId: `u${messageId.length}`,
  properties,
  ...more,
});
export const identify = (messageId: string, userId: string, traits: JsonObject): JsonObject => ({
  type: "identify",
  messageId,
  userId,
  traits,
});
