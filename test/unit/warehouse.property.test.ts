import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnName, eventTable, wordsOf } from "../../src/core/warehouse/names.ts";
import { RegistryData, type Cell, type ColumnType, type MappedRow } from "../../src/core/warehouse/schema.ts";
import { snakeCase } from "../../src/core/warehouse/snake-case.ts";
import { anyText, parsed } from "../support/arbitraries.ts";
import { oracleName, oracleWords } from "../support/oracle-names.ts";
import { Lake, plainRow, stored } from "../support/warehouse.ts";
import { WarehouseOracle } from "../support/warehouse-oracle.ts";

const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/;
const name = fc.oneof(
  anyText,
  fc.stringMatching(/^[a-zA-Z0-9_ .é注-]{0,12}$/),
  fc.stringMatching(/^[a-zA-Z0-9 _]{60,80}$/),
  fc.constantFrom(
    "user_id",
    "userId",
    "id",
    "Users",
    "select",
    "注文",
    "返品",
    "day",
    "_overflow",
    "context",
    "tracks",
  ),
);
const key = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("a", "A", "a_b", "aB", "b", "total", "id", "name", "context", "2fa", "注文"),
  },
  { weight: 1, arbitrary: name },
);
const edges = fc.constantFrom("0000-06-01", "0001-01-01T00:00+01:00", "9999-12-31T23:59-01:00", "9999-12-31", -1, 1e13);
const scalar = fc.oneof(
  edges,
  fc.constantFrom(
    0,
    1,
    -0,
    2.5,
    "12",
    "12.50",
    "1e3",
    "true",
    "2026-01-31",
    "2026-01-31T10:00:00.123456+02:00",
    "",
    2 ** 60,
  ),
  fc.constantFrom("9223372036854775807", "9223372036854775808", 1e300, "0.12345678901234567890", "2024-02-30", "x"),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string(),
  fc.constant(null),
);
const properties = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    tie("object"),
    fc.array(scalar, { maxLength: 3 }),
  ),
  object: fc.dictionary(key, tie("value"), { maxKeys: 6, noNullPrototype: true }),
})).object;
const event = fc
  .record({
    type: fc.constantFrom("track", "track", "identify", "page", "screen", "group", "alias"),
    event: fc
      .oneof(fc.constantFrom("Order Completed", "order-completed", "Users", "注文"), name)
      .filter((text) => text !== ""),
    userId: fc.option(fc.constantFrom("u1", "u2")),
    groupId: fc.constantFrom("g1", "g2"),
    previousId: fc.constant("p1"),
    name: fc.option(fc.constantFrom("Home", "x")),
    properties,
    traits: properties,
    context: properties,
    originalTimestamp: fc.oneof(scalar, fc.constant("2026-11-22T08:00:00Z")),
    sentAt: fc.oneof(scalar, fc.constant("2026-11-22T08:00:00.000Z")),
  })
  .map(({ properties: own, traits, ...rest }) =>
    stored(rest.type, { ...rest, ...(/track|page|screen/.test(rest.type) ? { properties: own } : { traits }) }),
  );
const events = fc.array(event, { minLength: 1, maxLength: 6 });

describe("names, whatever is sent", () => {
  it("a name gives the same identifier every time, of at most 63 plain characters", () => {
    fc.assert(
      fc.property(name, fc.boolean(), (text, taken) => {
        const column = columnName(wordsOf(text, "column"), taken);
        expect(column).toMatch(IDENTIFIER);
        expect(column).toBe(oracleName(oracleWords(text, "column"), taken));
        expect(eventTable(text)).toMatch(IDENTIFIER);
        expect(eventTable(text)).toBe(eventTable(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("two names without Latin letters never get one identifier", () => {
    const foreign = fc.stringMatching(/^[\u0400-\u04ff\u4e00-\u9fff !]{1,8}$/);
    fc.assert(
      fc.property(fc.uniqueArray(foreign, { minLength: 2, maxLength: 50 }), (texts) => {
        expect(new Set(texts.map(eventTable)).size).toBe(texts.length);
      }),
    );
  });

  it("snake case of snake case changes nothing", () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(snakeCase(snakeCase(text))).toBe(snakeCase(text));
      }),
    );
  });
});

const fits = (cell: Cell, type: ColumnType | undefined): boolean => {
  if (type === "timestamp") return cell instanceof Date && !Number.isNaN(cell.getTime());
  if (type === "integer")
    return Number.isSafeInteger(cell) || (typeof cell === "bigint" && BigInt.asIntN(64, cell) === cell);
  if (type === "float") return typeof cell === "number" && Number.isFinite(cell);
  return typeof cell === (type === "boolean" ? "boolean" : "string");
};

describe("rows, whatever is sent", () => {
  it("are those of the rules written a second time", () => {
    fc.assert(
      fc.property(events, fc.constantFrom(500, 20, 50), (sent, maxColumns) => {
        const lake = new Lake({ maxColumns });
        const oracle = new WarehouseOracle(maxColumns);
        for (const one of sent) {
          const again = JSON.parse(JSON.stringify(one)) as Record<string, unknown>;
          expect(lake.map(one).map(plainRow)).toEqual(oracle.rowsOf(again));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("hold cells that fit their columns, under names that every engine takes", () => {
    fc.assert(
      fc.property(events, (sent) => {
        const lake = new Lake({ maxColumns: 30 });
        for (const row of sent.flatMap((one) => lake.map(one))) {
          const types = new Map(row.table.columns.map((column) => [column.name, column.type]));
          for (const [column, cell] of row.cells)
            expect([column, fits(cell, types.get(column))]).toEqual([column, true]);
        }
        for (const table of lake.registry.tables) {
          const names = table.columns.map((column) => column.name);
          expect(new Set(names).size).toBe(names.length);
          expect(names.length).toBeLessThanOrEqual(30);
          for (const one of [table.name, ...names]) expect(one).toMatch(IDENTIFIER);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("lose no value without a notice", () => {
    fc.assert(
      fc.property(events, fc.constantFrom(500, 14), (sent, maxColumns) => {
        const lake = new Lake({ maxColumns });
        let missing = 0;
        for (const one of sent) for (const row of lake.map(one)) missing += unseen(one, row);
        const lost = lake.notices.toList().filter((notice) => notice.lost);
        expect(missing).toBeLessThanOrEqual(lost.reduce((sum, notice) => sum + notice.count, 0));
      }),
      { numRuns: 300 },
    );
  });

  it("come out the same from a registry that was stored in between", () => {
    fc.assert(
      fc.property(events, events, (first, second) => {
        const whole = new Lake();
        for (const one of first) whole.map(one);
        const resumed = new Lake({}, RegistryData.parse(JSON.parse(JSON.stringify(whole.registry.toData()))));
        for (const one of second) expect(resumed.map(one).map(plainRow)).toEqual(whole.map(one).map(plainRow));
        expect(resumed.registry.toData()).toEqual(whole.registry.toData());
      }),
      { numRuns: 200 },
    );
  });

  it("never throws, whatever a line holds", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(stored("track")), "event", "properties"), parsed),
        (line) => {
          const lake = new Lake();
          lake.map(line);
          lake.map({ ...stored("track", { event: "x" }), ...line });
        },
      ),
      { numRuns: 500 },
    );
  });
});

const leaves = (value: unknown): unknown[] =>
  value === null
    ? []
    : typeof value === "object" && !Array.isArray(value)
      ? Object.values(value as object).flatMap(leaves)
      : [value];

/** Every way in which a cell may say a value. */
function spellings(value: unknown): Set<string> {
  const texts = new Set([String(value), JSON.stringify(value)]);
  if (typeof value === "boolean") texts.add(value ? "1" : "0");
  if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))) {
    texts.add(String(Number(value)));
    if (/^\s*[+-]?\d+\s*$/.test(value)) texts.add(String(BigInt(value.trim().replace("+", ""))));
  }
  if (/^(?:true|1)$/i.test(String(value).trim())) texts.add("true");
  if (/^(?:false|0)$/i.test(String(value).trim())) texts.add("false");
  if (typeof value === "string" && /^\d{4}-/.test(value) && !Number.isNaN(Date.parse(value))) {
    texts.add(new Date(value).toISOString());
  }
  return texts;
}

/** How many leaves of an event a row shows neither in a cell nor in its overflow. */
function unseen(sent: Record<string, unknown>, row: MappedRow): number {
  const { kind } = row.table;
  const fields = [
    ...(kind === "users" || kind === "accounts" ? [] : ["context"]),
    ...(kind === "tracks" ? [] : ["properties", "traits"]),
  ];
  const overflow = JSON.parse(String(row.cells.get("_overflow") ?? "{}")) as Record<string, unknown>;
  const shown = new Set(Object.values(overflow).map((value) => JSON.stringify(value)));
  for (const cell of row.cells.values()) shown.add(cell instanceof Date ? cell.toISOString() : String(cell));
  const all = fields.flatMap((field) => leaves(JSON.parse(JSON.stringify(sent[field] ?? null))));
  return all.filter((leaf) => ![...spellings(leaf)].some((text) => shown.has(text))).length;
}
