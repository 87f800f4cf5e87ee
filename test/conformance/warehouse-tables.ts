import { expect } from "vitest";
import { Lake, stored } from "../support/warehouse.ts";
import { cellsIn, columnNames, identify, tableNames, track, type WarehouseRule } from "./warehouse-rule.ts";

const COMMON = [
  "anonymous_id",
  "id",
  "original_timestamp",
  "received_at",
  "sent_at",
  "timestamp",
  "user_id",
  "uuid_ts",
];
const sorted = (...names: string[]): string[] => [...COMMON, ...names].toSorted();
const group = (traits: object, more: object = {}): object => stored("group", { groupId: "g-1", traits, ...more });

export const TABLE_RULES: readonly WarehouseRule[] = [
  {
    rule: "a track is in two tables",
    spec: "storage.md §3.1",
    expect: "`tracks` without its properties, and one table per event name with them",
    check: (lake) => {
      const rows = lake.map(track({ total: 9.5 }, { context: { ip: "1.2.3.4" } }));
      expect(rows.map((row) => row.table.name)).toEqual(["tracks", "order_completed"]);
      expect(columnNames(lake, "tracks")).toEqual(sorted("event", "event_text", "context_ip"));
      expect(columnNames(lake, "order_completed")).toEqual(sorted("event", "event_text", "context_ip", "total"));
    },
  },
  {
    rule: "event and event_text",
    spec: "storage.md §3.1",
    expect: "`event` is the table's name, `event_text` the name as it was sent",
    check: (lake) => {
      const row = cellsIn(lake.map(track({})), "tracks");
      expect([row["event"], row["event_text"]]).toEqual(["order_completed", "Order Completed"]);
    },
  },
  {
    rule: "id, user_id, anonymous_id",
    spec: "storage.md §3.1",
    expect: "the messageId and the two ids as text; nobody is NULL",
    check: (lake) => {
      const row = cellsIn(lake.map(track({}, { userId: null })), "tracks");
      expect([row["id"], row["anonymous_id"], "user_id" in row]).toEqual(["m-1", "a-1", false]);
    },
  },
  {
    rule: "the five times",
    spec: "storage.md §3.1",
    expect:
      "`timestamp` as corrected, `sent_at` less the sender's clock skew (dead band 5 s), `original_timestamp` as the client's clock had it, `received_at`, `uuid_ts` when the export ran",
    check: (lake) => {
      const slow = { sentAt: "2026-11-22T08:00:01.000Z", originalTimestamp: "2026-11-22T08:00:00+00:00" };
      const row = cellsIn(lake.map(track({}, slow)), "tracks");
      expect(row).toMatchObject({
        timestamp: new Date("2026-11-22T09:00:00.000Z"),
        sent_at: new Date("2026-11-22T09:00:01.000Z"),
        original_timestamp: new Date("2026-11-22T08:00:00.000Z"),
        received_at: new Date("2026-11-22T09:00:01.000Z"),
        uuid_ts: new Date("2026-11-22T10:00:00.000Z"),
      });
      expect(cellsIn(lake.map(track({})), "tracks")["sent_at"]).toEqual(new Date("2026-11-22T09:00:00.500Z"));
    },
  },
  {
    rule: "a client's time nobody can read",
    spec: "own",
    expect: "NULL, counted as TYPE_MISMATCH",
    check: (lake) => {
      expect(cellsIn(lake.map(identify({}, { sentAt: "yesterday" })), "identifies")).not.toHaveProperty("sent_at");
      expect(lake.said).toEqual(["TYPE_MISMATCH identifies.sent_at 1"]);
    },
  },
  {
    rule: "identify",
    spec: "storage.md §3.1",
    expect: "`identifies` with one unprefixed column per trait",
    check: (lake) => {
      lake.map(identify({ email: "a@b.example" }));
      expect(columnNames(lake, "identifies")).toEqual(sorted("email"));
    },
  },
  {
    rule: "users",
    spec: "storage.md §3.1",
    expect:
      "a row to be merged by user id: `id` is the user's id, `received_at` and the traits; no anonymous_id, no call's columns, no context",
    check: (lake) => {
      const rows = lake.map(identify({ email: "a@b.example" }, { context: { ip: "1.2.3.4" } }));
      expect(rows[1]).toMatchObject({
        id: "u-1",
        messageId: "m-1",
        receivedAt: Date.parse("2026-11-22T09:00:01.000Z"),
      });
      expect(columnNames(lake, "users")).toEqual(["email", "id", "received_at"]);
    },
  },
  {
    rule: "users need a user id",
    spec: "storage.md §3.1",
    expect: "an identify without one is in `identifies` alone",
    check: (lake) => {
      lake.map(identify({ plan: "pro" }, { userId: null }));
      expect(tableNames(lake)).toEqual(["identifies"]);
    },
  },
  {
    rule: "users keep what a call does not say",
    spec: "storage.md §3.10 (6)",
    expect: "null and missing traits are not in the row to be merged, so they overwrite nothing",
    check: (lake) => {
      expect(cellsIn(lake.map(identify({ plan: null, seats: 5 })), "users")).toEqual({
        id: "u-1",
        received_at: new Date("2026-11-22T09:00:01.000Z"),
        seats: 5,
      });
    },
  },
  {
    rule: "page and screen",
    spec: "storage.md §3.1",
    expect: "`pages`, `screens`: `name`, `category` and the properties unprefixed",
    check: (lake) => {
      lake.map(stored("page", { name: "Home", category: "Docs", properties: { url: "https://x.example" } }));
      lake.map(stored("screen", { name: "Start", properties: { depth: 1 } }));
      expect(columnNames(lake, "pages")).toEqual(sorted("category", "name", "url"));
      expect(columnNames(lake, "screens")).toEqual(sorted("category", "depth", "name"));
    },
  },
  {
    rule: "a page's name in its properties",
    spec: "own",
    expect:
      "the same text says nothing new; where the call has none it fills the column; a different one is in `_overflow`",
    check: (lake) => {
      const page = (name: string | null, own: string) => stored("page", { name, properties: { name: own } });
      expect(cellsIn(lake.map(page("Home", "Home")), "pages")).not.toHaveProperty("_overflow");
      expect(cellsIn(lake.map(page(null, "Own")), "pages")["name"]).toBe("Own");
      expect(cellsIn(lake.map(page("Home", "Own")), "pages")).toMatchObject({
        name: "Home",
        _overflow: '{"name":"Own"}',
      });
    },
  },
  {
    rule: "group",
    spec: "storage.md §3.1",
    expect: "`groups` with `group_id` and the traits; `accounts` to be merged by group id",
    check: (lake) => {
      const rows = lake.map(group({ employees: 5 }));
      expect(columnNames(lake, "groups")).toEqual(sorted("employees", "group_id"));
      expect(columnNames(lake, "accounts")).toEqual(["employees", "id", "received_at"]);
      expect(rows.map((row) => row.id)).toEqual(["m-1", "g-1"]);
    },
  },
  {
    rule: "alias",
    spec: "storage.md §3.1",
    expect: "`aliases` with `previous_id` and traits",
    check: (lake) => {
      lake.map(stored("alias", { previousId: "p-1", traits: { email: "a" } }));
      expect(columnNames(lake, "aliases")).toEqual(sorted("email", "previous_id"));
    },
  },
  {
    rule: "not stored",
    spec: "storage.md §3.1",
    expect: "type, channel, version, projectId, integrations, _metadata are in no table",
    check: (lake) => {
      lake.map(track({}, { _metadata: { a: 1 }, integrations: { All: true } }));
      expect(columnNames(lake, "tracks")).toEqual(sorted("event", "event_text"));
      expect(lake.said).toEqual([]);
    },
  },
  {
    rule: "other top-level fields",
    spec: "own",
    expect: "in no table, counted as FIELD_NOT_STORED; the archive has them",
    check: (lake) => {
      lake.map(track({}, { rudderId: "r", traits: { a: 1 }, nothing: null }));
      expect(lake.said).toEqual(["FIELD_NOT_STORED rudderId 1", "FIELD_NOT_STORED traits 1"]);
    },
  },
  {
    rule: "a line that is no event",
    spec: "own",
    expect: "in no table, counted as EVENT_UNREADABLE",
    check: (lake) => {
      for (const odd of [{}, { type: "delete", messageId: "m" }, stored("track"), track({}, { receivedAt: "x" })]) {
        expect(lake.map(odd)).toEqual([]);
      }
      expect(lake.said).toEqual(["EVENT_UNREADABLE 4"]);
    },
  },
  {
    rule: "a table exists from its first row on",
    spec: "storage.md §3.3",
    expect: "with all columns of its kind; what rows bring is appended at the end and never moves",
    check: (lake) => {
      expect(tableNames(lake)).toEqual([]);
      lake.map(track({ b: 1 }));
      const before = lake.registry.toData().tables.map((table) => table.columns);
      const later = new Lake({}, lake.registry.toData());
      later.map(track({ a: 1, b: 2 }, { context: { ip: "x" } }));
      const after = later.registry.toData().tables.map((table) => table.columns);
      expect(after.map((columns, i) => columns.slice(0, before[i]!.length))).toEqual(before);
      expect(after[0]!.slice(before[0]!.length).map((column) => column.name)).toEqual(["context_ip", "a"]);
    },
  },
];
