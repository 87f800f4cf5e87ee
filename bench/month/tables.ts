import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import type { ExpectedColumn, ExpectedTable } from "../../test/support/warehouse-totals.ts";

/**
 * Left alone, DuckDB takes four fifths of the machine's memory, and keeps in it what it has read of the tables' tens of
 * thousands of files: 13 GB after a month of 2,000,000 events.
 */
export const BOUNDED = { memory_limit: "2GB", enable_external_file_cache: "false" } as const;

/** DuckDB's answers for one table. */
interface Found {
  readonly rows: number;
  readonly ids: number;
  readonly columns: ReadonlyMap<
    string,
    { readonly type: string; readonly values: number; readonly sum: bigint | number | null }
  >;
}

const TYPES = {
  timestamp: "TIMESTAMP WITH TIME ZONE",
  integer: "BIGINT",
  float: "DOUBLE",
  boolean: "BOOLEAN",
  varchar: "VARCHAR",
} as const;

/** Adding floats in another order gives another last digit. */
const FLOAT_TOLERANCE = 1e-9;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function ask(connection: DuckDBConnection, sql: string): Promise<unknown[]> {
  const read = await connection.runAndReadAll(sql);
  return read.getRows()[0] ?? [];
}

async function describe(connection: DuckDBConnection, table: string): Promise<Found> {
  const read = await connection.runAndReadAll(`SELECT column_name, column_type FROM (DESCRIBE ${table})`);
  const columns = read.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  const parts = columns.flatMap(({ name, type }) => [
    `count(${quoted(name)})`,
    type === "BIGINT" || type === "DOUBLE" ? `sum(${quoted(name)})` : "NULL",
  ]);
  const [rows, ids, ...answers] = await ask(
    connection,
    `SELECT count(*), count(DISTINCT id), ${parts.join(", ")} FROM ${table}`,
  );
  return {
    rows: Number(rows),
    ids: Number(ids),
    columns: new Map(
      columns.map(({ name, type }, n) => [
        name,
        { type, values: Number(answers[2 * n]), sum: answers[2 * n + 1] as bigint | number | null },
      ]),
    ),
  };
}

function columnDifferences(name: string, expected: ExpectedColumn, found: Found): string[] {
  const column = found.columns.get(name);
  if (column === undefined) return [`${name}: no such column`];
  const differences: string[] = [];
  if (column.type !== TYPES[expected.type]) differences.push(`${name}: ${column.type}, not ${expected.type}`);
  if (column.values !== expected.values) differences.push(`${name}: ${column.values} values, not ${expected.values}`);
  if (typeof expected.sum === "bigint" && BigInt(column.sum ?? 0) !== expected.sum) {
    differences.push(`${name}: the sum is ${column.sum}, not ${expected.sum}`);
  }
  if (typeof expected.sum === "number") {
    const off = Math.abs(Number(column.sum) - expected.sum);
    if (!(off <= Math.abs(expected.sum) * FLOAT_TOLERANCE)) differences.push(`${name}: the sum is off by ${off}`);
  }
  return differences;
}

/** Runs the views' script on DuckDB and compares every table with what the raw segments say; empty = all equal. */
export async function differencesOf(
  script: string,
  schema: string,
  expected: ReadonlyMap<string, ExpectedTable>,
): Promise<{ readonly differences: string[]; readonly tables: number; readonly rows: number }> {
  const temporary = mkdtempSync(path.join(tmpdir(), "inlet-duckdb-"));
  const instance = await DuckDBInstance.create(":memory:", { ...BOUNDED, temp_directory: temporary });
  const connection = await instance.connect();
  try {
    await connection.run(script);
    const read = await connection.runAndReadAll(
      `SELECT view_name FROM duckdb_views() WHERE schema_name = '${schema}' AND NOT internal`,
    );
    const names = new Set(read.getRows().map(([name]) => String(name)));
    const differences = [...names].filter((name) => !expected.has(name)).map((name) => `${name}: a table too many`);
    let rows = 0;
    for (const [table, wanted] of expected) {
      if (!names.has(table)) {
        differences.push(`${table}: no such table`);
        continue;
      }
      const found = await describe(connection, `${quoted(schema)}.${quoted(table)}`);
      rows += found.rows;
      if (found.rows !== wanted.rows) differences.push(`${table}: ${found.rows} rows, not ${wanted.rows}`);
      if (found.ids !== wanted.rows) differences.push(`${table}: ${found.ids} ids, not ${wanted.rows}`);
      for (const [name, column] of wanted.columns) {
        if (name === "uuid_ts") continue;
        differences.push(...columnDifferences(name, column, found).map((text) => `${table}.${text}`));
      }
    }
    return { differences, tables: names.size, rows };
  } finally {
    connection.closeSync();
    // Else its memory stays until somebody collects the instance, beside that of the next one.
    instance.closeSync();
    rmSync(temporary, { recursive: true, force: true });
  }
}
