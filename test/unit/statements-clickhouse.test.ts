import { Session } from "chdb";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { clickhouseName } from "../../src/core/statements/quote.ts";
import { DAY, Lake, ORDERS, parquetOf, shop, tableOf, USERS } from "../support/lake.ts";
import { statementsOf } from "../support/statements.ts";

const lake = shop();
const session = new Session();
afterAll(() => {
  session.close();
  lake.remove();
});

/** clickhouse-client runs a script statement by statement; so does this. A semicolon in quotes ends nothing. */
function run(script: string): void {
  const tokens = script.match(/--[^\n]*|'(?:[^'\\]|\\[\s\S])*'|`(?:[^`\\]|\\[\s\S])*`|[\s\S]/g) ?? [];
  let statement = "";
  for (const token of tokens) {
    if (token === ";") session.query(statement);
    statement = token === ";" ? "" : statement + (token.startsWith("--") ? "" : token);
  }
}
const rows = (sql: string): unknown[][] =>
  session
    .query(`${sql} SETTINGS output_format_json_quote_64bit_integers = 0`, "JSONCompactEachRow")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown[]);
const time = (column: string) => `formatDateTime(${column}, '%Y-%m-%d %H:%i:%S', 'UTC')`;
const ORDER_COLUMNS = `id, ${time("received_at")}, total, day, toString(hr), toString(is_gift), ${time("paid_at")}`;

describe("ClickHouse reads what is published, and nothing else", () => {
  for (const as of ["views", "tables"] as const) {
    it(`as ${as}`, () => {
      session.query("DROP DATABASE IF EXISTS shop");
      run(statementsOf(lake, { dialect: "clickhouse", base: lake.folder, as }));
      expect(rows(`SELECT ${ORDER_COLUMNS} FROM shop.order_completed ORDER BY id`)).toEqual(ORDERS);
      expect(rows(`SELECT id, ${time("received_at")}, plan FROM shop.users ORDER BY id`)).toEqual(USERS);
      expect(rows("SELECT n FROM shop.never_seen")).toEqual([]);
      expect(rows("SELECT name, type FROM system.columns WHERE database = 'shop' AND table = 'never_seen'")).toEqual([
        ["id", "String"],
        ["received_at", "DateTime64(3, 'UTC')"],
        ["n", "Nullable(Int64)"],
      ]);
    });
  }

  it("run again, the tables are those of now and hold nothing twice", () => {
    session.query("DROP DATABASE IF EXISTS shop");
    const script = statementsOf(lake, { dialect: "clickhouse", base: lake.folder, as: "tables" });
    run(script);
    run(script);
    expect(rows(`SELECT ${ORDER_COLUMNS} FROM shop.order_completed ORDER BY id`)).toEqual(ORDERS);
  });

  it("also where there are more files than one path of the statements names", () => {
    const long = new Lake();
    const table = tableOf("ticked", [{ name: "n", type: "integer" }]);
    const file = parquetOf(table, [{ id: "i", received_at: new Date(DAY), n: 2n }]);
    const files = Array.from({ length: 501 }, (_, hour) => ({ key: `hr=${hour}/1.parquet` }));
    for (const { key } of files) long.write(key, file);
    session.query("DROP DATABASE IF EXISTS shop");
    const lakeOf = { schema: "shop", tables: [{ ...table, files }] };
    run(statementsOf(lakeOf, { dialect: "clickhouse", base: long.folder }));
    expect(rows("SELECT sum(n) FROM shop.ticked")).toEqual([[1002]]);
    long.remove();
  }, 30_000);
});

describe("names that visitors choose", () => {
  const name = fc
    .oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
      fc.constantFrom("select", "`", "'", "\\", "\\'", "'; DROP DATABASE shop; --", "a\nb", "--", "{}", "$$", "\\`"),
    )
    .map((text) => text.replaceAll("\0", ""))
    .filter((text) => text !== "" && text.isWellFormed() && !["id", "received_at"].includes(text));
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 6 });

  it("stay names: each gives its column, and no statement more", () => {
    const hostile = new Lake();
    let written = 0;
    fc.assert(
      fc.property(names, name, (columns, tableName) => {
        // As in the bucket, no file is written twice: a reader may still remember the one it has read.
        const key = `${written++}.parquet`;
        const table = tableOf(
          tableName,
          columns.map((column) => ({ name: column, type: "varchar" })),
        );
        const values = Object.fromEntries(columns.map((column, at) => [column, `value ${at}`]));
        hostile.write(key, parquetOf(table, [{ id: "a", received_at: new Date(DAY), ...values }]));
        const tables = [{ ...table, files: [{ key }] }];
        run(statementsOf({ schema: "hostile", tables }, { dialect: "clickhouse", base: hostile.folder }));
        const view = `hostile.${clickhouseName(tableName)}`;
        expect(rows(`SELECT * FROM ${view}`).map((row) => row.slice(2))).toEqual([
          columns.map((_, at) => `value ${at}`),
        ]);
        const known = "SELECT name FROM system.columns WHERE database = 'hostile' ORDER BY position";
        expect(rows(known).flat()).toEqual(["id", "received_at", ...columns]);
        session.query("DROP DATABASE hostile");
      }),
      { numRuns: 40 },
    );
    hostile.remove();
  });
});
