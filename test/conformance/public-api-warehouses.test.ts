import { CatalogApi, SelectiveSyncApi, unwrap, WarehousesApi } from "@segment/public-api-sdk-typescript";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { clickhouseEngine, postgresEngine, type LoadEngine } from "../support/load-engines.ts";
import { PAGE, startWithClient, type Rig } from "../support/public-api-client.ts";
import { misfitsOf } from "../support/public-api-models.ts";

let rig: Rig;
const engines: LoadEngine[] = [];
beforeAll(async () => {
  rig = await startWithClient();
  engines.push(await clickhouseEngine(), await postgresEngine());
});
afterAll(async () => {
  await rig.stop();
  await Promise.all(engines.map((engine) => engine.stop()));
});

const passwordOf = ({ settings }: LoadEngine): string => String(settings["password"]);

async function makeWarehouse({ kind, settings }: LoadEngine) {
  const input = { metadataId: kind, name: `Our ${kind}`, settings: { ...settings } };
  const made = await rig.client(WarehousesApi).createWarehouse(input);
  return { body: JSON.stringify(made.body), warehouse: (await unwrap(Promise.resolve(made))).warehouse };
}

describe("warehouses", () => {
  it("have kinds that the catalogue lists", async () => {
    const catalog = rig.client(CatalogApi);
    const { warehousesCatalog } = await unwrap(catalog.getWarehousesCatalog(PAGE));
    expect(warehousesCatalog.map(({ id }) => id)).toEqual(["clickhouse", "postgres"]);
    expect(warehousesCatalog.flatMap((kind) => misfitsOf(kind, "WarehouseMetadataV1"))).toEqual([]);
    expect((await unwrap(catalog.getWarehouseMetadata("postgres"))).warehouseMetadata.name).toBe("PostgreSQL");
    await expect(unwrap(catalog.getWarehouseMetadata("redshift"))).rejects.toMatchObject({ type: "not_found" });
  });

  it("are tried, made, found, changed and deleted, and never show a secret", async () => {
    const warehouses = rig.client(WarehousesApi);
    for (const engine of engines) {
      const { kind, settings } = engine;
      const given = { metadataId: kind, settings: { ...settings } };
      expect(await unwrap(warehouses.createValidationInWarehouse(given))).toEqual({ status: "CONNECTED" });
      const wrong = { metadataId: kind, settings: { ...settings, password: "not-the-one" } };
      expect((await unwrap(warehouses.createValidationInWarehouse(wrong))).status).toBe("FAILED");
      const { body, warehouse } = await makeWarehouse(engine);
      expect(body).not.toContain(JSON.stringify(passwordOf(engine)));
      expect(misfitsOf(warehouse, "WarehouseV1")).toEqual([]);
      expect(warehouse).toMatchObject({ enabled: true, metadata: { id: kind }, settings: expect.any(Object) });
      const state = await unwrap(warehouses.getConnectionStateFromWarehouse(warehouse.id));
      expect(state).toEqual({ connectionState: "CONNECTED" });
      const patch = { name: "Renamed", enabled: false, settings: { username: "somebody" } };
      const changed = await unwrap(warehouses.updateWarehouse(warehouse.id, patch));
      expect(changed.warehouse).toMatchObject({ enabled: false, settings: { username: "somebody" } });
      expect((await unwrap(warehouses.getConnectionStateFromWarehouse(warehouse.id))).connectionState).toBe("FAILED");
      const listed = await unwrap(warehouses.listWarehouses(PAGE));
      expect(listed.warehouses.map(({ id }) => id)).toContain(warehouse.id);
      expect((await unwrap(warehouses.deleteWarehouse(warehouse.id))).status).toBe("SUCCESS");
      await expect(unwrap(warehouses.getWarehouse(warehouse.id))).rejects.toMatchObject({ type: "not_found" });
    }
  });

  it("that cannot be reached say so", async () => {
    const refused = { ...engines[1]!.settings, port: 1 };
    const state = await rig.inlet.api("POST", "/api/warehouses/validation", {
      metadataId: "postgres",
      settings: refused,
    });
    expect(state).toEqual({
      status: "FAILED",
      reason: expect.stringMatching(/^PostgreSQL cannot be reached: /),
    });
    const noTls = { ...engines[1]!.settings, tls: "require" };
    const without = await rig.inlet.api("POST", "/api/warehouses/validation", {
      metadataId: "postgres",
      settings: noTls,
    });
    expect(without).toEqual({ status: "FAILED", reason: expect.stringMatching(/^No connection with TLS comes about/) });
    const nothing = { ...engines[0]!.settings, url: "http://127.0.0.1:1" };
    const http = await rig.inlet.api("POST", "/api/warehouses/validation", {
      metadataId: "clickhouse",
      settings: nothing,
    });
    expect(http).toEqual({ status: "FAILED", reason: expect.stringMatching(/^ClickHouse cannot be reached/) });
  });

  it("get the tables of the sources that are connected to them, and report it", async () => {
    const warehouses = rig.client(WarehousesApi);
    const source = await rig.makeSource("sdk-loads");
    const made = await Promise.all(engines.map(async (engine) => ({ engine, ...(await makeWarehouse(engine)) })));
    for (const { warehouse } of made) {
      const connected = await unwrap(warehouses.addConnectionFromSourceToWarehouse(warehouse.id, source.id));
      expect(connected.status).toBe("CONNECTED");
      const { sources } = await unwrap(warehouses.listConnectedSourcesFromWarehouse(warehouse.id, PAGE));
      expect(sources.map(({ id }) => id)).toEqual([source.id]);
    }
    const headers = { authorization: `Basic ${btoa(`${source.writeKeys[0]}:`)}`, "content-type": "application/json" };
    for (const [type, call] of [
      ["track", { event: "Order Completed", properties: { total: 39.95, note: "Grüße 😀" } }],
      ["track", { event: "Order Completed", properties: { total: 10 } }],
      ["identify", { traits: { plan: "pro" } }],
    ] as const) {
      const body = JSON.stringify({ userId: "u1", ...call });
      expect((await fetch(new URL(`/v1/${type}`, rig.inlet.url), { method: "POST", headers, body })).status).toBe(200);
    }
    const reportsOf = async (warehouseId: string) => {
      const syncs = rig.client(SelectiveSyncApi);
      return (await unwrap(syncs.listSyncsFromWarehouseAndSource(warehouseId, source.id, PAGE))).reports;
    };
    await vi.waitFor(
      async () => {
        await rig.inlet.api("POST", `/api/sources/${source.id}/exports/run`, {});
        for (const { engine, warehouse } of made) {
          const [report] = await reportsOf(warehouse.id);
          expect(report, JSON.stringify(report)).toMatchObject({ status: "SUCCESS", sourceId: source.id });
          expect(await engine.count("sdk_loads", "order_completed")).toBe(2);
          expect(await engine.count("sdk_loads", "users")).toBe(1);
        }
      },
      { timeout: 60_000, interval: 500 },
    );
    for (const { engine, warehouse } of made) {
      const reports = await reportsOf(warehouse.id);
      expect(reports.flatMap((report) => misfitsOf(report, "SyncV1"))).toEqual([]);
      expect(reports.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(6);
      const columns = [
        { name: "id", type: "varchar" },
        { name: "total", type: "float" },
        { name: "note", type: "varchar" },
      ] as const;
      const rows = [...(await engine.rows("sdk_loads", "order_completed", columns)).values()];
      expect(rows.map(({ total, note }) => [total, note])).toEqual(
        expect.arrayContaining([
          [39.95, "Grüße 😀"],
          [10, null],
        ]),
      );
      const gone = await unwrap(warehouses.removeSourceConnectionFromWarehouse(warehouse.id, source.id));
      expect(gone.status).toBe("SUCCESS");
    }
  });
});
