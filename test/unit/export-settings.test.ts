import { describe, expect, it } from "vitest";
import { byteRange } from "../../src/core/byte-range.ts";
import { ExportSettings, ExportSettingsPatch } from "../../src/core/export-settings.ts";
import { followerRetryMs, hourRetryMs } from "../../src/core/export-times.ts";
import { SourceSettings } from "../../src/core/source.ts";
import { mergeSettings } from "../../src/core/source-change.ts";
import { idsKey, manifestKey, ndjsonKey, parquetKey, upsertsKey } from "../../src/core/warehouse/keys.ts";

const fails = (patch: unknown): boolean => !ExportSettingsPatch.safeParse(patch).success;

describe("export settings", () => {
  it("are on by default, with Parquet alone", () => {
    expect(ExportSettings.parse({})).toEqual({
      enabled: true,
      schema: null,
      parquet: true,
      ndjson: false,
      iceberg: false,
      maxColumns: 500,
      excludedTables: [],
      excludedColumns: {},
    });
  });

  it("change where they are named", () => {
    const settings = mergeSettings(SourceSettings.parse({}), { exports: { ndjson: true, excludedTables: ["tracks"] } });
    expect(mergeSettings(settings, { exports: { iceberg: true } }).exports).toMatchObject({
      ndjson: true,
      iceberg: true,
      excludedTables: ["tracks"],
    });
  });

  it("never leave out id and received_at: a row could neither be found nor sorted", () => {
    expect(fails({ excludedColumns: { tracks: ["id"] } })).toBe(true);
    expect(fails({ excludedColumns: { tracks: ["received_at"] } })).toBe(true);
    expect(fails({ excludedColumns: { tracks: ["context_ip"] } })).toBe(false);
  });

  it("take a schema's name that every warehouse takes", () => {
    for (const schema of ["shop", "_2fa", "a".repeat(63), null]) expect(fails({ schema })).toBe(false);
    for (const schema of ["", "Shop", "2fa", "a b", "a".repeat(64), "public", "pg_temp", "information_schema"]) {
      expect(fails({ schema })).toBe(true);
    }
  });

  it("have bounds", () => {
    expect(fails({ maxColumns: 49 })).toBe(true);
    expect(fails({ maxColumns: 1601 })).toBe(true);
    expect(fails({ parquet: false })).toBe(true);
    expect(fails({ colour: "red" })).toBe(true);
    expect(fails({ excludedTables: Array.from({ length: 1001 }, () => "t") })).toBe(true);
    const columns = Array.from({ length: 1600 }, (_, i) => `c${i}`);
    expect(fails({ excludedColumns: { a: columns, b: columns, c: columns, d: columns } })).toBe(true);
  });
});

describe("keys of what exports write", () => {
  const at = { schema: "shop", hour: Date.parse("2026-11-03T07:00:00Z"), version: 12 };

  it("are partitioned by day and hour in UTC", () => {
    expect(parquetKey(at, "tracks", 3)).toBe("warehouse/shop/tracks/day=2026-11-03/hr=07/000012-003.parquet");
    expect(manifestKey("shop", "tracks", at.hour)).toBe("warehouse/shop/tracks/day=2026-11-03/hr=07/manifest.json");
    const day = Date.parse("2026-11-03T00:00:00Z");
    expect(ndjsonKey(at, 1000)).toBe(`warehouse-ndjson/shop/${day}/07-000012-1000.gz`);
    expect(idsKey("s1", at, 0)).toBe(`warehouse-state/s1/ids/${at.hour}-000012-000.bin`);
    expect(upsertsKey("s1", at, 9)).toBe(`warehouse-state/s1/upserts/${at.hour}-000012-009.ndjson.gz`);
  });
});

describe("pauses after failures", () => {
  it("double, up to an hour", () => {
    expect([1, 2, 3, 7, 8, 100].map(hourRetryMs)).toEqual([30_000, 60_000, 120_000, 1_920_000, 3_600_000, 3_600_000]);
    expect([1, 2, 100].map(followerRetryMs)).toEqual([60_000, 120_000, 3_600_000]);
  });
});

describe("a range of bytes", () => {
  it("is what the header asks for, as far as the file goes", () => {
    expect(byteRange("bytes=0-9", 100)).toEqual({ offset: 0, length: 10 });
    expect(byteRange("bytes=90-200", 100)).toEqual({ offset: 90, length: 10 });
    expect(byteRange("bytes=40-", 100)).toEqual({ offset: 40, length: 60 });
    expect(byteRange("bytes=-30", 100)).toEqual({ offset: 70, length: 30 });
    expect(byteRange("bytes=-300", 100)).toEqual({ offset: 0, length: 100 });
  });

  it("is the whole file when the header makes no sense or asks for several", () => {
    for (const header of [undefined, "", "bytes=-", "bytes=9-3", "bytes=0-1,5-6", "lines=1-2"]) {
      expect(byteRange(header, 100)).toBeUndefined();
    }
  });

  it("is refused when the file has no such bytes", () => {
    expect(byteRange("bytes=100-", 100)).toBe("unsatisfiable");
    expect(byteRange("bytes=-0", 100)).toBe("unsatisfiable");
    expect(byteRange("bytes=0-0", 0)).toBe("unsatisfiable");
  });
});
