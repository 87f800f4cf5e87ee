import { addressOf } from "./base.ts";
import { lines, listed, type Dialect, type Place } from "./dialect.ts";
import { inChunks, isRequired, tableFolder, type StatementTable, type TypeNames } from "./published.ts";
import { snowflakeName, snowflakeText } from "./quote.ts";

/** COPY INTO takes at most 1000 files by name. */
const FILES_AT_ONCE = 1000;

const TYPES: TypeNames = {
  timestamp: "TIMESTAMP_LTZ",
  integer: "NUMBER(38, 0)",
  float: "FLOAT",
  boolean: "BOOLEAN",
  varchar: "VARCHAR",
};

const SCHEMES = { r2: "s3compat", s3: "s3", gs: "gcs", folder: "file" } as const;
const CREDENTIALS = "CREDENTIALS = (AWS_KEY_ID = '<access key id>' AWS_SECRET_KEY = '<secret access key>')";
const ACCESS = {
  r2: `ENDPOINT = '<account id>.r2.cloudflarestorage.com' ${CREDENTIALS}`,
  s3: CREDENTIALS,
  gs: "STORAGE_INTEGRATION = <integration>",
  folder: "",
} as const;

const inSchema = ({ schema }: Place, name: string): string => `${snowflakeName(schema)}.${snowflakeName(name)}`;
/** Names of our own lie beside the tables, so they begin in a way no table's does. */
const STAGE = "inlet$stage";
const FORMAT = "inlet$parquet";

function head(place: Place): string {
  const url = snowflakeText(addressOf(place.base, SCHEMES[place.base.store]));
  return lines(
    `CREATE SCHEMA IF NOT EXISTS ${snowflakeName(place.schema)};`,
    "-- Once, with your own values:",
    `--   CREATE STAGE IF NOT EXISTS ${inSchema(place, STAGE)} URL = ${url} ${ACCESS[place.base.store]};`,
    `CREATE FILE FORMAT IF NOT EXISTS ${inSchema(place, FORMAT)} TYPE = PARQUET USE_LOGICAL_TYPE = TRUE;`,
  );
}

/** The stage's path of a table, and its files below it. */
const stageOf = (table: StatementTable, place: Place): string =>
  snowflakeText(`@${inSchema(place, STAGE)}/${tableFolder(place.schema, table.name)}`);

const filesOf = (files: StatementTable["files"], table: StatementTable, { schema }: Place): string =>
  listed(files.map(({ key }) => snowflakeText(key.slice(tableFolder(schema, table.name).length))));

/** Only the files that are named: a refresh would take replaced ones too. */
function view(table: StatementTable, place: Place): string {
  const columns = table.columns.map(
    ({ name, type }) => `${snowflakeName(name)} ${TYPES[type]} AS (VALUE[${snowflakeText(name)}]::${TYPES[type]})`,
  );
  const adds = inChunks(table.files, FILES_AT_ONCE).map((files) => [
    `ALTER EXTERNAL TABLE ${inSchema(place, table.name)} ADD FILES (`,
    filesOf(files, table, place),
    ");",
  ]);
  return lines(
    `CREATE OR REPLACE EXTERNAL TABLE ${inSchema(place, table.name)} (`,
    listed(columns),
    `) LOCATION = ${stageOf(table, place).slice(1, -1)} REFRESH_ON_CREATE = FALSE AUTO_REFRESH = FALSE FILE_FORMAT = (FORMAT_NAME = ${snowflakeText(inSchema(place, FORMAT))});`,
    adds.flat(),
  );
}

function copy(table: StatementTable, place: Place): string {
  const columns = table.columns.map(
    ({ name, type }) => `${snowflakeName(name)} ${TYPES[type]}${isRequired(name) ? " NOT NULL" : ""}`,
  );
  const copies = inChunks(table.files, FILES_AT_ONCE).map((files) => [
    `COPY INTO ${inSchema(place, table.name)} FROM ${stageOf(table, place)} FILES = (`,
    filesOf(files, table, place),
    `) FILE_FORMAT = (FORMAT_NAME = ${snowflakeText(inSchema(place, FORMAT))}) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE;`,
  ]);
  return lines(
    `CREATE OR REPLACE TABLE ${inSchema(place, table.name)} (`,
    listed(columns),
    ") CLUSTER BY (TO_DATE(RECEIVED_AT));",
    copies.flat(),
  );
}

/** After Snowflake's documentation of S3-compatible stages, external tables and COPY INTO. */
export const snowflake: Dialect = {
  stores: ["r2", "s3", "gs"],
  defaultBase: "r2://inlet-archive/",
  files: "listed",
  comment: "--",
  head,
  view,
  copy,
};
