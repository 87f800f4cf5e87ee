import { expect } from "vitest";
import type { ColumnType } from "../../src/core/warehouse/schema.ts";
import { Lake } from "../support/warehouse.ts";
import { cellsOf, track, type WarehouseRule } from "./warehouse-rule.ts";

const FIRST: Readonly<Record<ColumnType, unknown>> = {
  timestamp: "2026-01-31T00:00:00Z",
  integer: 7,
  float: 0.5,
  boolean: true,
  varchar: "text",
};

/** What a value becomes in a column of a type. */
function castTo(type: ColumnType, value: unknown): { readonly cell: unknown; readonly said: readonly string[] } {
  const lake = new Lake();
  lake.map(track({ a: FIRST[type] }));
  return { cell: cellsOf(lake, { a: value })["a"], said: lake.said.map((text) => text.split(" ", 1)[0]!) };
}

/** `[value, what is stored]`; undefined: NULL and counted as TYPE_MISMATCH; a third entry: what is counted besides. */
type Case = readonly [value: unknown, cell: unknown, said?: string];

const castRule = (type: ColumnType, expectation: string, cases: readonly Case[]): WarehouseRule => ({
  rule: `a later value in ${/^[aeiou]/.test(type) ? "an" : "a"} ${type} column`,
  spec: "storage.md §3.3",
  expect: expectation,
  check: () => {
    for (const [value, cell, said = cell === undefined ? "TYPE_MISMATCH" : undefined] of cases) {
      const expected = { cell, said: said === undefined ? [] : [said] };
      expect([value, castTo(type, value)]).toEqual([value, expected]);
    }
  },
});

const day = (text: string): Date => new Date(text);

export const CAST_RULES: readonly WarehouseRule[] = [
  castRule(
    "integer",
    "numbers lose their decimals (DECIMALS_CUT) and must be within int64; texts that are plain numbers; true is 1; all else NULL (TYPE_MISMATCH)",
    [
      [12, 12],
      [9.99, 9, "DECIMALS_CUT"],
      [-9.99, -9, "DECIMALS_CUT"],
      [2 ** 60, 2n ** 60n],
      [2 ** 63, undefined],
      [1e300, undefined],
      ["12", 12],
      [" +12 ", 12],
      ["012.00", 12],
      ["12.50", 12, "DECIMALS_CUT"],
      ["9223372036854775807", 2n ** 63n - 1n],
      ["9223372036854775808", undefined],
      ["1e3", undefined],
      ["", undefined],
      ["x", undefined],
      [true, 1],
      [false, 0],
      ["2026-01-31", undefined],
      [[1], undefined],
    ],
  ),
  castRule(
    "float",
    "any number; texts that are numbers, exponents too; true is 1; digits a double has no room for count as DECIMALS_CUT; all else NULL",
    [
      [12, 12],
      [2 ** 60, 2 ** 60],
      ["12.50", 12.5],
      [" .5", 0.5],
      ["-1e3", -1000],
      ["0.12345678901234567890", 0.12345678901234568, "DECIMALS_CUT"],
      ["1e999", undefined],
      ["NaN", undefined],
      ["Infinity", undefined],
      ["12 €", undefined],
      ["", undefined],
      [false, 0],
      [[0.5], undefined],
    ],
  ),
  castRule("boolean", "0 and 1; the texts true, false, 1 and 0 in any case; all else NULL", [
    [false, false],
    [1, true],
    [0, false],
    [2, undefined],
    ["TRUE", true],
    ["false", false],
    ["0", false],
    ["yes", undefined],
    ["", undefined],
    [[true], undefined],
  ]),
  castRule(
    "timestamp",
    "ISO dates, to the millisecond (finer ones count as DECIMALS_CUT); a number does not say its unit, so it is NULL as all else is",
    [
      ["2026-01-31", day("2026-01-31T00:00:00.000Z")],
      ["2026-01-31T10:00:00+02:00", day("2026-01-31T08:00:00.000Z")],
      ["2026-01-31T10:00:00.123000Z", day("2026-01-31T10:00:00.123Z")],
      ["2026-01-31T10:00:00.123456Z", day("2026-01-31T10:00:00.123Z"), "DECIMALS_CUT"],
      [1_790_000_000, undefined],
      [1_790_000_000_000, undefined],
      ["tomorrow", undefined],
      ["", undefined],
      [true, undefined],
    ],
  ),
  castRule("varchar", "everything: numbers and booleans as they are written, arrays as JSON", [
    ["", ""],
    [12.5, "12.5"],
    [1e21, "1e+21"],
    [true, "true"],
    ["2026-01-31T10:00:00.123456Z", "2026-01-31T10:00:00.123456Z"],
    [[1, "a", null], '[1,"a",null]'],
  ]),
];
