import { describe, expect, it } from "vitest";
import { TableBuffers } from "../../src/warehouse/table-buffers.ts";
import { eventRow, eventTable } from "../support/table-rows.ts";

const MB = 1024 * 1024;

describe("rows that wait to become files", () => {
  it("are taken out by table, the largest first, when together they reach the budget", () => {
    const [small, large] = [eventTable("small", { s: "varchar" }), eventTable("large", { s: "varchar" })];
    const buffers = new TableBuffers(MB);
    let n = 0;
    for (; !buffers.full; n++) {
      buffers.add(eventRow(n % 10 === 0 ? small : large, `m${n}`, n, { s: `text ${n}`.padEnd(100) }));
    }
    expect(buffers.bytes).toBeGreaterThanOrEqual(MB);
    const taken = buffers.takeLargest()!;
    expect(taken.table.name).toBe("large");
    expect(buffers.full).toBe(false);
    const rest = buffers.takeAll();
    expect(rest.map(({ table }) => table.name)).toEqual(["small"]);
    expect(taken.rows.count + rest[0]!.rows.count).toBe(n);
    expect(buffers.bytes).toBe(0);
    expect(buffers.takeLargest()).toBeUndefined();
  });

  it("are taken out of a table that makes a whole row group: 100,000 rows or 16 MB", () => {
    const table = eventTable("t", { s: "varchar" });
    const narrow = new TableBuffers(1024 * MB);
    for (let n = 0; !narrow.full; n++) narrow.add(eventRow(table, `m${n}`, n, {}));
    expect(narrow.takeLargest()?.rows.count).toBe(100_000);
    const wide = new TableBuffers(1024 * MB);
    for (let n = 0; !wide.full; n++) wide.add(eventRow(table, `m${n}`, n, { s: `${n}`.padEnd(10_000, "é") }));
    const { rows } = wide.takeLargest()!;
    expect(rows.bytes).toBeGreaterThanOrEqual(16 * MB);
    expect(rows.bytes).toBeLessThan(16 * MB + 30_000);
  });

  it("count a text that repeats once, and a wide one by its two bytes a character", () => {
    const table = eventTable("t", { s: "varchar" });
    const bytesOf = (texts: readonly string[]): number => {
      const buffers = new TableBuffers();
      for (const [i, s] of texts.entries()) buffers.add(eventRow(table, `m${i}`, i, { s }));
      return buffers.bytes;
    };
    const latin = Array.from({ length: 100 }, (_, i) => `${i}`.padEnd(1000, "a"));
    const wide = latin.map((text) => text.replace("a", "\u{1F600}"));
    expect(bytesOf(Array<string>(100).fill(latin[0]!))).toBeLessThan(bytesOf(latin) / 5);
    expect(bytesOf(wide)).toBeGreaterThan(bytesOf(latin) * 1.8);
  });

  it("know the columns that came while they waited", () => {
    const table = eventTable("t", {});
    const buffers = new TableBuffers();
    buffers.add(eventRow(table, "m1", 5, {}));
    table.columns.push({ name: "late", type: "integer" });
    buffers.add(eventRow(table, "m2", 3, { late: 1 }));
    const [{ table: taken, rows } = { table, rows: undefined }] = buffers.takeAll();
    expect(taken.columns.at(-1)).toEqual({ name: "late", type: "integer" });
    expect(rows!.cells("late", rows!.order(), Number)).toEqual([1, null]);
    expect([rows!.firstAt, rows!.lastAt]).toEqual([3, 5]);
  });
});
