import { readFile } from "node:fs/promises";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { isReservedWord } from "../../src/core/warehouse/reserved-words.ts";
import { Lake } from "../support/warehouse.ts";
import { CAST_RULES } from "./warehouse-casts.ts";
import { LIMIT_RULES } from "./warehouse-limits.ts";
import { NAME_RULES } from "./warehouse-names.ts";
import { TABLE_RULES } from "./warehouse-tables.ts";
import { VALUE_RULES } from "./warehouse-values.ts";

const RULES = [...TABLE_RULES, ...NAME_RULES, ...VALUE_RULES, ...CAST_RULES, ...LIMIT_RULES];

for (const { rule, expect: expectation, check } of RULES) {
  it(`${rule} → ${expectation}`, () => {
    check(new Lake());
  });
}

it("no word that DuckDB reserves is a name", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const sql = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')";
  const words = (await connection.runAndReadAll(sql)).getRows().map(([word]) => String(word));
  connection.closeSync();
  expect(words.length).toBeGreaterThan(50);
  expect(words.filter((word) => !isReservedWord(word))).toEqual([]);
});

it("warehouse.md lists every rule with its source and expectation", async () => {
  const text = await readFile(path.join(import.meta.dirname, "warehouse.md"), "utf8");
  const rows = text.split("\n").filter((line) => /^\| (?!Rule |-)/.test(line));
  const cells = rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(cells).toEqual(RULES.map(({ rule, spec, expect: expectation }) => [rule, spec, expectation]));
});
