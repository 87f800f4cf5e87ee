import { describe, expect, it } from "vitest";
import type {
  ExportRun,
  ExportState,
  FollowerState,
  Notice,
  WarehouseTable,
} from "../../dashboard/api/export-types.ts";
import {
  columnRows,
  countedOver,
  lostByTable,
  tableNotices,
  tablesMatching,
} from "../../dashboard/logic/export-tables.ts";
import {
  errorAdvice,
  errorSentence,
  followerWords,
  newColumnsOf,
  newWords,
  noticeGroups,
  noticesOf,
  targetWords,
} from "../../dashboard/logic/export-words.ts";
import {
  completeUntil,
  exportAnswer,
  failedRun,
  progressOf,
  runningWords,
  startedWords,
} from "../../dashboard/logic/exports.ts";

const at = (text: string): number => Date.parse(text);

const state = (given: Partial<ExportState> = {}): ExportState => ({
  enabled: true,
  schema: "web_shop",
  tables: 12,
  rows: 727,
  events: 400,
  bytes: 32_000,
  publishedHours: 1,
  waitingHours: 0,
  newestHour: "2026-11-22T12:00:00.000Z",
  lastPublishedAt: "2026-11-22T13:05:00.000Z",
  followers: [],
  ...given,
});
const notice = (given: Partial<Notice> = {}): Notice => ({
  code: "TYPE_MISMATCH",
  table: "orders",
  column: "total",
  count: 1,
  lost: true,
  text: "Values that do not fit the column's type are NULL.",
  ...given,
});
const run = (given: Partial<ExportRun> = {}): ExportRun => ({
  id: 1,
  target: "lake",
  hour: "2026-11-22T12:00:00.000Z",
  version: 1,
  status: "success",
  startedAt: "2026-11-22T13:05:00.000Z",
  rows: 10,
  newColumns: [],
  notices: [],
  ...given,
});

describe("whether the tables are up to date", () => {
  it("is told by the end of the newest hour, once nothing waits", () => {
    expect(completeUntil(state())).toBe(at("2026-11-22T13:00:00.000Z"));
    expect(exportAnswer(state()).before).toBe(
      "Up to date: 727 rows in 12 tables of the schema web_shop, complete until",
    );
  });

  it("never promises more of an open hour than it had when it was published", () => {
    const open = state({ lastPublishedAt: "2026-11-22T12:20:00.000Z" });
    expect(completeUntil(open)).toBe(at("2026-11-22T12:20:00.000Z"));
  });

  it("ends where the oldest hour waits, however much later ones have been published", () => {
    const behind = state({ waitingHours: 3, oldestWaitingHour: "2026-11-20T09:00:00.000Z" });
    expect(exportAnswer(behind)).toEqual({
      before: "Your history is in 12 tables of the schema web_shop, complete until",
      at: at("2026-11-20T09:00:00.000Z"),
      after: "; 3 hours to go.",
    });
  });

  it("says what is to come before the first hour, and that nothing is while it is off", () => {
    const fresh = { publishedHours: 0, schema: null, tables: 0, rows: 0 };
    const { newestHour: _newest, lastPublishedAt: _last, ...nothing } = state(fresh);
    expect(exportAnswer(nothing)).toEqual({ before: "No tables yet: an hour is exported some minutes after its end." });
    expect(exportAnswer({ ...nothing, waitingHours: 2 }).before).toBe("Nothing is published yet: 2 hours to go.");
    expect(exportAnswer({ ...nothing, enabled: false }).before).toMatch(/^Switched off/);
    expect(exportAnswer(state({ enabled: false })).before).toMatch(/^Switched off\. What was published stays/);
  });

  it("tells what “Export now” began, and how far the run under way is", () => {
    expect(startedWords(state())).toBe("Everything that the archive has is exported.");
    expect(startedWords(state({ waitingHours: 1 }))).toBe("1 hour to export, the open one included.");
    const running = { hour: "", startedAt: "", segments: 1200, done: 3, publishing: false };
    expect(runningWords(running)).toBe("3 of 1,200 segments read");
    expect(runningWords({ ...running, publishing: true })).toBe("its manifests are written");
  });

  it("counts the newest run that ended: one under way says nothing yet", () => {
    expect(failedRun([run({ status: "running" }), run({ id: 2, status: "failed" })])?.id).toBe(2);
    expect(failedRun([run({ status: "partial" }), run({ status: "failed" })])).toBeUndefined();
    expect(
      failedRun([run({ status: "failed", error: "called off: the type of a column was changed" })]),
    ).toBeUndefined();
  });

  it("has another sign whenever a list may have changed, and else the same", () => {
    expect(progressOf(state())).toBe(progressOf(state({ rows: 1 })));
    expect(progressOf(state({ waitingHours: 1 }))).not.toBe(progressOf(state()));
  });
});

describe("what runs have to say", () => {
  it("adds up what the newest version of each hour said, and forgets the versions before it", () => {
    const { notices, hours } = noticesOf([
      run({ version: 2, status: "partial", notices: [notice({ count: 5 })] }),
      run({ version: 1, status: "partial", notices: [notice({ count: 100 })] }),
      run({ hour: "2026-11-22T11:00:00.000Z", status: "partial", notices: [notice({ count: 2 })] }),
      run({ hour: "2026-11-22T10:00:00.000Z", status: "failed", notices: [notice({ count: 7 })] }),
    ]);
    expect(hours).toBe(2);
    expect(notices.map(({ count }) => count)).toEqual([7]);
  });

  it("puts one kind of notice together, what was lost before what was only noted", () => {
    const groups = noticeGroups([
      notice({ code: "NAME_EMPTY", lost: false, count: 900 }),
      notice({ count: 1 }),
      notice({ column: "tax", count: 4 }),
    ]);
    expect(groups.map(({ code, count }) => [code, count])).toEqual([
      ["TYPE_MISMATCH", 5],
      ["NAME_EMPTY", 900],
    ]);
    expect(groups[0]?.notices.map(({ column }) => column)).toEqual(["tax", "total"]);
  });

  it("names a new table instead of all its columns", () => {
    const names = ["orders.id", "orders.total", "tracks.context_ip"];
    expect(newWords(names)).toBe("1 new table, 1 new column");
    expect(newColumnsOf(names).map(({ table, isNew }) => [table, isNew])).toEqual([
      ["orders", true],
      ["tracks", false],
    ]);
    expect(newWords([])).toBe("");
  });

  it("says what to do about every error, by its target where it is not known", () => {
    const advice = (error: string, target = "lake") => errorAdvice({ target, error });
    expect(advice("segment x is not in the archive")).toMatch(/lifecycle rule/);
    expect(advice("called off: the type of a column was changed")).toMatch(/^Nothing to do/);
    expect(advice("who knows", "load:w1")).toMatch(/Test the warehouse's connection/);
    expect(advice("who knows")).toMatch(/tried again by itself/);
  });

  it("shows errors as sentences: cut, with one full stop, and without characters that act unseen", () => {
    expect(errorSentence("it broke")).toBe("it broke.");
    expect(errorSentence("It broke. ")).toBe("It broke.");
    expect(errorSentence("\u202egnol")).toBe("\\u202egnol.");
    expect(errorSentence("x".repeat(50), 10)).toBe("xxxxxxxxxx…");
  });

  it("calls targets by what they fill, and a follower's state by a word", () => {
    const nameOf = (id: string) => (id === "w1" ? "Analytics" : undefined);
    expect(targetWords("load:w1", nameOf)).toBe("Warehouse Analytics");
    expect(targetWords("load:gone", nameOf)).toBe("Warehouse that is gone");
    const follower: FollowerState = { name: "iceberg", behind: 2, running: false };
    expect(followerWords(follower)).toEqual({ text: "2 hours behind", tone: "busy" });
    expect(followerWords({ ...follower, error: "x" }).tone).toBe("bad");
    expect(followerWords({ ...follower, behind: 0 }).text).toBe("up to date");
  });
});

describe("the list of tables", () => {
  const table = (given: Partial<WarehouseTable>): WarehouseTable => ({
    name: "orders",
    kind: "event",
    eventNames: ["Order Completed"],
    columns: [
      { name: "id", type: "varchar", fixed: true },
      { name: "total", type: "integer" },
      { name: "tax", type: "float" },
    ],
    rows: 1,
    files: 1,
    bytes: 1,
    ...given,
  });

  it("has the model's own tables first, then those of events by their rows", () => {
    const tables = [
      table({ name: "small" }),
      table({ name: "large", rows: 9 }),
      table({ name: "users", kind: "users" }),
      table({ name: "tracks", kind: "tracks" }),
    ];
    expect(tablesMatching(tables, "").map(({ name }) => name)).toEqual(["tracks", "users", "large", "small"]);
  });

  it("is searched by table, event name and column, whatever the case", () => {
    const found = (text: string) => tablesMatching([table({})], text).length;
    expect([found("ORDER"), found("completed"), found("tax"), found("nothing")]).toEqual([1, 1, 1, 0]);
  });

  it("says how many values each table lost, not what was only noted, and over which runs", () => {
    const { notices, hours } = noticesOf([
      run({ version: 2, notices: [notice({ count: 2 }), notice({ column: "tax", count: 3 })] }),
      run({ version: 1, notices: [notice({ count: 100 })] }),
      run({
        hour: "2026-11-22T11:00:00.000Z",
        notices: [notice({ count: 1 }), notice({ table: "tracks", lost: false })],
      }),
    ]);
    expect([...lostByTable(notices)]).toEqual([["orders", 6]]);
    expect(countedOver(hours)).toBe("the latest run of each of the 2 hours exported last");
    expect(countedOver(1)).toBe("the latest run of the one hour exported lately");
  });

  it("shows the columns that lost something before all, and the model's own last", () => {
    const notices = [notice({ column: "tax" }), notice({ column: "gone" }), notice({ table: "other" })];
    const rows = columnRows(table({}), notices, ["total"]);
    expect(rows.map(({ name, isLeftOut }) => [name, isLeftOut])).toEqual([
      ["tax", false],
      ["total", true],
      ["id", false],
    ]);
    expect(tableNotices(table({}), notices).map(({ column }) => column)).toEqual(["gone"]);
  });
});
