import { addressOf } from "./base.ts";
import { lines, listed, type Dialect, type Place } from "./dialect.ts";
import { isRequired, type StatementTable, type TypeNames } from "./published.ts";
import { sqlName, sqlText } from "./quote.ts";

const TYPES: TypeNames = {
  timestamp: "timestamptz",
  integer: "bigint",
  float: "double precision",
  boolean: "boolean",
  varchar: "text",
};

const nameOf = (table: StatementTable, { schema }: Place): string => `${sqlName(schema)}.${sqlName(table.name)}`;
const columnOf = ({ name, type }: StatementTable["columns"][number]): string => `${sqlName(name)} ${TYPES[type]}`;

/** `\copy` is psql's and ends with its line; the file is one that `npm run query -- --csv` wrote. */
const copy = (table: StatementTable, place: Place): string => {
  const columns = table.columns.map(({ name }) => sqlName(name)).join(", ");
  const file = sqlText(`${addressOf(place.base)}${table.name}.csv`);
  return lines(
    "BEGIN;",
    `CREATE TABLE IF NOT EXISTS ${nameOf(table, place)} (`,
    listed(table.columns.map((column) => `${columnOf(column)}${isRequired(column.name) ? " NOT NULL" : ""}`)),
    ");",
    table.columns
      .filter(({ name }) => !isRequired(name))
      .map((column) => `ALTER TABLE ${nameOf(table, place)} ADD COLUMN IF NOT EXISTS ${columnOf(column)};`),
    `TRUNCATE ${nameOf(table, place)};`,
    `\\copy ${nameOf(table, place)} (${columns}) FROM ${file} WITH (FORMAT csv, HEADER true, NULL '\\N')`,
    "COMMIT;",
  );
};

/** A script for psql. PostgreSQL cannot read Parquet by itself: its files are CSV. */
export const postgres: Dialect = {
  stores: ["folder"],
  defaultBase: "./",
  files: "elsewhere",
  comment: "--",
  head: ({ schema }) =>
    lines(
      "\\set ON_ERROR_STOP on",
      "SET client_encoding = 'UTF8';",
      "SET client_min_messages = warning;",
      `CREATE SCHEMA IF NOT EXISTS ${sqlName(schema)};`,
    ),
  copy,
};
