import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { sqlName } from "../../src/core/statements/quote.ts";
import { Lake, DAY, HOUR, ORDERS, parquetOf, shop, tableOf, USERS } from "../support/lake.ts";
import { statementsOf } from "../support/statements.ts";

const lake = shop();
const open: DuckDBConnection[] = [];
const connect = async (): Promise<DuckDBConnection> => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  open.push(connection);
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
};
const TEXT = "strftime(received_at, '%Y-%m-%d %H:%M:%S')";
const ORDER_COLUMNS = `id, ${TEXT}, total, day, hr::VARCHAR, is_gift::VARCHAR, strftime(paid_at, '%Y-%m-%d %H:%M:%S')`;
const rows = async (connection: DuckDBConnection, sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
const ordersOf = (connection: DuckDBConnection) =>
  rows(connection, `SELECT ${ORDER_COLUMNS} FROM shop.order_completed ORDER BY id`);

afterAll(() => {
  for (const connection of open) connection.closeSync();
  lake.remove();
});

describe("DuckDB reads what is published, and nothing else", () => {
  for (const files of ["manifests", "listed"] as const) {
    for (const as of ["views", "tables"] as const) {
      it(`as ${as}, files by ${files}`, async () => {
        const connection = await connect();
        await connection.run(statementsOf(lake, { dialect: "duckdb", base: lake.folder, files, as }));
        expect(await ordersOf(connection)).toEqual(ORDERS);
        expect(await rows(connection, `SELECT id, ${TEXT}, plan FROM shop.users ORDER BY id`)).toEqual(USERS);
        expect(await rows(connection, "FROM shop.never_seen")).toEqual([]);
      });
    }
  }

  it("with the columns' types of the warehouse model, also where no file has rows", async () => {
    const connection = await connect();
    await connection.run(statementsOf(lake, { dialect: "duckdb", base: lake.folder }));
    expect(await rows(connection, "SELECT column_name, column_type FROM (DESCRIBE shop.order_completed)")).toEqual([
      ["id", "VARCHAR"],
      ["received_at", "TIMESTAMP WITH TIME ZONE"],
      ["total", "DOUBLE"],
      ["day", "VARCHAR"],
      ["hr", "BIGINT"],
      ["is_gift", "BOOLEAN"],
      ["paid_at", "TIMESTAMP WITH TIME ZONE"],
    ]);
    const [, , n] = await rows(connection, "SELECT column_type FROM (DESCRIBE shop.never_seen)");
    expect(n).toEqual(["BIGINT"]);
  });

  it("skips row groups by received_at through the view", async () => {
    const connection = await connect();
    await connection.run(statementsOf(lake, { dialect: "duckdb", base: lake.folder }));
    const sql = "EXPLAIN SELECT total FROM shop.order_completed WHERE received_at >= '2026-11-01 01:00:00Z'";
    const [plan] = await rows(connection, sql);
    expect(String(plan?.[1])).toMatch(/Filters:[\s│]*received_at/);
  });
});

it("the same script, run again, follows hours and versions that were published since", async () => {
  const lately = shop();
  const connection = await connect();
  const script = statementsOf(lately, { dialect: "duckdb", base: lately.folder });
  await connection.run(script);
  const [order] = lately.tables;
  if (order === undefined) throw new Error("the shop has no table");
  const table = { ...order, columns: [...order.columns], eventNames: [] };
  lately.publish(table, DAY, 3, [{ id: "a", received_at: new Date(DAY), total: 11 }]);
  lately.publish(table, DAY + 2 * HOUR, 1, [{ id: "e", received_at: new Date(DAY + 2 * HOUR), total: 5 }]);
  expect(await rows(connection, "SELECT id FROM shop.order_completed ORDER BY id")).toHaveLength(4);
  await connection.run(script);
  expect(await rows(connection, "SELECT id, total FROM shop.order_completed ORDER BY id")).toEqual([
    ["a", 11],
    ["c", null],
    ["d", 0.25],
    ["e", 5],
  ]);
  lately.remove();
});

it("while a column's hours are made again with another type, values that do not fit are NULL, and the rest is there", async () => {
  const mixed = new Lake();
  const before = tableOf("scored", [{ name: "score", type: "varchar" }]);
  const after = tableOf("scored", [{ name: "score", type: "integer" }]);
  mixed.publish(before, DAY, 1, [
    { id: "a", received_at: new Date(DAY), score: "12" },
    { id: "b", received_at: new Date(DAY + 1), score: "many" },
  ]);
  mixed.publish(after, DAY + HOUR, 1, [{ id: "c", received_at: new Date(DAY + HOUR), score: 3n }]);
  const connection = await connect();
  await connection.run(statementsOf(mixed, { dialect: "duckdb", base: mixed.folder }));
  expect(await rows(connection, "SELECT id, score::VARCHAR FROM shop.scored ORDER BY id")).toEqual([
    ["a", "12"],
    ["b", null],
    ["c", "3"],
  ]);
  mixed.remove();
});

describe("names that visitors choose", () => {
  /** Whatever a name could hold if the warehouse model let it. DuckDB's names differ by more than their case. */
  const name = fc
    .oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
      fc.constantFrom(
        "select",
        "id",
        '"',
        "'; DROP SCHEMA shop; --",
        "a\nb",
        "--",
        "/*",
        "{}",
        "\\",
        "$$",
        "`",
        "*",
        "?",
      ),
    )
    .map((text) => text.replaceAll("\0", "").toLowerCase())
    .filter((text) => text !== "" && text.isWellFormed() && !["id", "received_at"].includes(text));
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 6, selector: (text) => text.toUpperCase() });

  it("stay names: each gives its column, and no statement more", async () => {
    const connection = await connect();
    const hostile = new Lake();
    let written = 0;
    await fc.assert(
      fc.asyncProperty(names, name, async (columns, table) => {
        // As in the bucket, no file is written twice: DuckDB may still remember the one it has read.
        const key = `${written++}.parquet`;
        const schema = tableOf(
          table,
          columns.map((column) => ({ name: column, type: "varchar" })),
        );
        const values = Object.fromEntries(columns.map((column, at) => [column, `value ${at}`]));
        hostile.write(key, parquetOf(schema, [{ id: "a", received_at: new Date(DAY), ...values }]));
        const tables = [{ ...schema, files: [{ key }] }];
        const script = statementsOf(
          { schema: table, tables },
          { dialect: "duckdb", base: hostile.folder, files: "listed" },
        );
        await connection.run(script);
        const read = await connection.runAndReadAll(`FROM ${sqlName(table)}.${sqlName(table)}`);
        expect(read.columnNames()).toEqual(["id", "received_at", ...columns]);
        expect(read.getRowsJson().map((row) => row.slice(2))).toEqual([columns.map((_, at) => `value ${at}`)]);
        await connection.run(`DROP SCHEMA ${sqlName(table)} CASCADE`);
      }),
      { numRuns: 60 },
    );
    hostile.remove();
  });
});
