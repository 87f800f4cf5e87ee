import * as z from "zod";
import { err, ok, type Result } from "../result.ts";
import { athena, redshift } from "./amazon.ts";
import { addressOf, parseBase } from "./base.ts";
import { bigquery } from "./bigquery.ts";
import { clickhouse } from "./clickhouse.ts";
import { lines, type Dialect } from "./dialect.ts";
import { duckdb } from "./duckdb.ts";
import { ICEBERG } from "./iceberg.ts";
import { postgres } from "./postgres.ts";
import type { StatementTable } from "./published.ts";
import { oneLine } from "./quote.ts";
import { snowflake } from "./snowflake.ts";
import { spark } from "./spark.ts";

const DIALECTS = { duckdb, clickhouse, snowflake, bigquery, redshift, athena, spark, postgres };

/**
 * Which statements somebody wants. `as`: views over the files; tables of the engine's own; the source's Iceberg tables;
 * or no statements but the addresses of the files, one a line. `files`: whether the statements list the files, or read
 * the manifests when they run. What is absent is the dialect's usual one.
 */
export const StatementRequest = z.object({
  dialect: z.enum(["duckdb", "clickhouse", "snowflake", "bigquery", "redshift", "athena", "spark", "postgres"]),
  as: z.enum(["views", "tables", "iceberg", "files"]).optional(),
  files: z.enum(["manifests", "listed"]).optional(),
  base: z.string().min(1).max(1000).optional(),
});
export type StatementRequest = z.infer<typeof StatementRequest>;

/** A text in parts, so that nobody needs to hold the files of all tables at once. */
export interface StatementPlan {
  /** Whether `table` looks at the files' keys, or only whether there are any. */
  readonly needsFiles: boolean;
  head(): string;
  table(table: StatementTable): string;
}

export interface StatementRefusal {
  readonly field: keyof StatementRequest;
  readonly message: string;
}

const NOTES = [
  "Made by Inlet from what is published now; ask again when tables or columns are new.",
  "No reader needs to deduplicate: an `id` comes again only when it was sent again more than 7 days later.",
];
const LISTED = "The files are listed: ask again for later hours. A replaced file stays readable for at least an hour.";
const FOLLOWED = "Each run reads the manifests anew, and so sees every hour that is published then.";
const ICEBERG_ON = "Only of a source whose setting `exports.iceberg` is on; a table is there once it has rows.";
const REPLACED = "Each run replaces the tables as a whole.";

/** What `as` means in a dialect, if it has it. */
const writerOf = (dialect: Dialect, as: "views" | "tables" | "iceberg") =>
  as === "tables" ? dialect.copy : dialect.view;

/** Statements over the tables of one schema; the refusal names the parameter that does not fit. */
export function planStatements(request: StatementRequest, schema: string): Result<StatementPlan, StatementRefusal> {
  const dialect = request.as === "iceberg" ? ICEBERG[request.dialect] : DIALECTS[request.dialect];
  if (dialect === undefined)
    return err({ field: "as", message: "This engine opens Iceberg tables only by a catalog." });
  const { as = dialect.view === undefined ? "tables" : "views" } = request;
  const base = parseBase(request.base ?? dialect.defaultBase);
  if (!base.ok) return err({ field: "base", message: base.error });
  if (as === "files") return ok(listPlan((key) => addressOf(base.value) + key));
  if (!dialect.stores.includes(base.value.store)) {
    const stores = dialect.stores.map((store) => (store === "folder" ? "a folder" : `${store}://`)).join(", ");
    return err({ field: "base", message: `With this dialect a base is ${stores}.` });
  }
  const write = writerOf(dialect, as);
  if (write === undefined) return err({ field: "as", message: `This dialect has no ${as}.` });
  if (request.files === "manifests" && dialect.files !== "followed") {
    return err({ field: "files", message: "This engine cannot follow the manifests; its files are listed." });
  }
  const follow = dialect.files === "followed" && request.files !== "listed";
  const place = { schema, base: base.value, follow };
  const needsFiles = !follow && dialect.files !== "elsewhere";
  const freshness = [
    follow ? [FOLLOWED] : [],
    needsFiles ? [LISTED] : [],
    as === "tables" ? [REPLACED] : [],
    as === "iceberg" ? [ICEBERG_ON] : [],
  ].flat();
  const notes = [`${schema}: ${as} for ${request.dialect}`, ...NOTES, ...freshness];
  return ok({
    needsFiles,
    head: () => `${lines(notes.map((note) => `${dialect.comment} ${oneLine(note)}`))}${dialect.head(place)}\n`,
    table: (table) => `${write(table, place)}\n`,
  });
}

const listPlan = (addressOfKey: (key: string) => string): StatementPlan => ({
  needsFiles: true,
  head: () => "",
  table: ({ files }) => lines(files.map(({ key }) => addressOfKey(key))),
});
