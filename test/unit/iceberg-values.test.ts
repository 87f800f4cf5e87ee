import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldIdOf, positionOf } from "../../src/core/warehouse/field-ids.ts";
import { evolve, nameMapping, partitionSpec } from "../../src/warehouse/iceberg/schema.ts";
import { boundOf, intBytes, intOf } from "../../src/warehouse/iceberg/single-value.ts";
import { tableUuid } from "../../src/warehouse/iceberg/table-uuid.ts";
import { column, ORDER_COLUMNS } from "../support/iceberg-lake.ts";

const TYPES = ["timestamp", "integer", "float", "boolean", "varchar"] as const;
const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString("hex");

describe("field ids", () => {
  it("differ for every place and type, and say the place", () => {
    const ids = Array.from({ length: 1600 }, (_, at) => TYPES.map((type) => fieldIdOf(at, type)));
    expect(new Set(ids.flat()).size).toBe(1600 * TYPES.length);
    expect(ids.every((some, at) => some.every((id) => id > 0 && positionOf(id) === at))).toBe(true);
  });

  it("are those that are in files already written", () => {
    expect(TYPES.map((type) => fieldIdOf(0, type))).toEqual([1, 2, 3, 4, 5]);
    expect(fieldIdOf(41, "varchar")).toBe(333);
  });
});

describe("a table's schema", () => {
  const first = evolve(undefined, ORDER_COLUMNS);

  it("stays the same while nothing is new, also for an hour that knows fewer columns", () => {
    expect(evolve(first, ORDER_COLUMNS)).toBe(first);
    expect(evolve(first, ORDER_COLUMNS.slice(0, 3))).toBe(first);
  });

  it("gets new columns at its end, under a new id", () => {
    const next = evolve(first, [...ORDER_COLUMNS, column("coupon", "varchar")]);
    expect(next["schema-id"]).toBe(1);
    expect(next.fields.slice(0, -1)).toEqual(first.fields);
    expect(next.fields.at(-1)).toEqual({
      id: fieldIdOf(5, "varchar"),
      name: "coupon",
      required: false,
      type: "string",
    });
  });

  it("makes a column with another type another field of the same name", () => {
    const next = evolve(
      first,
      ORDER_COLUMNS.map((one) => (one.name === "revenue" ? column("revenue", "varchar") : one)),
    );
    expect(next.fields.filter(({ name }) => name === "revenue").map(({ id }) => id)).toEqual([fieldIdOf(2, "varchar")]);
    expect(nameMapping(next)).toContain(`{"field-id":${fieldIdOf(2, "varchar")},"names":["revenue"]}`);
  });

  it("refuses a column that has moved: old files could not be read", () => {
    expect(() => evolve(first, ORDER_COLUMNS.toReversed())).toThrow("has moved");
  });

  it("is partitioned by the hour of received_at, or not at all", () => {
    expect(partitionSpec(first, true).fields).toEqual([
      { "source-id": fieldIdOf(1, "timestamp"), "field-id": 1000, name: "received_at_hour", transform: "hour" },
    ]);
    expect(partitionSpec(first, false).fields).toEqual([]);
  });
});

describe("bounds (spec, Appendix D)", () => {
  it("are little-endian numbers, microseconds, one byte, UTF-8", () => {
    expect(hex(boundOf("long", 258n, "lower"))).toBe("0201000000000000");
    expect(hex(boundOf("long", -1n, "upper"))).toBe("ffffffffffffffff");
    expect(hex(boundOf("double", 1.5, "lower"))).toBe("000000000000f83f");
    expect(hex(boundOf("timestamptz", new Date(1), "lower"))).toBe("e803000000000000");
    expect(hex(boundOf("boolean", true, "lower"))).toBe("01");
    expect(hex(boundOf("string", "ä", "lower"))).toBe("c3a4");
    expect(intOf(intBytes(-498_648))).toBe(-498_648);
  });

  it("are none where the statistic is of another type, no number, or cut within a character", () => {
    expect(boundOf("long", 1, "lower")).toBeUndefined();
    expect(boundOf("double", Number.NaN, "lower")).toBeUndefined();
    expect(boundOf("string", undefined, "lower")).toBeUndefined();
    expect(boundOf("string", "abc\ufffd", "upper")).toBeUndefined();
    expect(boundOf("timestamptz", new Date(Number.NaN), "lower")).toBeUndefined();
  });

  it("of a long text end one character higher, and none has half a surrogate pair in it", () => {
    const upper = (text: string) => Buffer.from(boundOf("string", text, "upper")!).toString();
    expect(upper(`${"a".repeat(15)}yz`)).toBe(`${"a".repeat(15)}z`);
    expect(upper(`${"a".repeat(15)}\ud7ffz`)).toBe(`${"a".repeat(15)}\ue000`);
    expect(upper(`${"a".repeat(14)}b\u{10ffff}z`)).toBe(`${"a".repeat(14)}c`);
  });

  it("enclose every text, in at most 16 characters", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "é", "\ud7ff", "\ue000", "\u{10ffff}", "😀"),
      maxLength: 40,
      size: "max",
    });
    fc.assert(
      fc.property(text, (value) => {
        const [lower, upper] = [boundOf("string", value, "lower")!, boundOf("string", value, "upper")];
        const bytes = Buffer.from(value);
        expect(Buffer.compare(Buffer.from(lower), bytes)).toBeLessThanOrEqual(0);
        if (upper === undefined) expect(value.startsWith("\u{10ffff}".repeat(16))).toBe(true);
        else expect(Buffer.compare(Buffer.from(upper), bytes)).toBeGreaterThanOrEqual(0);
        expect(Buffer.from(upper ?? []).toString()).not.toContain("\ufffd");
        expect([...Buffer.from(lower).toString()].length).toBeLessThanOrEqual(16);
      }),
    );
  });
});

it("a table's uuid is one, and follows from its place and time alone", () => {
  const uuid = tableUuid("s3://inlet-archive/warehouse/shop/order", 1_795_276_800_000);
  expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
  expect(tableUuid("s3://inlet-archive/warehouse/shop/order", 1_795_276_800_000)).toBe(uuid);
  expect(tableUuid("s3://inlet-archive/warehouse/shop/other", 1_795_276_800_000)).not.toBe(uuid);
});
