import { describe, expect, it } from "vitest";
import { Notice, Notices } from "../../src/core/warehouse/notices.ts";

describe("notices", () => {
  it("count by code, table and column, with the first example", () => {
    const notices = new Notices();
    for (const value of ["x", "y"]) notices.count("TYPE_MISMATCH", "orders", "total", value);
    notices.count("TYPE_MISMATCH", "orders", "tax", { a: 1 });
    notices.count("OPTED_OUT", "");
    expect(notices.toList()).toMatchObject([
      { code: "TYPE_MISMATCH", table: "orders", column: "total", count: 2, lost: true, example: '"x"' },
      { code: "TYPE_MISMATCH", table: "orders", column: "tax", count: 1, example: '{"a":1}' },
      { code: "OPTED_OUT", table: "", count: 1, lost: false },
    ]);
  });

  it("go on from a list that was stored", () => {
    const notices = new Notices();
    notices.count("EXCLUDED", "orders", "total");
    const resumed = new Notices(Notice.array().parse(JSON.parse(JSON.stringify(notices.toList()))));
    resumed.count("EXCLUDED", "orders", "total");
    expect(resumed.toList()).toMatchObject([{ count: 2 }]);
    expect(notices.toList()).toMatchObject([{ count: 1 }]);
  });

  it("stay few, and count everything, however many names clients think of", () => {
    const notices = new Notices();
    for (let i = 0; i < 1000; i++) {
      notices.count("COLUMN_LIMIT", `t${i % 700}`, `c${i}`);
      notices.count("NAME_EMPTY", `event_${i}`, undefined, "注文");
    }
    const list = notices.toList();
    expect(list.length).toBeLessThanOrEqual(510);
    expect(list.reduce((sum, notice) => sum + notice.count, 0)).toBe(2000);
    expect(list).toContainEqual(expect.objectContaining({ code: "COLUMN_LIMIT", table: "" }));
  });

  it("keep at most 100 characters of an example, never half of one", () => {
    const notices = new Notices();
    notices.count("TYPE_MISMATCH", "orders", "total", `${"a".repeat(98)}😀😀`);
    const example = notices.toList()[0]?.example ?? "";
    expect(example.length).toBeLessThanOrEqual(100);
    expect(example.isWellFormed()).toBe(true);
  });
});
