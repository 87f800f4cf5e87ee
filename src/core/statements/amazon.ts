import { addressOf } from "./base.ts";
import { lines, listed, type Dialect, type Place } from "./dialect.ts";
import { isRequired, type StatementTable, type TypeNames } from "./published.ts";
import { hiveName, sqlName, sqlText } from "./quote.ts";

const HIVE_TYPES: TypeNames = {
  timestamp: "timestamp",
  integer: "bigint",
  float: "double",
  boolean: "boolean",
  varchar: "string",
};
const REDSHIFT_TYPES: TypeNames = {
  timestamp: "TIMESTAMP",
  integer: "BIGINT",
  float: "DOUBLE PRECISION",
  boolean: "BOOLEAN",
  varchar: "VARCHAR(65535)",
};

const COPY_FIRST = [
  "-- Athena and Redshift cannot read R2: copy what `as=files` lists to S3 first, under the same keys, and write each",
  "-- table's list to <base>lists/<schema>/<table>/files.txt; the README has the two commands.",
];

/** Where the list of a table's files lies: the table reads what it names and nothing else. */
const listFolder = (table: StatementTable, { base, schema }: Place): string =>
  `${addressOf(base)}lists/${schema}/${table.name}/`;

function athenaTable(table: StatementTable, place: Place): string {
  const name = `${hiveName(place.schema)}.${hiveName(table.name)}`;
  return lines(
    `DROP TABLE IF EXISTS ${name};`,
    `CREATE EXTERNAL TABLE ${name} (`,
    listed(table.columns.map((column) => `${hiveName(column.name)} ${HIVE_TYPES[column.type]}`)),
    ") ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'",
    "STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'",
    "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
    `LOCATION ${sqlText(listFolder(table, place))};`,
  );
}

/**
 * Athena over the Glue catalogue, after their documentation. Its globs would read replaced files too, so a table
 * follows a list of files (SymlinkTextInputFormat). Athena runs one statement at a time.
 */
export const athena: Dialect = {
  stores: ["s3"],
  defaultBase: "s3://inlet-archive/",
  files: "elsewhere",
  comment: "--",
  head: ({ schema }) => lines(COPY_FIRST, `CREATE DATABASE IF NOT EXISTS ${hiveName(schema)};`),
  view: athenaTable,
};

const external = ({ schema }: Place): string => sqlName(`${schema}_glue`);
const redshiftName = (table: StatementTable, { schema }: Place): string => `${sqlName(schema)}.${sqlName(table.name)}`;

const redshiftSelect = (table: StatementTable, place: Place): string =>
  `SELECT\n${listed(
    table.columns.map(({ name, type }) => `${sqlName(name)}::${REDSHIFT_TYPES[type]} AS ${sqlName(name)}`),
  )}\nFROM ${external(place)}.${sqlName(table.name)}`;

function redshiftCopy(table: StatementTable, place: Place): string {
  const columns = table.columns.map(
    ({ name, type }) => `${sqlName(name)} ${REDSHIFT_TYPES[type]}${isRequired(name) ? " NOT NULL" : ""}`,
  );
  return lines(
    "BEGIN;",
    `DROP TABLE IF EXISTS ${redshiftName(table, place)};`,
    `CREATE TABLE ${redshiftName(table, place)} (`,
    listed(columns),
    ") DISTKEY(id) SORTKEY(received_at);",
    `INSERT INTO ${redshiftName(table, place)} ${redshiftSelect(table, place)};`,
    "COMMIT;",
  );
}

/** Redshift Spectrum over Athena's tables, after its documentation: COPY takes Parquet columns by place, not by name. */
export const redshift: Dialect = {
  stores: ["s3"],
  defaultBase: "s3://inlet-archive/",
  files: "elsewhere",
  comment: "--",
  head: (place) =>
    lines(
      COPY_FIRST,
      "-- The tables in the Glue catalogue are those of dialect=athena: make them first.",
      `CREATE EXTERNAL SCHEMA IF NOT EXISTS ${external(place)} FROM DATA CATALOG DATABASE ${sqlText(place.schema)} IAM_ROLE default;`,
      `CREATE SCHEMA IF NOT EXISTS ${sqlName(place.schema)};`,
    ),
  view: (table, place) =>
    lines(
      `CREATE OR REPLACE VIEW ${redshiftName(table, place)} AS ${redshiftSelect(table, place)}`,
      "WITH NO SCHEMA BINDING;",
    ),
  copy: redshiftCopy,
};
