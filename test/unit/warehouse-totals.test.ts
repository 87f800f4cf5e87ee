import { describe, expect, it } from "vitest";
import { seededRandom } from "../support/random.ts";
import { Lake, plainRow, stored } from "../support/warehouse.ts";
import { WarehouseTotals } from "../support/warehouse-totals.ts";

const random = seededRandom(7);
const ugly = [1, 2, "3", "4.5", 6.5, true, "x", null, "2026-01-31", [1], 2 ** 60];

function anyEvent(i: number): Record<string, unknown> {
  const type = random.pick(["track", "track", "identify", "group", "page", "screen", "alias"]);
  const values = { a: random.pick(ugly), b: { c: random.pick(ugly) }, n: random.between(0, 9), price: random.next() };
  const own = /track|page|screen/.test(type) ? { properties: values } : { traits: values };
  return stored(type, {
    messageId: `m-${i}`,
    event: random.pick(["Order Completed", "order completed", "注文", "Users"]),
    userId: `u-${random.between(1, 20)}`,
    groupId: `g-${random.between(1, 3)}`,
    previousId: "p",
    receivedAt: new Date(Date.parse("2026-11-22T09:00:00.000Z") + random.between(0, 3_600_000)).toISOString(),
    ...own,
  });
}

describe("the totals that exports are held to", () => {
  const events = Array.from({ length: 500 }, (_, i) => anyEvent(i));
  const totals = new WarehouseTotals();
  for (const event of [...events, ...events.slice(0, 50)]) totals.add(JSON.stringify(event));
  const lake = new Lake();
  const rows = events.flatMap((event) => lake.map(event)).map((row) => ({ ...plainRow(row), kind: row.table.kind }));

  it("are those of the mapped rows, each id once", () => {
    const counts = new Map<string, number>();
    for (const { table } of rows) counts.set(table, (counts.get(table) ?? 0) + 1);
    const single = [...totals.tables()].filter(([name]) => name !== "users" && name !== "accounts");
    for (const [name, table] of single) {
      expect([name, table.rows]).toEqual([name, counts.get(name)]);
      const own = rows.filter((row) => row.table === name);
      for (const [column, expected] of table.columns) {
        const cells = own.map((row) => row.cells[column]).filter((cell) => cell !== undefined);
        expect([name, column, expected.values]).toEqual([name, column, cells.length]);
        if (expected.type === "integer") expect(expected.sum).toBe((cells as bigint[]).reduce((a, b) => a + b, 0n));
        if (expected.type === "float") expect(expected.sum).toBeCloseTo((cells as number[]).reduce((a, b) => a + b, 0));
      }
    }
    expect(single.map(([name]) => name).toSorted()).toEqual([
      "_users",
      "aliases",
      "event_c98330c797f6",
      "groups",
      "identifies",
      "order_completed",
      "pages",
      "screens",
      "tracks",
    ]);
  });

  it("count one user each, with the latest value of every trait", () => {
    const latest = new Map<string, Record<string, unknown>>();
    const users = rows.filter((row) => row.table === "users");
    const rank = (row: (typeof rows)[number]): string => String(row.cells["received_at"]);
    for (const row of users.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))) {
      latest.set(row.id, { ...latest.get(row.id), ...row.cells });
    }
    const table = totals.tables().get("users");
    expect(table?.rows).toBe(latest.size);
    const sum = [...latest.values()].reduce((total, cells) => total + ((cells["n"] as bigint | undefined) ?? 0n), 0n);
    expect(table?.columns.get("n")?.sum).toBe(sum);
  });
});
