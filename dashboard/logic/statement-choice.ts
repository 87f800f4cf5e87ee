/** How an engine may be given the tables. */
export type StatementForm = "views" | "tables" | "iceberg" | "files";

interface Engine {
  readonly id: string;
  readonly name: string;
  readonly forms: readonly StatementForm[];
  /** Where it can read the files when nothing else is said. */
  readonly base: string;
  /** Reads the manifests when the statements run, unless told to list the files. */
  readonly follows: boolean;
  /** How the downloaded script is run, and what it is called. */
  readonly file: string;
  readonly run: string;
  readonly note?: string;
}

const COPY_FIRST =
  "It cannot read R2. Copy the published files first (form “Addresses of the files” lists them), under the same keys, and name the copy as the base.";

/** The engines that Inlet writes statements for, as src/core/statements/plan.ts has them. */
export const ENGINES: readonly Engine[] = [
  {
    id: "duckdb",
    name: "DuckDB",
    forms: ["views", "tables", "iceberg", "files"],
    base: "r2://inlet-archive/",
    follows: true,
    file: "views.sql",
    run: "duckdb -init views.sql",
  },
  {
    id: "clickhouse",
    name: "ClickHouse",
    forms: ["views", "tables", "iceberg", "files"],
    base: "r2://inlet-archive/",
    follows: false,
    file: "clickhouse.sql",
    run: "clickhouse-client --multiquery < clickhouse.sql",
    note: "Inlet can also load a ClickHouse by itself, each hour: see Warehouses.",
  },
  {
    id: "snowflake",
    name: "Snowflake",
    forms: ["views", "tables", "iceberg", "files"],
    base: "r2://inlet-archive/",
    follows: false,
    file: "snowflake.sql",
    run: "snow sql -f snowflake.sql",
  },
  {
    id: "bigquery",
    name: "BigQuery",
    forms: ["views", "tables", "files"],
    base: "gs://inlet-archive/",
    follows: false,
    file: "bigquery.sql",
    run: "bq query --use_legacy_sql=false < bigquery.sql",
    note: COPY_FIRST,
  },
  {
    id: "redshift",
    name: "Redshift",
    forms: ["views", "tables", "files"],
    base: "s3://inlet-archive/",
    follows: false,
    file: "redshift.sql",
    run: "psql -f redshift.sql",
    note: COPY_FIRST,
  },
  {
    id: "athena",
    name: "Athena",
    forms: ["views", "files"],
    base: "s3://inlet-archive/",
    follows: false,
    file: "athena.sql",
    run: "aws athena start-query-execution, one statement at a time, or Athena’s editor",
    note: COPY_FIRST,
  },
  {
    id: "spark",
    name: "Spark",
    forms: ["views", "iceberg", "files"],
    base: "r2://inlet-archive/",
    follows: true,
    file: "views.py",
    run: 'pyspark, then exec(open("views.py").read())',
  },
  {
    id: "postgres",
    name: "PostgreSQL",
    forms: ["tables", "files"],
    base: "./",
    follows: false,
    file: "load.sql",
    run: "psql -f load.sql",
    note: "It loads CSV files from the folder that is the base: npm run query -- --csv <folder> writes them. Inlet can also load a PostgreSQL by itself, each hour: see Warehouses.",
  },
];

export const FORM_WORDS: Readonly<Record<StatementForm, string>> = {
  views: "Views: the rows stay in the bucket",
  tables: "Tables: the rows are copied into the engine",
  iceberg: "Iceberg tables",
  files: "Addresses of the files, one a line",
};

/** What the address asks for, made to fit the engine. */
export interface StatementChoice {
  readonly engine: Engine;
  readonly form: StatementForm;
  readonly base: string;
  /** List the files where the engine could follow the manifests. */
  readonly listed: boolean;
}

export function statementChoice(search: {
  readonly engine?: string | undefined;
  readonly as?: string | undefined;
  readonly base?: string | undefined;
  readonly files?: string | undefined;
}): StatementChoice {
  const engine = ENGINES.find(({ id }) => id === search.engine) ?? ENGINES[0]!;
  const form = engine.forms.find((one) => one === search.as) ?? engine.forms[0]!;
  const listed = mayList(engine, form) && search.files === "listed";
  return { engine, form, base: search.base ?? engine.base, listed };
}

/** Whether there is a choice between following the manifests and listing the files. */
export const mayList = ({ follows }: Engine, form: StatementForm): boolean =>
  follows && (form === "views" || form === "tables");

/** The line for this machine: DuckDB over the published files. */
export function queryLine(origin: string, slug: string, sql: string): string {
  const { hostname } = new URL(origin);
  const local = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  const url = local && new URL(origin).port === "8787" ? "" : ` --url ${origin}`;
  return `npm run query -- --source ${slug}${url} "${sql}"`;
}

/** The same script by the API, for a terminal. `path` is that of the statements below `/api`. */
export const curlLine = (origin: string, path: string, file: string): string =>
  `curl -sf -H "authorization: Bearer $TOKEN" "${origin}/api${path}" > ${file}`;
