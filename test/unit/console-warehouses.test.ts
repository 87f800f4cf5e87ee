import { describe, expect, it } from "vitest";
import type { ExportState } from "../../dashboard/api/export-types.ts";
import type { Warehouse, WarehouseKind } from "../../dashboard/api/warehouse-types.ts";
import { isNeeded } from "../../dashboard/logic/setting-text.ts";
import { loadingWords, warehouseFields, warehousesAnswer, worstLoading } from "../../dashboard/logic/warehouses.ts";
import { showWarehouseKind } from "../../src/api/warehouse-view.ts";
import { warehouseKind } from "../../src/core/warehouse-kinds.ts";

const state = (behind?: number, error?: string): ExportState => ({
  enabled: true,
  schema: "shop",
  tables: 1,
  rows: 1,
  events: 1,
  bytes: 1,
  publishedHours: 1,
  waitingHours: 0,
  followers:
    behind === undefined
      ? []
      : [{ name: "load:w1", behind, running: false, ...(error === undefined ? {} : { error }) }],
});

describe("how a warehouse is loaded", () => {
  it("says that it is up to date, how far it is behind, or that it fails", () => {
    expect(loadingWords(true, state(0), "w1")).toEqual({ text: "up to date", tone: "good" });
    expect(loadingWords(true, state(3), "w1").text).toBe("3 hours behind");
    expect(loadingWords(true, state(3, "no"), "w1").tone).toBe("bad");
    expect(loadingWords(true, state(), "w1").text).toBe("waiting for the first hour");
  });

  it("says that it is paused, and why nothing comes while the source exports nothing", () => {
    expect(loadingWords(false, state(3), "w1")).toEqual({ text: "paused", tone: "off" });
    expect(loadingWords(true, { ...state(0), enabled: false }, "w1").tone).toBe("off");
  });

  it("is as its worst source is", () => {
    const words = [loadingWords(true, state(0), "w1"), loadingWords(true, state(3, "no"), "w1")];
    expect(worstLoading(words)?.text).toBe("failing, 3 hours behind");
    expect(worstLoading([...words, loadingWords(true, state(1, "no"), "w1")])?.text).toBe("2 sources failing");
    expect(worstLoading([])).toBeUndefined();
  });

  it("is told of all warehouses in one sentence", () => {
    const one = { enabled: true, sourceIds: ["s"] } as unknown as Warehouse;
    expect(warehousesAnswer([])).toMatch(/^None yet/);
    expect(warehousesAnswer([one])).toBe("1 warehouse gets every published hour.");
    expect(warehousesAnswer([one, { ...one, enabled: false, sourceIds: [] }])).toBe(
      "1 warehouse gets every published hour; 1 paused, 1 without a source.",
    );
  });
});

it("asks for a PostgreSQL's host, and no longer once a Hyperdrive binding makes up for it", () => {
  const shown = JSON.stringify(showWarehouseKind(warehouseKind("postgres")!));
  const fields = warehouseFields(JSON.parse(shown) as WarehouseKind);
  const needed = (texts: Readonly<Record<string, string>>): readonly string[] =>
    fields.filter((field) => isNeeded(field, fields, texts)).map(({ name }) => name);
  expect(needed({})).toEqual(["hostname", "port", "database", "username", "tls"]);
  expect(needed({ hyperdrive: "WAREHOUSE" })).not.toContain("hostname");
});
