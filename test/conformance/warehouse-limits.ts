import { expect } from "vitest";
import { REGISTRY_LIMITS } from "../../src/core/warehouse/registry.ts";
import type { TableSchema } from "../../src/core/warehouse/schema.ts";
import { Lake, stored } from "../support/warehouse.ts";
import { cellsOf, columnNames, identify, tableNames, track, type WarehouseRule } from "./warehouse-rule.ts";

const opted = (integrations: object): number => new Lake().map(track({}, { integrations })).length;
const many = (count: number, width: number): TableSchema[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `t${i}`,
    kind: "event",
    eventNames: [`T${i}`],
    columns: Array.from({ length: width }, (__, k) => ({ name: `c${k}`, type: "integer" })),
  }));

export const LIMIT_RULES: readonly WarehouseRule[] = [
  {
    rule: "the column cap",
    spec: "own (PostgreSQL: 1,600 columns)",
    expect:
      "a table has at most maxColumns columns; what finds none is in the JSON object `_overflow` by the name it would have, counted as COLUMN_LIMIT",
    check: () => {
      const lake = new Lake({ maxColumns: 13 });
      const [a, b, c, d] = [1, { x: [2] }, "3", null];
      expect(cellsOf(lake, { a, b, c, d, e: { f: true } })).toEqual({
        a: 1,
        b_x: "[2]",
        _overflow: '{"c":"3","e_f":true}',
      });
      expect(columnNames(lake, "order_completed")).toHaveLength(13);
      expect(lake.said).toEqual(["COLUMN_LIMIT order_completed.c 1", "COLUMN_LIMIT order_completed.e_f 1"]);
    },
  },
  {
    rule: "an event of thousands of keys",
    spec: "own",
    expect: "every value has a place; what one client sends neither fills the memory nor the list of notices",
    check: (lake) => {
      for (let n = 0; n < 10; n++) {
        const keys = Array.from({ length: 5000 }, (_, i) => [
          n === 0 ? `${" ".repeat(i % 100)}a${"-".repeat(i / 100)}` : `k${n}x${i}`,
          i,
        ]);
        const cells = cellsOf(lake, Object.fromEntries(keys) as object);
        const spilt = Object.keys(JSON.parse(cells["_overflow"] as string) as object);
        expect(spilt.length + Object.keys(cells).length - 1).toBe(5000);
      }
      expect(lake.notices.toList().length).toBeLessThan(500);
      expect(columnNames(lake, "order_completed").length).toBe(500);
    },
  },
  {
    rule: "long texts of users and accounts",
    spec: "own",
    expect:
      "their rows gather what many events say, so a column keeps 4,194,304 / maxColumns characters of a text (8,388), counted as TEXT_CUT; identifies and groups have it whole",
    check: (lake) => {
      const bio = `${"x".repeat(8387)}\u{1F600}${"y".repeat(10_000)}`;
      const [call, user] = lake.map(identify({ bio }));
      expect(call?.cells.get("bio")).toBe(bio);
      expect(user?.cells.get("bio")).toBe("x".repeat(8387));
      expect(lake.said).toEqual(["TEXT_CUT users.bio 1"]);
    },
  },
  {
    rule: "the table cap",
    spec: "storage.md §3.4 (5,000 collections)",
    expect: "5,000 tables a source; further events are in `tracks` only, counted as TABLE_LIMIT",
    check: () => {
      const lake = new Lake({}, { tables: many(REGISTRY_LIMITS.tables, 1) });
      expect(lake.map(track({ a: 1 })).map((row) => row.table.name)).toEqual(["tracks"]);
      expect(lake.map(stored("track", { event: "T7" }))).toHaveLength(2);
      expect(lake.said).toEqual(["TABLE_LIMIT tracks 1"]);
    },
  },
  {
    rule: "tables left out",
    spec: "own",
    expect: "`excludedTables` count for nothing: leaving some out makes room for as many others, and for their columns",
    check: () => {
      const excludedTables = ["t0", "t1", "t2"];
      const lake = new Lake({ excludedTables }, { tables: many(REGISTRY_LIMITS.tables, 20) });
      for (const event of ["A", "B", "C"]) lake.map(stored("track", { event, properties: { a: 1 } }));
      expect(Object.keys(lake.columns("b"))).toEqual(["a"]);
      expect(lake.said).toEqual(["TABLE_LIMIT tracks 1"]);
    },
  },
  {
    rule: "new tables of one hour",
    spec: "own",
    expect:
      "500 with a source's first hours, then 100 an hour; events with further names are in `tracks` only, counted as NEW_TABLE_LIMIT",
    check: () => {
      const { newTables, firstTables } = REGISTRY_LIMITS;
      const flood = (lake: Lake, prefix: string): number => {
        const before = lake.registry.tables.length;
        for (let n = 0; n < firstTables + 7; n++) lake.map(stored("track", { event: `${prefix} ${n}` }));
        return lake.registry.tables.length - before;
      };
      const lake = new Lake();
      expect(flood(lake, "First")).toBe(firstTables + 1);
      expect(lake.said).toEqual(["NEW_TABLE_LIMIT tracks 7"]);
      const next = new Lake({}, lake.registry.toData());
      expect(flood(next, "Next")).toBe(newTables);
      expect(next.map(stored("track", { event: "First 3" }))).toHaveLength(2);
      expect(next.said).toEqual([`NEW_TABLE_LIMIT tracks ${firstTables + 7 - newTables}`]);
      const young = new Lake({}, { tables: many(firstTables - 200, 1) });
      expect(flood(young, "Young")).toBe(201);
    },
  },
  {
    rule: "many spellings of many events",
    spec: "own",
    expect:
      "a table's entry has its first name and up to 19 others, of all tables together 1,000,000 characters of others; every spelling is in event_text",
    check: (lake) => {
      for (let n = 0; n < 400; n++) {
        for (let k = 0; k < 25; k++) lake.map(stored("track", { event: `E ${n}${" ".repeat(k)}${"—".repeat(170)}` }));
      }
      const names = lake.registry.tables.filter(({ kind }) => kind === "event").map(({ eventNames }) => eventNames);
      expect(names).toHaveLength(400);
      expect(Math.max(...names.map(({ length }) => length))).toBe(20);
      expect(Math.min(...names.map(({ length }) => length))).toBe(1);
      const others = names.flatMap((all) => all.slice(1));
      expect(others.join("").length).toBeGreaterThan(999_000);
      expect(others.join("").length).toBeLessThanOrEqual(1_000_000);
    },
  },
  {
    rule: "all columns together",
    spec: "own",
    expect: "100,000 a source; further ones are in `_overflow`, fixed columns are always made",
    check: () => {
      const lake = new Lake({}, { tables: many(1000, 100) });
      expect(cellsOf(lake, { a: 1 })).toEqual({ _overflow: '{"a":1}' });
    },
  },
  {
    rule: "excluded tables",
    spec: "storage.md §3.4",
    expect: "selective sync: no rows, counted as EXCLUDED; others are untouched",
    check: () => {
      const lake = new Lake({ excludedTables: ["tracks", "users", "order_completed"] });
      lake.map(track({}));
      lake.map(stored("track", { event: "Other" }));
      lake.map(identify({}));
      expect(tableNames(lake)).toEqual(["identifies", "other"]);
      expect(lake.said).toEqual(["EXCLUDED tracks 2", "EXCLUDED order_completed 1", "EXCLUDED users 1"]);
    },
  },
  {
    rule: "excluded columns",
    spec: "storage.md §3.4",
    expect: "selective sync: no values and no new column, counted as EXCLUDED; other tables are untouched",
    check: () => {
      const lake = new Lake({ excludedColumns: { order_completed: ["secret", "context_ip", "user_id"] } });
      lake.map(track({ secret: 1, a: 2 }, { context: { ip: "1.2.3.4" } }));
      expect(lake.columns("order_completed")).toEqual({ a: "integer" });
      expect(columnNames(lake, "order_completed")).not.toContain("user_id");
      expect(lake.columns("tracks")).toEqual({ context_ip: "varchar" });
      expect(lake.said).toEqual(
        ["user_id", "context_ip", "secret"].map((name) => `EXCLUDED order_completed.${name} 1`),
      );
    },
  },
  {
    rule: "id and received_at",
    spec: "storage.md §3.1",
    expect: "cannot be excluded",
    check: () => {
      const lake = new Lake({ excludedColumns: { order_completed: ["id", "received_at"] } });
      expect([...lake.map(track({}))[1]!.cells.keys()]).toEqual(expect.arrayContaining(["id", "received_at"]));
      expect(lake.said).toEqual([]);
    },
  },
  {
    rule: "an event's own wish",
    spec: "storage.md §3.4",
    expect:
      "integrations `Warehouses: {all: false}` keeps it out of all tables, counted as OPTED_OUT; `Warehouses: false` does the same",
    check: (lake) => {
      expect([opted({ Warehouses: { all: false } }), opted({ Warehouses: false })]).toEqual([0, 0]);
      lake.map(track({}, { integrations: { Warehouses: { all: false } } }));
      expect(lake.said).toEqual(["OPTED_OUT 1"]);
    },
  },
  {
    rule: "what is no such wish",
    spec: "storage.md §3.4",
    expect: "`All: false`, `{all: true}` and a list of `warehouseIds` (Segment's own, unknown here) leave the event in",
    check: () => {
      const kept = [{ All: false }, { Warehouses: { all: true } }, { Warehouses: { warehouseIds: ["x"] } }, {}];
      expect(kept.map(opted)).toEqual([2, 2, 2, 2]);
    },
  },
];
