import { addressOf } from "./base.ts";
import { lines, type Dialect, type Place } from "./dialect.ts";
import { tableFolder, type StatementTable } from "./published.ts";
import { clickhouseName, clickhouseText, hiveName, snowflakeName, snowflakeText, sqlName, sqlText } from "./quote.ts";

const R2_HOST = "<account id>.r2.cloudflarestorage.com";
const HOSTS = { s3: "s3.amazonaws.com", gs: "storage.googleapis.com" } as const;
const folderOf = (table: StatementTable, place: Place): string => tableFolder(place.schema, table.name).slice(0, -1);

/** The tables know their files and columns, and are written by the hour as the files are. */
const ELSEWHERE = { defaultBase: "r2://inlet-archive/", files: "elsewhere" } as const;

function clickhouseHead({ base, schema }: Place): string {
  const database = `CREATE DATABASE IF NOT EXISTS ${clickhouseName(schema)};`;
  if (base.store === "folder") {
    return lines(
      "-- The folder must lie in ClickHouse's user_files_path; for clickhouse-local where it was started.",
      database,
    );
  }
  const host = base.store === "r2" ? R2_HOST : HOSTS[base.store];
  return lines(
    "-- Once, with your own values; it is kept in ClickHouse:",
    `--   CREATE NAMED COLLECTION inlet AS url = ${clickhouseText(`https://${host}/${base.bucket}/${base.prefix}`)}, access_key_id = '<access key id>', secret_access_key = '<secret access key>', format = 'Parquet';`,
    database,
  );
}

const clickhouse: Dialect = {
  ...ELSEWHERE,
  comment: "--",
  stores: ["r2", "s3", "gs", "folder"],
  head: clickhouseHead,
  view: (table, place) => {
    const folder = folderOf(table, place);
    const read =
      place.base.store === "folder"
        ? `icebergLocal(${clickhouseText(place.base.prefix + folder)})`
        : `icebergS3(inlet, filename = ${clickhouseText(folder)})`;
    const name = `${clickhouseName(place.schema)}.${clickhouseName(table.name)}`;
    return lines(`CREATE OR REPLACE VIEW ${name} AS SELECT * FROM ${read};`);
  },
};

/** The paths in the metadata begin with `s3://`, so the secret is one of that kind, whatever serves the bucket. */
const duckdb: Dialect = {
  ...ELSEWHERE,
  comment: "--",
  stores: ["r2", "s3", "folder"],
  head: ({ base, schema }) => {
    const endpoint = base.store === "r2" ? `ENDPOINT '${R2_HOST}', URL_STYLE 'path', REGION 'auto', ` : "";
    return lines(
      base.store === "folder"
        ? []
        : [
            "-- Once in DuckDB, with your own values; it is kept outside this file and works from then on:",
            `--   CREATE PERSISTENT SECRET inlet_iceberg (TYPE s3, KEY_ID '<access key id>', SECRET '<secret access key>', ${endpoint}SCOPE ${sqlText(`s3://${base.bucket}`)});`,
          ],
      "INSTALL iceberg;",
      "LOAD iceberg;",
      `CREATE SCHEMA IF NOT EXISTS ${sqlName(schema)};`,
    );
  },
  view: (table, place) => {
    const folder = sqlText(addressOf(place.base, "s3") + folderOf(table, place));
    return lines(
      `CREATE OR REPLACE VIEW ${sqlName(place.schema)}.${sqlName(table.name)} AS`,
      `SELECT * FROM iceberg_scan(${folder}, allow_moved_paths = true);`,
    );
  },
};

/** The layout is that of Iceberg's catalog "hadoop": <warehouse>/<schema>/<table>/metadata/version-hint.text. */
const spark: Dialect = {
  ...ELSEWHERE,
  comment: "#",
  stores: ["r2", "s3", "folder"],
  head: ({ base }) =>
    lines(
      "# Start Spark with Iceberg's runtime for your version of it, hadoop-aws, and:",
      "#   spark.sql.catalog.inlet org.apache.iceberg.spark.SparkCatalog",
      "#   spark.sql.catalog.inlet.type hadoop",
      `#   spark.sql.catalog.inlet.warehouse ${addressOf(base, "s3")}warehouse`,
      base.store === "folder" ? [] : "#   spark.hadoop.fs.s3.impl org.apache.hadoop.fs.s3a.S3AFileSystem",
      base.store === "r2"
        ? [
            `#   spark.hadoop.fs.s3a.endpoint ${R2_HOST}`,
            "#   spark.hadoop.fs.s3a.endpoint.region auto",
            "#   spark.hadoop.fs.s3a.path.style.access true",
          ]
        : [],
      base.store === "folder"
        ? []
        : [
            "#   spark.hadoop.fs.s3a.access.key <access key id>",
            "#   spark.hadoop.fs.s3a.secret.key <secret access key>",
          ],
      "# Only read the tables: Inlet is their only writer.",
    ),
  view: (table, { schema }) =>
    lines(`spark.table(${JSON.stringify(`inlet.${hiveName(schema)}.${hiveName(table.name)}`)})`),
};

const VOLUME = "inlet_volume";
const INTEGRATION = "inlet_files";

function snowflakeHead({ base, schema }: Place): string {
  const provider =
    base.store === "r2"
      ? `STORAGE_PROVIDER = 'S3COMPAT' STORAGE_BASE_URL = ${snowflakeText(addressOf(base, "s3compat"))} STORAGE_ENDPOINT = '${R2_HOST}' CREDENTIALS = (AWS_KEY_ID = '<access key id>' AWS_SECRET_KEY = '<secret access key>')`
      : `STORAGE_PROVIDER = 'S3' STORAGE_BASE_URL = ${snowflakeText(addressOf(base, "s3"))} STORAGE_AWS_ROLE_ARN = '<role>'`;
  return lines(
    "-- Once, with your own values:",
    `--   CREATE EXTERNAL VOLUME IF NOT EXISTS ${VOLUME} STORAGE_LOCATIONS = ((NAME = 'inlet' ${provider})) ALLOW_WRITES = FALSE;`,
    `--   CREATE CATALOG INTEGRATION IF NOT EXISTS ${INTEGRATION} CATALOG_SOURCE = OBJECT_STORE TABLE_FORMAT = ICEBERG ENABLED = TRUE;`,
    "-- Snowflake looks for no newer version by itself. <N> is what the table's metadata/version-hint.text says; later:",
    "--   ALTER ICEBERG TABLE <table> REFRESH '<the same path with the N of then>';",
    `CREATE SCHEMA IF NOT EXISTS ${snowflakeName(schema)};`,
  );
}

const snowflake: Dialect = {
  ...ELSEWHERE,
  comment: "--",
  stores: ["r2", "s3"],
  head: snowflakeHead,
  view: (table, place) =>
    lines(
      `CREATE OR REPLACE ICEBERG TABLE ${snowflakeName(place.schema)}.${snowflakeName(table.name)}`,
      `  EXTERNAL_VOLUME = '${VOLUME}' CATALOG = '${INTEGRATION}'`,
      `  METADATA_FILE_PATH = ${snowflakeText(`${folderOf(table, place)}/metadata/v<N>.metadata.json`)};`,
    ),
};

/**
 * Statements that open the Iceberg tables of a source that writes them. Tried with the real engine: ClickHouse. Of
 * the others they follow the documentation: DuckDB's extension `iceberg`, Spark's catalog "hadoop", Snowflake's
 * external volumes. Engines that take Iceberg tables only from a catalog service (Athena, BigQuery, Redshift) have none.
 */
export const ICEBERG: { readonly [dialect: string]: Dialect | undefined } = { clickhouse, duckdb, spark, snowflake };
