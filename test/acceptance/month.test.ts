import { expect, it } from "vitest";
import { runMonth } from "../../bench/month/run.ts";
import { startEngines, type LoadEngine } from "../support/load-engines.ts";
import type { RunningInlet } from "../support/server.ts";
import type { ExpectedTable } from "../support/warehouse-totals.ts";

const DAY = 86_400_000;

const engines = startEngines();

async function connect(inlet: RunningInlet, sourceId: string): Promise<void> {
  for (const { kind, settings } of engines) {
    const { warehouse } = await inlet.api<{ warehouse: { id: string } }>("POST", "/api/warehouses", {
      metadataId: kind,
      settings: { ...settings },
    });
    await inlet.api("POST", `/api/warehouses/${warehouse.id}/connected-sources/${sourceId}`);
  }
}

/** What a reader of one engine gets: ids and the sums of the integer columns. */
async function readFrom(engine: LoadEngine, schema: string, table: string, { columns }: ExpectedTable) {
  const integers = [...columns].filter(([, { type }]) => type === "integer").map(([name]) => name);
  const wanted = [...new Set(["id", ...integers])].map((name) => ({
    name,
    type: name === "id" ? ("varchar" as const) : ("integer" as const),
  }));
  const rows = [...(await engine.rows(schema, table, wanted)).values()];
  const sums = integers.map((name) => [name, rows.reduce((sum, row) => sum + BigInt(String(row[name] ?? 0)), 0n)]);
  return { rows: await engine.count(schema, table), ids: rows.length, sums: Object.fromEntries(sums) as unknown };
}

const expectedOf = ({ rows, columns }: ExpectedTable) => ({
  rows,
  ids: rows,
  sums: Object.fromEntries(
    [...columns].filter(([, { type }]) => type === "integer").map(([name, { sum }]) => [name, sum]),
  ) as unknown,
});

// The same with 2,000,000 events of 30 days, on DuckDB alone: npm run bench -- --month.
it("DuckDB, ClickHouse and PostgreSQL hold what the raw segments say, late and repeated events included", async () => {
  const compared = new Map<string, number>();
  const report = await runMonth({
    start: (Math.floor(Date.now() / DAY) - 3) * DAY,
    hours: 5,
    events: 1500,
    copiesAfter: [1, 3],
    seed: 7,
    shards: 2,
    linesEach: 80,
    late: 0.02,
    compareSpeed: false,
    log: () => undefined,
    prepare: connect,
    async examine(schema, tables) {
      for (const engine of engines) {
        for (const [table, expected] of tables) {
          const found = await readFrom(engine, schema, table, expected);
          expect(found, `${engine.kind}: ${table}`).toEqual(expectedOf(expected));
          compared.set(engine.kind, (compared.get(engine.kind) ?? 0) + found.rows);
        }
      }
    },
  });
  expect(report.differences).toEqual([]);
  expect(report.lateDifferences).toEqual([]);
  expect(report.lateEvents).toBeGreaterThan(20);
  expect(report.tables).toBeGreaterThan(40);
  expect([...compared.keys()]).toEqual(["clickhouse", "postgres"]);
  for (const rows of compared.values()) expect(rows).toBeGreaterThanOrEqual(report.rows);
}, 300_000);
