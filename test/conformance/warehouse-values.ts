import { expect } from "vitest";
import type { ColumnType } from "../../src/core/warehouse/schema.ts";
import { Lake } from "../support/warehouse.ts";
import { cellsIn, cellsOf, identify, track, type WarehouseRule } from "./warehouse-rule.ts";

const INFERENCE: readonly (readonly [ColumnType, readonly unknown[]])[] = [
  ["boolean", [true, false]],
  ["integer", [0, -3, 5, 2 ** 53 - 1]],
  ["float", [0.5, 1e300, 2 ** 53, -1e-9]],
  [
    "timestamp",
    [
      "2026-01-31",
      "2026-01-31T10:00",
      "2026-01-31 10:00:00",
      "2026-01-31T10:00:00.123456789Z",
      "2024-02-29T10:00:00+0530",
      "0001-01-01",
    ],
  ],
  [
    "varchar",
    [
      "",
      "text",
      "12",
      "true",
      "2026",
      "2026-01",
      "20260131",
      "2026-02-30",
      "31.01.2026",
      "2026-01-31T25:00",
      " 2026-01-31",
      "2026-01-31x",
      "0000-01-01",
      [1],
      [],
    ],
  ],
];

export const VALUE_RULES: readonly WarehouseRule[] = [
  {
    rule: "the first value decides the type",
    spec: "storage.md §3.3",
    expect: "timestamp, integer, float, boolean or varchar; it never changes by itself",
    check: () => {
      for (const [type, values] of INFERENCE) {
        for (const value of values) {
          const lake = new Lake();
          lake.map(track({ a: value }));
          expect([value, lake.columns("order_completed")]).toEqual([value, { a: type }]);
        }
      }
    },
  },
  {
    rule: "nested objects",
    spec: "storage.md §3.3",
    expect: "one column per leaf, the path joined by `_`; an empty object is nothing",
    check: (lake) => {
      const row = cellsIn(
        lake.map(
          track({ address: { street: "6th", geo: { latLong: 1 } }, none: {} }, { context: { app: { version: "1" } } }),
        ),
        "order_completed",
      );
      expect(row).toMatchObject({ address_street: "6th", address_geo_lat_long: 1, context_app_version: "1" });
      expect(row).not.toHaveProperty("none");
    },
  },
  {
    rule: "context.traits",
    spec: "storage.md §3.3",
    expect: "`context_traits_…` columns",
    check: (lake) => {
      lake.map(identify({}, { context: { traits: { email: "a" } } }));
      expect(lake.columns("identifies")).toEqual({ context_traits_email: "varchar" });
    },
  },
  {
    rule: "very deep objects",
    spec: "own",
    expect: "16 levels become columns, what lies below is JSON text",
    check: (lake) => {
      const deep = JSON.parse(`${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`) as object;
      const [[column, cell] = []] = Object.entries(cellsOf(lake, deep));
      expect(column).toBe(Array.from({ length: 16 }, () => "a").join("_"));
      expect(cell).toBe(`${'{"a":'.repeat(984)}1${"}".repeat(984)}`);
    },
  },
  {
    rule: "arrays",
    spec: "storage.md §3.3 (the docs show unquoted text)",
    expect: "one varchar column with JSON text",
    check: (lake) => {
      const properties = { ids: ["507f1", "505bd"], items: [{ sku: "a", n: [1] }], none: [] };
      expect(cellsOf(lake, properties)).toEqual({
        ids: '["507f1","505bd"]',
        items: '[{"sku":"a","n":[1]}]',
        none: "[]",
      });
    },
  },
  {
    rule: "null and missing",
    spec: "storage.md §3.3",
    expect: "make no column; in a known one they are NULL",
    check: (lake) => {
      expect(cellsOf(lake, { a: null, b: { c: null } })).toEqual({});
      expect(lake.columns("order_completed")).toEqual({});
      lake.map(track({ a: 1 }));
      expect(cellsOf(lake, { a: null })).toEqual({});
      expect(lake.said).toEqual([]);
    },
  },
  {
    rule: "long texts",
    spec: "storage.md §3.3 (Segment cuts at 512 characters)",
    expect:
      "kept whole: the cut saves room in Redshift's rows, while Parquet, PostgreSQL and ClickHouse texts have no width; a stored event is at most 64 kB, so every text fits Redshift's widest VARCHAR too",
    check: (lake) => {
      const text = "é".repeat(15_000);
      expect(cellsOf(lake, { text })).toEqual({ text });
      expect(lake.said).toEqual([]);
    },
  },
  {
    rule: "an object where a value was, and a value where an object was",
    spec: "own",
    expect: "two columns: `plan` and `plan_name` stand side by side",
    check: (lake) => {
      lake.map(track({ plan: "pro" }));
      expect(cellsOf(lake, { plan: { name: "pro" } })).toEqual({ plan_name: "pro" });
      expect(lake.columns("order_completed")).toEqual({ plan: "varchar", plan_name: "varchar" });
    },
  },
];
