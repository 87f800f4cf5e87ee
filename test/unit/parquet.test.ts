import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fieldIdOf } from "../../src/core/warehouse/field-ids.ts";
import type { Cell, ColumnType } from "../../src/core/warehouse/schema.ts";
import { encodeParquet } from "../../src/warehouse/parquet.ts";
import { TableRows } from "../../src/warehouse/table-rows.ts";
import { DuckDb } from "../support/duckdb.ts";
import { eventRow, eventTable } from "../support/table-rows.ts";

const NOON = Date.parse("2026-11-22T12:00:00.000Z");

describe("a table's Parquet file, read by DuckDB", () => {
  let duck: DuckDb;
  beforeAll(async () => void (duck = await DuckDb.open()));
  afterAll(() => duck[Symbol.asyncDispose]());

  /** Values of one column `v`, a row each, as DuckDB reads them. */
  async function readBack(type: ColumnType, values: readonly Cell[]): Promise<unknown[]> {
    const table = eventTable("order_completed", { v: type });
    const rows = TableRows.of(
      table,
      values.map((v, i) => eventRow(table, `m${i}`, NOON + i, { v })),
    );
    const file = duck.file(`${type}.parquet`, encodeParquet(table, rows));
    const read = await duck.rows(`SELECT * FROM '${file}'`);
    expect(read.map((row) => row["id"])).toEqual(values.map((_, i) => `m${i}`));
    return read.map((row) => row["v"]);
  }

  it("has Segment's five types as BIGINT, DOUBLE, BOOLEAN, VARCHAR and TIMESTAMP WITH TIME ZONE", async () => {
    const table = eventTable("t", { i: "integer", f: "float", b: "boolean", s: "varchar", t: "timestamp" });
    const file = duck.file("types.parquet", encodeParquet(table, TableRows.of(table, [])));
    const types = await duck.rows(`DESCRIBE SELECT * FROM '${file}'`);
    expect(types.map((one) => [one["column_name"], one["column_type"]])).toEqual([
      ["id", "VARCHAR"],
      ["received_at", "TIMESTAMP WITH TIME ZONE"],
      ["i", "BIGINT"],
      ["f", "DOUBLE"],
      ["b", "BOOLEAN"],
      ["s", "VARCHAR"],
      ["t", "TIMESTAMP WITH TIME ZONE"],
    ]);
    expect(await duck.rows(`SELECT count(*)::INT AS n FROM '${file}'`)).toEqual([{ n: 0 }]);
  });

  it("keeps integers up to the ends of 64 bits", async () => {
    const values = [0, -1, null, 2 ** 53, -(2n ** 63n), 2n ** 63n - 1n, null, 9_007_199_254_740_993n];
    expect(await readBack("integer", values)).toEqual(values.map((value) => (value === null ? null : BigInt(value))));
  });

  it("keeps floats, signed zero and the smallest and greatest of them", async () => {
    const values = [0.1, -0, null, Number.MAX_VALUE, Number.MIN_VALUE, -1e-300, 3];
    expect(await readBack("float", values)).toEqual(values);
  });

  it("keeps booleans", async () => {
    const values = [...Array<boolean>(20).fill(true), null, false, ...Array<boolean>(20).fill(false)];
    expect(await readBack("boolean", values)).toEqual(values);
  });

  it("keeps texts of every kind: emoji, right to left, NUL, very long; a lone surrogate becomes U+FFFD", async () => {
    const values = [
      "",
      "\u{1F9E8}\u{1F468}\u200D\u{1F469}",
      "שלום עולם",
      "a\0b",
      null,
      "x".repeat(500_000),
      "ÿ\u0100",
      "\n\"',\\",
    ];
    expect(await readBack("varchar", values)).toEqual(values);
    expect(await readBack("varchar", ["a\uD800b"])).toEqual(["a\uFFFDb"]);
  });

  it("keeps times to the millisecond, before 1970 and in the year 9999", async () => {
    const texts = [
      "1969-12-31T23:59:59.999Z",
      "0001-01-01T00:00:00.001Z",
      "9999-12-31T23:59:59.999Z",
      "2026-11-22T12:00:00.123Z",
    ];
    const times = texts.map((text) => new Date(text));
    expect(await readBack("timestamp", [...times, null])).toEqual([...times, null]);
    const table = eventTable("t", { v: "timestamp" });
    const rows = TableRows.of(table, [eventRow(table, "m", NOON, { v: times[2]! })]);
    const file = duck.file("year.parquet", encodeParquet(table, rows));
    expect(await duck.rows(`SELECT v::VARCHAR AS v FROM '${file}'`)).toEqual([{ v: "9999-12-31 23:59:59.999+00" }]);
  });

  it("has a column that no row has a value of, of each type, and one that is new in the last row", async () => {
    const table = eventTable("t", {
      i: "integer",
      f: "float",
      b: "boolean",
      s: "varchar",
      t: "timestamp",
      late: "varchar",
    });
    const rows = Array.from({ length: 50 }, (_, i) =>
      eventRow(table, `m${i}`, NOON + i, i === 49 ? { late: "here" } : {}),
    );
    const file = duck.file("empty.parquet", encodeParquet(table, TableRows.of(table, rows)));
    const counts = await duck.rows(
      `SELECT count(*)::INT n, count(i)::INT i, count(f)::INT f, count(b)::INT b, count(s)::INT s, count(t)::INT t, count(late)::INT late FROM '${file}'`,
    );
    expect(counts).toEqual([{ n: 50, i: 0, f: 0, b: 0, s: 0, t: 0, late: 1 }]);
  });

  it("leaves out a cell that is not of its column's type", async () => {
    expect(await readBack("integer", ["7", 1.5, 2n ** 63n, 7])).toEqual([null, null, null, 7n]);
    expect(await readBack("varchar", [7, true, "7"])).toEqual([null, null, "7"]);
    expect(await readBack("timestamp", [new Date(Number.NaN), "2026-01-01"])).toEqual([null, null]);
  });

  it("is sorted by received_at, rows of one millisecond in the order in which they came", async () => {
    const table = eventTable("t", { v: "varchar" });
    const times = [5, 3, 3, 9, 1, 3];
    const rows = times.map((time, i) => eventRow(table, `m${i}`, NOON + time, { v: i % 2 === 0 ? "even" : null }));
    const file = duck.file("sorted.parquet", encodeParquet(table, TableRows.of(table, rows)));
    const read = await duck.rows(`SELECT id, v FROM '${file}'`);
    expect(read.map((row) => row["id"])).toEqual(["m4", "m1", "m2", "m5", "m0", "m3"]);
    expect(read.map((row) => row["v"])).toEqual(["even", null, "even", null, "even", null]);
  });

  it("carries statistics by which readers skip it", async () => {
    const table = eventTable("t", { n: "integer", s: "varchar" });
    const rows = Array.from({ length: 100 }, (_, i) =>
      eventRow(table, `m${i}`, NOON + i, { n: i - 50, s: i % 4 === 0 ? null : `value ${i}` }),
    );
    const file = duck.file("stats.parquet", encodeParquet(table, TableRows.of(table, rows)));
    const stats = await duck.rows(
      `SELECT path_in_schema AS c, stats_min_value AS least, stats_max_value AS most, stats_null_count::INT AS nulls FROM parquet_metadata('${file}')`,
    );
    expect(stats.slice(1)).toEqual([
      { c: "received_at", least: "2026-11-22 12:00:00+00", most: "2026-11-22 12:00:00.099+00", nulls: 0 },
      { c: "n", least: "-50", most: "49", nulls: 0 },
      { c: "s", least: "value 1", most: "value 99", nulls: 25 },
    ]);
    const skipped = await duck.rows(`EXPLAIN ANALYZE SELECT * FROM '${file}' WHERE n > 1000`);
    expect(JSON.stringify(skipped)).not.toContain("100 rows");
  });

  it("keeps repeated texts once, compresses with Zstandard and names Inlet's table version", async () => {
    const table = eventTable("t", { s: "varchar" });
    const rows = Array.from({ length: 5000 }, (_, i) => eventRow(table, `m${i}`, NOON + i, { s: `kind ${i % 5}` }));
    const file = duck.file("dictionary.parquet", encodeParquet(table, TableRows.of(table, rows)));
    const [column] = await duck.rows(
      `SELECT encodings, compression, row_group_id::INT AS g FROM parquet_metadata('${file}') WHERE path_in_schema = 's'`,
    );
    expect(column).toEqual({ encodings: "PLAIN, RLE_DICTIONARY", compression: "ZSTD", g: 0 });
    const metadata = await duck.rows(`SELECT decode(key) AS k, decode(value) AS v FROM parquet_kv_metadata('${file}')`);
    expect(metadata).toEqual([
      { k: "inlet.table_version", v: "1" },
      { k: "inlet.table", v: "t" },
    ]);
  });

  it("gives each column the id under which Iceberg knows it", async () => {
    const table = eventTable("t", { n: "integer" });
    const file = duck.file("ids.parquet", encodeParquet(table, TableRows.of(table, [])));
    const ids = await duck.rows(`SELECT name, field_id::INT AS id FROM parquet_schema('${file}') WHERE name <> 'root'`);
    expect(ids).toEqual(table.columns.map(({ name, type }, at) => ({ name, id: fieldIdOf(at, type) })));
  });

  it("is the same bytes for the same rows", () => {
    const table = eventTable("t", { n: "integer" });
    const rows = [3, 1, 2].map((n) => eventRow(table, `m${n}`, NOON + n, { n }));
    expect(encodeParquet(table, TableRows.of(table, rows))).toEqual(encodeParquet(table, TableRows.of(table, rows)));
  });
});
