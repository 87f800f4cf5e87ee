import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { fieldIdOf } from "../core/warehouse/field-ids.ts";
import type { Column, ColumnType, TableSchema } from "../core/warehouse/schema.ts";
import { COMPRESSORS, PAGE_BYTES, WIDE_PAGE_BYTES } from "./parquet-codec.ts";
import type { Stored } from "./column-cells.ts";
import type { TableRows } from "./table-rows.ts";

/** Changes when files of a table come to mean something else; readers find it in each file's key/value metadata. */
export const TABLE_VERSION = 1;
const CREATED_BY = "Inlet";
/** Bytes of a text that statistics keep: enough to skip row groups by, short enough for hostile values. */
const STATISTICS_BYTES = 32;

/**
 * Parquet's types. Timestamps are microseconds in UTC: Iceberg prescribes that unit, Spark's own is the same, and DuckDB,
 * ClickHouse, Snowflake (logical types on) and BigQuery read both units as an instant. The older annotation stands beside the
 * newer one for readers that know only that.
 */
const TYPES: Record<ColumnType, Omit<SchemaElement, "name">> = {
  timestamp: {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  },
  integer: { type: "INT64" },
  float: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  varchar: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
};

/** Every column may be empty. The ids are those by which Iceberg tables know the columns. */
const elementOf = ({ name, type }: Column, at: number): SchemaElement => ({
  name,
  ...TYPES[type],
  repetition_type: "OPTIONAL",
  field_id: fieldIdOf(at, type),
});

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
type Written = Stored | null;

function toInteger(cell: Stored): bigint | null {
  if (typeof cell === "number") return Number.isInteger(cell) ? BigInt(cell) : null;
  return typeof cell === "bigint" && cell >= INT64_MIN && cell <= INT64_MAX ? cell : null;
}

/** Of ms since the epoch; within some 285 years of it without a multiplication of big numbers. */
function toMicroseconds(cell: Stored): bigint | null {
  if (typeof cell !== "number" || !Number.isInteger(cell)) return null;
  return Number.isSafeInteger(cell * 1000) ? BigInt(cell * 1000) : BigInt(cell) * 1000n;
}

/** What the writer takes for a cell of each type; a cell of another type is none. */
const WRITTEN: Record<ColumnType, (cell: Stored) => Written> = {
  timestamp: toMicroseconds,
  integer: toInteger,
  float: (cell) => (typeof cell === "number" ? cell : null),
  boolean: (cell) => (typeof cell === "boolean" ? cell : null),
  varchar: (cell) => (typeof cell === "string" ? cell : null),
};

/**
 * One Parquet file of a table's rows, in one row group and sorted by received_at. All columns of the table are in it, in
 * their order, also those without a value: warehouses that load by position need them.
 */
export function encodeParquet(table: TableSchema, rows: TableRows): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(64 * 1024);
  const file = new ParquetWriter({
    writer,
    schema: [{ name: "root", num_children: table.columns.length }, ...table.columns.map(elementOf)],
    codec: "ZSTD",
    compressors: COMPRESSORS,
    statisticsTruncateLength: STATISTICS_BYTES,
    createdBy: CREATED_BY,
    kvMetadata: [
      { key: "inlet.table_version", value: String(TABLE_VERSION) },
      { key: "inlet.table", value: table.name },
    ],
  });
  const order = rows.order();
  const columns = table.columns.map((column) => ({
    name: column.name,
    // Made when the writer comes to it, so that one column's values are in memory twice and not all.
    get data() {
      return rows.cells(column.name, order, WRITTEN[column.type]);
    },
    // Older Spark reads no run-length booleans.
    ...(column.type === "boolean" ? { encoding: "PLAIN" as const } : {}),
  }));
  file.write({
    columnData: columns,
    rowGroupSize: Math.max(1, rows.count),
    pageSize: rows.isWide ? WIDE_PAGE_BYTES : PAGE_BYTES,
  });
  file.finish();
  return writer.getBytes();
}
