import { describe, expect, it } from "vitest";
import { arrayText } from "../../src/warehouse/load/array-text.ts";
import { openFileRows } from "../../src/warehouse/load/file-rows.ts";
import { batches, type Batch } from "../../src/warehouse/load/postgres-batches.ts";
import { hideSecrets } from "../../src/warehouse/load/secrets.ts";
import { encodeParquet } from "../../src/warehouse/parquet.ts";
import { TableRows } from "../../src/warehouse/table-rows.ts";
import { eventRow, eventTable } from "../support/table-rows.ts";

const MB = 1024 * 1024;
async function all(bytes: Uint8Array<ArrayBuffer>, table: ReturnType<typeof eventTable>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches(await openFileRows(bytes), table.columns)) found.push(batch);
  return found;
}
const charsOf = ({ columns }: Batch): number => columns.reduce((sum, { array }) => sum + array.text.length, 0);

describe("a file on its way into PostgreSQL", () => {
  it("goes in batches that stay small when short rows are followed by long ones", async () => {
    const table = eventTable("notes", { text: "varchar", n: "integer" });
    const long = `"é\\${"x".repeat(60_000)}`;
    const rows = Array.from({ length: 2200 }, (_, i) =>
      eventRow(table, `m${i}`, i, { text: i < 2000 ? "x" : long, n: i }),
    );
    const found = await all(encodeParquet(table, TableRows.of(table, rows)), table);
    expect(found.reduce((sum, batch) => sum + batch.rows, 0)).toBe(2200);
    expect(Math.max(...found.map(charsOf))).toBeLessThan(6 * MB + 100);
    const numbers = found.flatMap(({ columns }) =>
      columns
        .find(({ column }) => column.name === "n")!
        .array.text.slice(1, -1)
        .split(","),
    );
    expect(numbers).toEqual(rows.map((_, i) => String(i)));
  });

  it("leaves out columns without a value, however many there are", async () => {
    const names = Array.from({ length: 300 }, (_, i) => [`c${i}`, "float"] as const);
    const table = eventTable("wide", Object.fromEntries(names));
    const rows = Array.from({ length: 1500 }, (_, i) => eventRow(table, `m${i}`, i, { [`c${i % 3}`]: i / 2 }));
    const found = await all(encodeParquet(table, TableRows.of(table, rows)), table);
    expect(found.reduce((sum, batch) => sum + batch.rows, 0)).toBe(1500);
    expect(Math.max(...found.map(({ columns }) => columns.length))).toBe(5);
  });
});

describe("an array", () => {
  it("is written so that nothing in a text ends it", () => {
    const texts = ['a"b', "c\\d", "{e,f}", "", null, "NULL", "g\0h"];
    expect(arrayText(texts, "varchar", 100)).toEqual({
      text: '{"a\\"b","c\\\\d","{e,f}","",NULL,"NULL","g\ufffdh"}',
      values: 6,
      replaced: 1,
    });
    expect(arrayText(texts, "varchar", 20)).toBeUndefined();
  });

  it("of times has the years 1 to 9999", () => {
    const micros = ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"].map((at) => BigInt(Date.parse(at)) * 1000n);
    expect(arrayText(micros, "timestamp", 100)?.text).toBe('{"0001-01-01T00:00:00.000Z","9999-12-31T23:59:59.999Z"}');
  });
});

it("a secret is masked in every spelling that a URL gives it", () => {
  expect(hideSecrets("no p@ss or p%40ss, and nothing for none", ["p@ss", ""])).toBe(
    "no •••• or ••••, and nothing for none",
  );
});
