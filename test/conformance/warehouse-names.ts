import { expect } from "vitest";
import { eventTable, schemaName } from "../../src/core/warehouse/names.ts";
import { snakeCase } from "../../src/core/warehouse/snake-case.ts";
import { stored } from "../support/warehouse.ts";
import { SNAKE } from "./snake-case-vectors.ts";
import {
  cellsIn,
  cellsOf,
  columnNames,
  identify,
  rowIn,
  tableNames,
  track,
  type WarehouseRule,
} from "./warehouse-rule.ts";

export const NAME_RULES: readonly WarehouseRule[] = [
  {
    rule: "snake case",
    spec: "storage.md §3.2",
    expect: "go-snakecase's algorithm, byte for byte, with all its vectors",
    check: () => {
      expect(Object.keys(SNAKE).map((text) => [text, snakeCase(text)])).toEqual(Object.entries(SNAKE));
    },
  },
  {
    rule: "a leading digit",
    spec: "storage.md §3.2",
    expect: "`_` before it, for tables, columns and schemas alike",
    check: (lake) => {
      expect([eventTable("2FA Enabled"), schemaName("3doctors")]).toEqual(["_2fa_enabled", "_3doctors"]);
      expect(cellsOf(lake, { "2nd": 1, a: { "1st": 2 } })).toEqual({ _2nd: 1, a_1st: 2 });
    },
  },
  {
    rule: "reserved words",
    spec: "storage.md §3.2",
    expect:
      "`_` before them; one list for all warehouses (`reserved-words.ts` names its sources), because one lake serves all",
    check: (lake) => {
      expect([eventTable("Order"), schemaName("select")]).toEqual(["_order", "_select"]);
      expect(cellsOf(lake, { order: 1, Group: 2, orders: 3, ctid: 4 })).toEqual({
        _order: 1,
        _group: 2,
        orders: 3,
        _ctid: 4,
      });
    },
  },
  {
    rule: "the name of a Segment column",
    spec: "storage.md §3.2 (schema.md discards, the Redshift page prefixes)",
    expect: "the value is kept under the name with `_`, counted as NAME_RESERVED: nothing a user sent may vanish",
    check: (lake) => {
      expect(cellsOf(lake, { userId: "x", id: 7, received_at: "y" })).toEqual({
        _user_id: "x",
        _id: 7,
        _received_at: "y",
      });
      const where = ["_user_id", "_id", "_received_at"];
      expect(lake.said).toEqual(where.map((column) => `NAME_RESERVED order_completed.${column} 1`));
    },
  },
  {
    rule: "which Segment columns those are",
    spec: "storage.md §3.1; own",
    expect:
      "the table's own: `event` is free in `identifies`, `group_id` in `pages`; users and accounts take the same as identifies and groups",
    check: (lake) => {
      lake.map(identify({ event: "x", timestamp: "y" }));
      expect(lake.columns("identifies")).toEqual({ event: "varchar", _timestamp: "varchar" });
      expect(lake.columns("users")).toEqual(lake.columns("identifies"));
    },
  },
  {
    rule: "properties called context",
    spec: "own",
    expect: "whatever would be `context_…` gets `_`, so that it never mixes with the event's context",
    check: (lake) => {
      lake.map(track({ context: { ip: "own" }, contextIp: "own too" }, { context: { ip: "1.2.3.4" } }));
      expect(lake.columns("order_completed")).toMatchObject({ context_ip: "varchar", _context_ip: "varchar" });
    },
  },
  {
    rule: "day and hr",
    spec: "own",
    expect: "`_day`, `_hr`: the plain names are the partitions of the files, which engines show as columns",
    check: (lake) => {
      expect(cellsOf(lake, { day: "Monday", hr: 7 })).toEqual({ _day: "Monday", _hr: 7 });
    },
  },
  {
    rule: "an event named as one of Segment's tables",
    spec: "own",
    expect: "a table of its own with `_` before it: `Users` → `_users`",
    check: (lake) => {
      lake.map(stored("track", { event: "Users", properties: { a: 1 } }));
      lake.map(stored("track", { event: "tracks", properties: {} }));
      expect(tableNames(lake)).toEqual(["_tracks", "_users", "tracks"]);
    },
  },
  {
    rule: "an event whose name has no Latin letters",
    spec: "storage.md §3.2 (undocumented)",
    expect:
      "`event_` and 12 hex digits of a hash of the name, the same at all times; the name itself is in event_text and in the table's entry; counted as NAME_EMPTY",
    check: (lake) => {
      const row = rowIn(lake.map(stored("track", { event: "注文" })), "event_c98330c797f6");
      expect(row?.cells.get("event_text")).toBe("注文");
      expect(row?.table.eventNames).toEqual(["注文"]);
      expect(eventTable("返品")).not.toBe(eventTable("注文"));
      expect(lake.said).toEqual(["NAME_EMPTY event_c98330c797f6 1"]);
    },
  },
  {
    rule: "a key without Latin letters",
    spec: "storage.md §3.2 (undocumented)",
    expect: "`column_` and 12 hex digits, at its place in the path; counted as NAME_EMPTY with the key as example",
    check: (lake) => {
      expect(cellsOf(lake, { 注文: 1, 返品: 2, a: { "": 3 } })).toEqual({
        column_c98330c797f6: 1,
        column_4ffea46418d8: 2,
        a_column_27239441a6f6: 3,
      });
      expect(lake.notices.toList()[0]).toMatchObject({ code: "NAME_EMPTY", example: '"注文"' });
    },
  },
  {
    rule: "two spellings of one event",
    spec: "storage.md §3.2",
    expect: "one table; event_text tells them apart; the second spelling is counted as NAME_COLLISION",
    check: (lake) => {
      for (const event of ["Sign Up", "sign-up", "signUp"]) lake.map(stored("track", { event }));
      const table = lake.registry.tables.find((one) => one.name === "sign_up");
      expect(table?.eventNames).toEqual(["Sign Up", "sign-up", "signUp"]);
      expect(lake.said).toEqual(["NAME_COLLISION sign_up 2"]);
    },
  },
  {
    rule: "two keys with one name in one event",
    spec: "own",
    expect:
      "the first has the column, the second is in `_overflow` under the same name (a third as `name#2`), counted as VALUE_COLLISION; equal values are one",
    check: (lake) => {
      expect(cellsOf(lake, { accountType: "a", account_type: "b", "account-type": "c", "account.type": "a" })).toEqual({
        account_type: "a",
        _overflow: '{"account_type":"b","account_type#2":"c"}',
      });
      expect(lake.said).toEqual(["VALUE_COLLISION order_completed.account_type 2"]);
    },
  },
  {
    rule: "long names",
    spec: "own (PostgreSQL: 63 bytes)",
    expect: "the first 50 characters, `_` and 12 hex digits of the whole name's hash",
    check: (lake) => {
      const [a, b] = [`${"x".repeat(80)} a`, `${"x".repeat(80)} b`];
      expect(eventTable(a)).toMatch(/^x{50}_[0-9a-f]{12}$/);
      expect(eventTable(a)).not.toBe(eventTable(b));
      expect(Object.keys(cellsOf(lake, { [a]: 1, [b]: 2, [a.toUpperCase()]: 1 }))).toHaveLength(2);
    },
  },
  {
    rule: "schemas",
    spec: "storage.md §3.1",
    expect: "the source's slug in snake case; names that databases keep for themselves get `_`",
    check: () => {
      expect(["my-shop", "public", "pg_shop", "注文"].map(schemaName)).toEqual([
        "my_shop",
        "_public",
        "_pg_shop",
        "source_c98330c797f6",
      ]);
    },
  },
  {
    rule: "keys that would change a prototype",
    spec: "own",
    expect: "are keys like any other",
    check: (lake) => {
      const properties = JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":2},"toString":3}') as object;
      const row = cellsIn(lake.map(track(properties)), "order_completed");
      expect(row).toMatchObject({ proto_a: 1, constructor_prototype: 2, to_string: 3 });
      expect(columnNames(lake, "order_completed")).toContain("to_string");
    },
  },
];
