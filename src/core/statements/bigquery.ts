import { addressOf } from "./base.ts";
import { lines, listed, type Dialect, type Place } from "./dialect.ts";
import { inChunks, type StatementTable, type TypeNames } from "./published.ts";
import { bigqueryName, bigqueryText } from "./quote.ts";

/** A load job takes at most 10,000 addresses; a statement at most 1 MB of text. */
const FILES_AT_ONCE = 5000;

const TYPES: TypeNames = {
  timestamp: "TIMESTAMP",
  integer: "INT64",
  float: "FLOAT64",
  boolean: "BOOL",
  varchar: "STRING",
};

const nameOf = (table: StatementTable, { schema }: Place): string =>
  `${bigqueryName(schema)}.${bigqueryName(table.name)}`;
const columnsOf = (table: StatementTable): string =>
  listed(table.columns.map(({ name, type }) => `${bigqueryName(name)} ${TYPES[type]}`));
const addresses = (files: StatementTable["files"], { base }: Place): string =>
  listed(
    files.map(({ key }) => bigqueryText(addressOf(base) + key)),
    "    ",
  );

/** A table without files cannot be external, only empty. */
const empty = (table: StatementTable, place: Place): string =>
  lines(`CREATE OR REPLACE TABLE ${nameOf(table, place)} (`, columnsOf(table), ");");

const view = (table: StatementTable, place: Place): string =>
  table.files.length === 0
    ? empty(table, place)
    : lines(
        `CREATE OR REPLACE EXTERNAL TABLE ${nameOf(table, place)} (`,
        columnsOf(table),
        ") OPTIONS (format = 'PARQUET', uris = [",
        addresses(table.files, place),
        "  ]);",
      );

function copy(table: StatementTable, place: Place): string {
  if (table.files.length === 0) return empty(table, place);
  const loads = inChunks(table.files, FILES_AT_ONCE).map((files, nth) => [
    `LOAD DATA ${nth === 0 ? "OVERWRITE" : "INTO"} ${nameOf(table, place)} (`,
    columnsOf(table),
    `) PARTITION BY DATE(${bigqueryName("received_at")}) FROM FILES (format = 'PARQUET', uris = [`,
    addresses(files, place),
    "  ]);",
  ]);
  return lines(loads.flat());
}

/** After BigQuery's documentation. It reads Cloud Storage, not R2: the files must be copied there first. */
export const bigquery: Dialect = {
  stores: ["gs"],
  defaultBase: "gs://inlet-archive/",
  files: "listed",
  comment: "--",
  head: ({ schema }) =>
    lines(
      "-- BigQuery cannot read R2: copy what `as=files` lists to Cloud Storage first, under the same keys.",
      `CREATE SCHEMA IF NOT EXISTS ${bigqueryName(schema)};`,
    ),
  view,
  copy,
};
