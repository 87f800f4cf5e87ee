import { lines, listed, type Dialect, type Place } from "./dialect.ts";
import { inChunks, isRequired, type StatementTable, type TypeNames } from "./published.ts";
import { clickhouseName, clickhouseText } from "./quote.ts";

/** ClickHouse expands at most 1000 alternatives of a path (glob_expansion_max_elements). */
const FILES_AT_ONCE = 500;

const TYPES: TypeNames = {
  timestamp: "DateTime64(3, 'UTC')",
  integer: "Int64",
  float: "Float64",
  boolean: "Bool",
  varchar: "String",
};

const columnOf = ({ name, type }: StatementTable["columns"][number]): string =>
  `${clickhouseName(name)} ${isRequired(name) ? TYPES[type] : `Nullable(${TYPES[type]})`}`;

function endpoint({ base }: Place): string {
  if (base.store === "r2") return `https://<account id>.r2.cloudflarestorage.com/${base.bucket}/${base.prefix}`;
  const host = base.store === "s3" ? "s3.amazonaws.com" : "storage.googleapis.com";
  return `https://${host}/${base.bucket}/${base.prefix}`;
}

const collection = (place: Place): string[] =>
  place.base.store === "folder"
    ? []
    : [
        "-- Once, with your own values; it is kept in ClickHouse:",
        `--   CREATE NAMED COLLECTION inlet AS url = ${clickhouseText(endpoint(place))}, access_key_id = '<access key id>', secret_access_key = '<secret access key>', format = 'Parquet';`,
      ];

/** Braces and stars in a path are patterns; no key that we write holds any. */
function path(files: StatementTable["files"]): string {
  const keys = files.map(({ key }) => key);
  const odd = keys.find((key) => /[{}*?,]/.test(key));
  if (odd !== undefined) throw new Error(`ClickHouse would take this key for a pattern: ${odd}`);
  return keys.length === 1 ? (keys[0] ?? "") : `{${keys.join(",")}}`;
}

function read(files: StatementTable["files"], table: StatementTable, { base }: Place): string {
  const structure = clickhouseText(table.columns.map(columnOf).join(", "));
  return base.store === "folder"
    ? `file(${clickhouseText(base.prefix + path(files))}, 'Parquet', ${structure})`
    : `s3(inlet, filename = ${clickhouseText(path(files))}, structure = ${structure})`;
}

/**
 * Without use_hive_partitioning = 0 the folders' `day` and `hr` would take the place of properties with these names.
 * A table without files has its columns and no rows.
 */
function select(table: StatementTable, place: Place): string {
  const structure = clickhouseText(table.columns.map(columnOf).join(", "));
  const chunks = inChunks(table.files, FILES_AT_ONCE).map((files) => `SELECT * FROM ${read(files, table, place)}`);
  const parts = chunks.length === 0 ? [`SELECT * FROM null(${structure})`] : chunks;
  return `SELECT\n${listed(table.columns.map(({ name }) => clickhouseName(name)))}\nFROM (\n  ${parts.join(
    "\n  UNION ALL\n  ",
  )}\n)\nSETTINGS use_hive_partitioning = 0, input_format_parquet_allow_missing_columns = 1`;
}

const nameOf = (table: StatementTable, { schema }: Place): string =>
  `${clickhouseName(schema)}.${clickhouseName(table.name)}`;

export const clickhouse: Dialect = {
  stores: ["r2", "s3", "gs", "folder"],
  defaultBase: "r2://inlet-archive/",
  files: "listed",
  comment: "--",
  head: (place) => lines(collection(place), `CREATE DATABASE IF NOT EXISTS ${clickhouseName(place.schema)};`),
  view: (table, place) => lines(`CREATE OR REPLACE VIEW ${nameOf(table, place)} AS ${select(table, place)};`),
  copy: (table, place) =>
    lines(
      `CREATE OR REPLACE TABLE ${nameOf(table, place)} (`,
      listed(table.columns.map(columnOf)),
      ") ENGINE = MergeTree ORDER BY (received_at, id)",
      `AS ${select(table, place)};`,
    ),
};
