import { describe, expect, it } from "vitest";
import { createApp } from "../../src/api/app.ts";
import type { ApiDeps } from "../../src/api/deps.ts";
import { exportStatementRoutes } from "../../src/api/export-statements.ts";
import { onError } from "../../src/api/problem.ts";
import type { FileQuery } from "../../src/core/export-views.ts";
import { tableOf } from "../support/lake.ts";

const TABLES = [tableOf("tracks", [], "tracks"), tableOf("order_completed", [{ name: "total", type: "float" }])];
const keyOf = (table: string, n: number) => `warehouse/shop/${table}/day=2026-11-01/hr=00/${n}.parquet`;

/** The control plane over a source with two files a table, which come one at a time. */
function apiOver(schema: string | null) {
  const asked: FileQuery[] = [];
  const deps = {
    catalog: () => ({
      getSource: async (id: string) =>
        id === "src_1" ? { ok: true, value: { id } } : { ok: false, error: { type: "not_found", message: "No." } },
    }),
    exports: {
      tables: async () => ({ schema, tables: TABLES.map((table) => ({ ...table, rows: 2, files: 2, bytes: 9 })) }),
      files: async (_: string, query: FileQuery) => {
        asked.push(query);
        const n = Number(query.cursor ?? 0);
        const key = keyOf(query.tables?.[0] ?? "", n);
        return { files: [{ key }], ...(n === 0 ? { next: "1" } : {}) };
      },
    },
  } as unknown as ApiDeps;
  const app = createApp().route("/", exportStatementRoutes(deps));
  app.onError(onError(() => "request-1"));
  const get = async (query: string, source = "src_1") => {
    const response = await app.request(`/sources/${source}/exports/statements?${query}`);
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  return { get, asked };
}

describe("GET /sources/{id}/exports/statements", () => {
  it("answers plain text with the columns and files of every table", async () => {
    const { get } = apiOver("shop");
    const { status, type, text } = await get("dialect=clickhouse&base=s3://copy/");
    expect([status, type]).toEqual([200, "text/plain; charset=utf-8"]);
    expect(text).toContain("`total` Nullable(Float64)");
    for (const { name } of TABLES) for (const n of [0, 1]) expect(text).toContain(keyOf(name, n));
  });

  it("asks for one table's files at a time, and only where the statements list them", async () => {
    const listed = apiOver("shop");
    await listed.get("dialect=duckdb&files=listed");
    expect(listed.asked.map(({ tables }) => tables)).toEqual([
      ["tracks"],
      ["tracks"],
      ["order_completed"],
      ["order_completed"],
    ]);
    const followed = apiOver("shop");
    const { text } = await followed.get("dialect=duckdb");
    expect(text).toContain("order_completed/day=*/hr=*/manifest.json");
    expect(followed.asked).toEqual([]);
  });

  it("writes only the table that is named", async () => {
    const { get } = apiOver("shop");
    const { text } = await get("dialect=athena&as=files&table=tracks&base=s3://copy/");
    expect(text).toBe([0, 1].map((n) => `s3://copy/${keyOf("tracks", n)}\n`).join(""));
  });

  it.each([
    ["dialect=duckdb&table=nothing", "table"],
    ["dialect=duckdb&base=http://elsewhere/", "base"],
    ["dialect=athena&as=tables", "as"],
    ["dialect=mysql", "dialect"],
    ["", "dialect"],
  ])("refuses %s by name", async (query, field) => {
    const { status, text } = await apiOver("shop").get(query);
    expect([status, JSON.parse(text).errors[0].field]).toEqual([422, field]);
  });

  it("says so when nothing was exported yet, or there is no such source", async () => {
    expect((await apiOver(null).get("dialect=duckdb")).status).toBe(409);
    expect((await apiOver("shop").get("dialect=duckdb", "src_2")).status).toBe(404);
  });
});
