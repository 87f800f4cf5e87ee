import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { catalogOf } from "../../src/bindings/catalog.ts";
import { api, makeSource, type Json } from "../support/api.ts";

const POSTGRES = { hostname: "db.example.com", username: "loader", password: "pg-secret-value" };

async function makeWarehouse(body: Record<string, unknown> = {}): Promise<Json> {
  const answer = await api("POST", "/warehouses", { metadataId: "postgres", settings: POSTGRES, ...body });
  if (answer.data["warehouse"] === undefined) throw new Error(answer.text);
  return answer.data["warehouse"];
}
const at = (warehouse: Json, rest = ""): string => `/warehouses/${String(warehouse["id"])}${rest}`;
const connect = (warehouse: Json, source: Json, method = "POST") =>
  api(method, at(warehouse, `/connected-sources/${String(source["id"])}`));
const followersOf = async (source: Json) =>
  (await catalogOf(env).exportPlan(String(source["id"])))?.followers.filter(({ name }) => name.startsWith("load:"));

describe("warehouses", () => {
  it("start with the defaults of their kind, and say which secrets they hold without showing any", async () => {
    const warehouse = await makeWarehouse();
    expect(warehouse).toMatchObject({
      name: "PostgreSQL",
      enabled: true,
      metadata: { id: "postgres" },
      settings: { hostname: "db.example.com", port: 5432, database: "postgres", username: "loader", tls: "require" },
      secrets: { password: true },
      sourceIds: [],
    });
    const seen = (await Promise.all([at(warehouse), "/warehouses"].map((path) => api("GET", path)))).map(
      ({ text }) => text,
    );
    expect(JSON.stringify(warehouse) + seen.join("")).not.toMatch(/pg-secret-value|sealed/);
    const opened = await catalogOf(env).openWarehouse(String(warehouse["id"]));
    expect(opened).toMatchObject({ kind: "postgres", settings: POSTGRES, secrets: ["password"], unreadable: [] });
  });

  it("keep settings and secrets that a change does not name; null takes one away", async () => {
    const warehouse = await makeWarehouse({ name: "Ours" });
    const changed = await api("PATCH", at(warehouse), { enabled: false, settings: { port: 6432 } });
    expect(changed.data["warehouse"]).toMatchObject({
      name: "Ours",
      enabled: false,
      settings: { hostname: "db.example.com", port: 6432 },
      secrets: { password: true },
    });
    const { data } = await api("PATCH", at(warehouse), { name: null, settings: { password: null } });
    expect(data["warehouse"]).toMatchObject({ name: "PostgreSQL", secrets: {} });
  });

  it("refuse settings by their names", async () => {
    for (const [body, field] of [
      [{ metadataId: "redshift" }, "metadataId"],
      [{ settings: {} }, "settings.hostname"],
      [{ settings: { ...POSTGRES, port: "many" } }, "settings.port"],
      [{ settings: { ...POSTGRES, tls: "maybe" } }, "settings.tls"],
      [{ settings: { ...POSTGRES, sslmode: "require" } }, "settings.sslmode"],
      [{ metadataId: "clickhouse", settings: {} }, "settings.url"],
      [{ name: "" }, "name"],
    ] as const) {
      const { status, errors } = await api("POST", "/warehouses", {
        metadataId: "postgres",
        settings: POSTGRES,
        ...body,
      });
      expect([status, errors[0]?.field]).toEqual([422, field]);
    }
    expect((await makeWarehouse({ settings: { hyperdrive: "PG" } }))["settings"]).toMatchObject({ hyperdrive: "PG" });
  });

  it("are connected to sources, which then are followed, as long as both are there", async () => {
    const [warehouse, source, other] = [await makeWarehouse(), await makeSource(), await makeSource({ name: "Other" })];
    const name = `load:${String(warehouse["id"])}`;
    expect((await connect(warehouse, source)).data).toEqual({ status: "CONNECTED" });
    await connect(warehouse, source);
    await connect(warehouse, other);
    expect(await followersOf(source)).toEqual([{ name, on: true }]);
    const { data } = await api("GET", at(warehouse, "/connected-sources"));
    expect(data["sources"]).toMatchObject([{ id: source["id"] }, { id: other["id"] }]);
    const path = `/sources/${String(source["id"])}/connected-warehouses`;
    expect((await api("GET", path)).data["warehouses"]).toMatchObject([{ id: warehouse["id"] }]);
    await api("PATCH", at(warehouse), { enabled: false });
    expect(await followersOf(source)).toEqual([{ name, on: false }]);
    await api("DELETE", `/sources/${String(other["id"])}`);
    expect((await api("GET", at(warehouse))).data["warehouse"]).toMatchObject({ sourceIds: [source["id"]] });
    expect((await connect(warehouse, source, "DELETE")).data).toEqual({ status: "SUCCESS" });
    expect(await followersOf(source)).toEqual([]);
    await connect(warehouse, source);
    expect((await api("DELETE", at(warehouse))).data).toEqual({ status: "SUCCESS" });
    expect(await followersOf(source)).toEqual([]);
  });

  it("that are not there are not found, nor are sources", async () => {
    const [warehouse, source] = [await makeWarehouse(), await makeSource()];
    const nobody = { id: "nobody" } as unknown as Json;
    const answers = await Promise.all([
      api("GET", "/warehouses/nobody"),
      api("PATCH", "/warehouses/nobody", { enabled: false }),
      api("DELETE", "/warehouses/nobody"),
      api("GET", "/warehouses/nobody/connection-state"),
      api("GET", "/warehouses/nobody/connected-sources"),
      api("GET", `/warehouses/nobody/connected-sources/${String(source["id"])}/syncs`),
      api("GET", at(warehouse, "/connected-sources/nobody/syncs")),
      api("GET", "/catalog/warehouses/nobody"),
      connect(nobody, source),
      connect(warehouse, nobody),
      connect(warehouse, nobody, "DELETE"),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
  });

  it("that cannot be reached say why, with the secret that is stored or one that is tried", async () => {
    const warehouse = await makeWarehouse({ settings: { ...POSTGRES, hyperdrive: "NONE" } });
    const state = (await api("GET", at(warehouse, "/connection-state"))).data;
    expect(state).toEqual({
      connectionState: "FAILED",
      reason: "This Worker has no Hyperdrive binding called NONE.",
    });
    const tried = await api("POST", at(warehouse, "/validation"), { settings: { hyperdrive: null, hostname: "a b" } });
    expect(tried.data).toMatchObject({ status: "FAILED", reason: expect.stringMatching(/^The host cannot be used/) });
    const through = await api("POST", at(warehouse, "/validation"), { settings: { hyperdrive: "CATALOG" } });
    expect(through.data).toMatchObject({ reason: "This Worker has no Hyperdrive binding called CATALOG." });
    const clickhouse = { metadataId: "clickhouse", settings: { url: "ftp://example.com" } };
    expect((await api("POST", "/warehouses/validation", clickhouse)).data).toMatchObject({
      status: "FAILED",
      reason: expect.stringMatching(/^The address cannot be used: ftp: is not http/),
    });
  });

  it("show what was loaded of a source, page by page", async () => {
    const [warehouse, source] = [await makeWarehouse(), await makeSource()];
    await connect(warehouse, source);
    const path = at(warehouse, `/connected-sources/${String(source["id"])}/syncs`);
    expect((await api("GET", path)).data).toEqual({ reports: [], pagination: { current: "" } });
    expect((await api("GET", `${path}?pagination[cursor]=x`)).status).toBe(422);
  });
});
