import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { fieldIdOf } from "../../src/core/warehouse/field-ids.ts";
import { describeFile } from "../../src/warehouse/iceberg/file-metrics.ts";
import { evolve } from "../../src/warehouse/iceberg/schema.ts";
import { column, MemoryLake, START } from "../support/iceberg-lake.ts";

const KEY = "warehouse/shop/t/day=2026-11-20/hr=00/000001-000.parquet";
const COLUMNS = [column("id", "varchar"), column("n", "integer"), column("x", "float"), column("f", "varchar")];
const SCHEMA = evolve(undefined, COLUMNS);
const TYPES = { varchar: "BYTE_ARRAY", integer: "INT64", float: "DOUBLE" } as const;

type Values = (string | bigint | number | null)[];

/** A file of several row groups, with or without field ids; `without`: a column without statistics. */
async function described(
  groups: Record<string, Values>[],
  options: { ids: boolean; without?: string; lastAt?: number },
) {
  const writer = new ByteWriter();
  const elements = COLUMNS.map(({ name, type }, at): SchemaElement => ({
    name,
    type: TYPES[type as keyof typeof TYPES],
    ...(type === "varchar" && { converted_type: "UTF8" as const }),
    repetition_type: "OPTIONAL",
    ...(options.ids && { field_id: fieldIdOf(at, type) }),
  }));
  const file = new ParquetWriter({ writer, schema: [{ name: "root", num_children: 4 }, ...elements] });
  for (const group of groups) {
    const columnData = COLUMNS.map(({ name }) => ({ name, data: group[name]!, statistics: name !== options.without }));
    file.write({ columnData });
  }
  file.finish();
  const bytes = new Uint8Array(writer.getBuffer());
  const lake = new MemoryLake();
  await lake.put(KEY, bytes);
  const entry = { key: KEY, rows: 4, bytes: bytes.length, firstAt: START, lastAt: options.lastAt ?? START };
  return describeFile(entry, SCHEMA, { store: lake, base: "s3://inlet-archive", byHour: true });
}

const GROUPS = [
  { id: ["b", "\uE000"], n: [5n, -3n], x: [null, null], f: ["v", null] },
  { id: ["😀", "c"], n: [null, null], x: [-0.5, 7], f: [null, null] },
];

describe("what a manifest says of a file", () => {
  for (const ids of [true, false]) {
    it(`is the sum of its row groups, by ${ids ? "field ids" : "names where it has no ids"}`, async () => {
      const file = await described(GROUPS, { ids });
      expect(file).toMatchObject({ path: `s3://inlet-archive/${KEY}`, rows: 4, hour: START / 3_600_000 });
      expect(file.splitOffsets).toHaveLength(2);
      const found = file.columns.map(({ values, nulls, lower, upper }) => ({
        values,
        nulls,
        bounds: [lower, upper].map((bound) => bound && Buffer.from(bound).toString("hex")),
      }));
      expect(file.columns.map(({ fieldId }) => fieldId)).toEqual(SCHEMA.fields.map(({ id }) => id));
      expect(found).toEqual([
        // U+E000 comes before the emoji: by bytes of UTF-8, not by JavaScript's units.
        { values: 4, nulls: 0, bounds: ["62", Buffer.from("😀").toString("hex")] },
        { values: 4, nulls: 2, bounds: ["fdffffffffffffff", "0500000000000000"] },
        { values: 4, nulls: 2, bounds: ["000000000000e0bf", "0000000000001c40"] },
        { values: 4, nulls: 3, bounds: ["76", "76"] },
      ]);
    });
  }

  it("has no bounds for a column of which a row group tells nothing", async () => {
    const [, n] = (await described(GROUPS, { ids: true, without: "n" })).columns;
    expect(n).toMatchObject({ values: 4, nulls: undefined, lower: undefined, upper: undefined });
  });

  it("is refused for a file with rows of two hours: it would be in the wrong partition", async () => {
    await expect(described(GROUPS, { ids: true, lastAt: START + 3_600_000 })).rejects.toThrow("more than one hour");
  });
});
