import { addressOf } from "./base.ts";
import { lines, type Dialect, type Place } from "./dialect.ts";
import { manifestPattern, type StatementTable, type TypeNames } from "./published.ts";
import { hiveName, oneLine, pythonText } from "./quote.ts";

const TYPES: TypeNames = {
  timestamp: "TIMESTAMP",
  integer: "BIGINT",
  float: "DOUBLE",
  boolean: "BOOLEAN",
  varchar: "STRING",
};

const baseOf = ({ base }: Place): string => addressOf(base, base.store === "gs" ? "gs" : "s3a");

const access = ({ base }: Place): string[] =>
  base.store === "r2"
    ? [
        "# R2 is reached by S3's protocol; give Spark these, for example in spark-defaults.conf:",
        "#   spark.hadoop.fs.s3a.endpoint https://<account id>.r2.cloudflarestorage.com",
        "#   spark.hadoop.fs.s3a.endpoint.region auto",
        "#   spark.hadoop.fs.s3a.path.style.access true",
        "#   spark.hadoop.fs.s3a.access.key <access key id>",
        "#   spark.hadoop.fs.s3a.secret.key <secret access key>",
      ]
    : [];

/** Files by name, not folders: Spark would make columns of the folders' names and read replaced files too. */
const view = (table: StatementTable, place: Place): string => {
  const columns = table.columns.map(({ name, type }) => `${hiveName(name)} ${TYPES[type]}`).join(", ");
  const files = place.follow
    ? `published(${pythonText(manifestPattern(place.schema, table))})`
    : `[${table.files.map(({ key }) => `BASE + ${pythonText(key)}`).join(", ")}]`;
  const name = pythonText(hiveName(`${place.schema}_${table.name}`));
  return lines(`view(${name}, ${pythonText(columns)}, ${table.files.length === 0 ? "[]" : files})`);
};

/** PySpark 3, after its documentation. A view is called <schema>_<table>. */
export const spark: Dialect = {
  stores: ["r2", "s3", "gs", "folder"],
  defaultBase: "r2://inlet-archive/",
  files: "followed",
  comment: "#",
  head: (place) =>
    lines(
      access(place).map(oneLine),
      "from pyspark.sql import SparkSession",
      "",
      "spark = SparkSession.builder.getOrCreate()",
      `BASE = ${pythonText(baseOf(place))}`,
      "",
      "",
      "def published(pattern):",
      '    manifests = spark.read.option("multiLine", True).schema("files ARRAY<STRUCT<key: STRING>>")',
      '    return [BASE + file["key"] for row in manifests.json(BASE + pattern).collect() for file in row["files"]]',
      "",
      "",
      "def view(name, columns, files):",
      "    rows = spark.read.schema(columns).parquet(*files) if files else spark.createDataFrame([], columns)",
      "    rows.createOrReplaceTempView(name)",
      "",
    ),
  view,
};
