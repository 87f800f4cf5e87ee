import { addressOf } from "./base.ts";
import { lines, listed, type Dialect, type Place } from "./dialect.ts";
import { manifestPattern, type StatementTable, type TypeNames } from "./published.ts";
import { sqlName, sqlText } from "./quote.ts";

const TYPES: TypeNames = {
  timestamp: "TIMESTAMPTZ",
  integer: "BIGINT",
  float: "DOUBLE",
  boolean: "BOOLEAN",
  varchar: "VARCHAR",
};

/** A folder as written may begin with `.`; an address never does. */
const secret = ({ base }: Place): string[] =>
  base.store === "folder"
    ? []
    : [
        "-- Once in DuckDB, with your own values; it is kept outside this file and works from then on:",
        base.store === "r2"
          ? `--   CREATE PERSISTENT SECRET inlet (TYPE r2, ACCOUNT_ID '<account id>', KEY_ID '<access key id>', SECRET '<secret access key>', SCOPE ${sqlText(`r2://${base.bucket}`)});`
          : `--   CREATE PERSISTENT SECRET inlet (TYPE ${base.store === "s3" ? "s3" : "gcs"}, KEY_ID '<access key id>', SECRET '<secret access key>', SCOPE ${sqlText(`${base.store}://${base.bucket}`)});`,
      ];

const nameOf = (table: StatementTable, { schema }: Place): string => `${sqlName(schema)}.${sqlName(table.name)}`;

/** The variable that holds the files of a table. */
const variable = (table: StatementTable, { schema }: Place): string => `inlet ${schema}.${table.name}`;

/** Sets the variable to what the manifests name now. */
const readManifests = (table: StatementTable, place: Place): string =>
  lines(
    `SET VARIABLE ${sqlName(variable(table, place))} = (`,
    `  SELECT list(${sqlText(addressOf(place.base))} || file."key" ORDER BY file."key")`,
    "  FROM (SELECT unnest(files) AS file FROM read_json(",
    `    ${sqlText(addressOf(place.base) + manifestPattern(place.schema, table))},`,
    `    columns = {files: 'STRUCT("key" VARCHAR)[]'}, hive_partitioning = false, maximum_object_size = 67108864)));`,
  );

/**
 * Without hive_partitioning = false the folders' `day` and `hr` would take the place of properties with these names.
 * The empty part gives every column its type, also one that no file of now holds.
 */
function select(table: StatementTable, place: Place): string {
  const none = table.columns.map(({ name, type }) => `NULL::${TYPES[type]} AS ${sqlName(name)}`);
  const all = table.columns.map(({ name, type }) => `TRY_CAST(${sqlName(name)} AS ${TYPES[type]}) AS ${sqlName(name)}`);
  const files = place.follow
    ? `getvariable(${sqlText(variable(table, place))})`
    : `[\n${listed(
        table.files.map(({ key }) => sqlText(addressOf(place.base) + key)),
        "    ",
      )}]`;
  const read =
    table.files.length === 0
      ? ""
      : `\n  UNION ALL BY NAME\n  SELECT * FROM read_parquet(${files}, union_by_name = true, hive_partitioning = false)`;
  return `SELECT\n${listed(all)}\nFROM (\n  SELECT\n${listed(none, "    ")}\n  WHERE false${read})`;
}

const make = (what: "TABLE" | "VIEW") => (table: StatementTable, place: Place) =>
  `${place.follow && table.files.length > 0 ? readManifests(table, place) : ""}${lines(
    `CREATE OR REPLACE ${what} ${nameOf(table, place)} AS ${select(table, place)};`,
  )}`;

/**
 * DuckDB 1.1 or later (variables). Following: each run of the script reads the manifests first and then exactly the
 * files they name, which stay for at least an hour after they were replaced; so a session sees whole hours.
 */
export const duckdb: Dialect = {
  stores: ["r2", "s3", "gs", "folder"],
  defaultBase: "r2://inlet-archive/",
  files: "followed",
  comment: "--",
  head: (place) => lines(secret(place), `CREATE SCHEMA IF NOT EXISTS ${sqlName(place.schema)};`),
  view: make("VIEW"),
  copy: make("TABLE"),
};
