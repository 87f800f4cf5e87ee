import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, it } from "vitest";
import { DECOMPRESSORS, storeFrame } from "../../src/warehouse/parquet-codec.ts";
import { encodeParquet } from "../../src/warehouse/parquet.ts";
import { TableRows } from "../../src/warehouse/table-rows.ts";
import { eventRow, eventTable } from "../support/table-rows.ts";

const NOON = Date.parse("2026-11-22T12:00:00.000Z");
const table = eventTable("t", {
  n: "integer",
  f: "float",
  b: "boolean",
  s: "varchar",
  t: "timestamp",
  none: "varchar",
});

/** Text that hardly compresses, always the same. */
function noise(length: number, seed: number, from: number, to: number): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1;
    return String.fromCharCode(from + ((state >>> 8) % (to - from)));
  }).join("");
}

const read = (bytes: Uint8Array<ArrayBuffer>) =>
  parquetReadObjects({ file: bytes.slice().buffer, compressors: DECOMPRESSORS });

it("a file written in workerd reads back cell by cell", async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => ({
    n: i % 3 === 0 ? null : BigInt(i) * 10n ** 14n,
    f: i / 7,
    b: i % 2 === 0,
    s: i % 5 === 0 ? null : `${noise(40, i + 1, 32, 127)} ${i}`,
    t: new Date(NOON - i * 1e9),
  }));
  const bytes = encodeParquet(
    table,
    TableRows.of(
      table,
      rows.map((cells, i) => eventRow(table, `m${i}`, NOON + i, cells)),
    ),
  );
  expect(parquetMetadata(bytes.slice().buffer).row_groups[0]!.columns[0]!.meta_data!.codec).toBe("ZSTD");
  const expected = rows.map((cells, i) => ({ id: `m${i}`, received_at: new Date(NOON + i), ...cells, none: null }));
  expect(await read(bytes)).toEqual(expected);
});

it("texts that do not compress and wide ones, long and short, are written too", async () => {
  const texts = [
    noise(500_000, 7, 33, 127),
    noise(300_000, 9, 0x4e00, 0x9fff),
    ...Array.from({ length: 400 }, (_, i) => noise(400, i + 99, 0x4e00, 0x9fff)),
  ];
  const rows = texts.map((s, i) => eventRow(table, `m${i}`, NOON + i, { s }));
  const found = await read(encodeParquet(table, TableRows.of(table, rows)));
  expect(found.map((row) => row["s"])).toEqual(texts);
});

it("a frame that stores its input as it is can be read, of any size", () => {
  for (const size of [0, 1, 131_072, 131_073, 1_000_000]) {
    const input = new Uint8Array(size).map((_, i) => (i * 31) & 0xff);
    expect(DECOMPRESSORS.ZSTD(storeFrame(input)).length).toBe(size);
    expect(Buffer.compare(DECOMPRESSORS.ZSTD(storeFrame(input)), input)).toBe(0);
  }
});
