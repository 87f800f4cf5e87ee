import { once } from "node:events";
import { createServer as createWebServer } from "node:http";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import type { OpenWarehouse } from "../../src/core/warehouse-record.ts";
import { tryWarehouse } from "../../src/warehouse/load/trial.ts";
import { startEngines, type LoadEngine } from "../support/load-engines.ts";
import { expectSameRows, order } from "../support/load-expected.ts";
import { Loader, LoadRig, START } from "../support/load-rig.ts";
import { portOf } from "../support/port.ts";

const engines = startEngines();
const engineOf = (kind: LoadEngine["kind"]): LoadEngine => engines.find((engine) => engine.kind === kind)!;

let schemas = 0;
const newRig = () => new LoadRig(`shop_${++schemas}`);

/** A server that takes connections and says nothing. */
async function silentServer() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: portOf(server), stop: () => void server.close() };
}

it("stores a file once in ClickHouse when it is sent twice", async () => {
  const rig = newRig();
  const engine = engineOf("clickhouse");
  const loader = new Loader(rig, "clickhouse", engine.settings);
  const hour = await rig.publish(0, [order("m1", { n: 1 }), order("m2", { n: 2 })]);
  await loader.load(hour);
  await engine.run(`TRUNCATE TABLE "${rig.schema}"."inlet_loads"`);
  expect(await loader.load(hour)).toMatchObject({ status: "success", rows: 4 });
  expect(await engine.stored(rig.schema, "order_completed")).toBe(2);
});

describe("a warehouse that does not take what it should", { timeout: 30_000 }, () => {
  const trouble = async (
    kind: "clickhouse" | "postgres",
    settings: OpenWarehouse["settings"],
    { schema = newRig().schema, patienceMs = 20_000 } = {},
  ) => {
    const rig = new LoadRig(schema);
    const loader = new Loader(rig, kind, { ...engineOf(kind).settings, ...settings });
    const hour = await rig.publish(0, [order("m1", { n: 1 })]);
    loader.patienceMs = patienceMs;
    const { status, error } = await loader.load(hour);
    const { kind: of, settings: all } = loader.warehouse;
    const trial = await tryWarehouse({ kind: of, settings: all, secrets: {} }, loader.ways);
    return { status, error, trial: trial.ok && !trial.value.ok ? trial.value.error : undefined };
  };
  const failed = (words: RegExp) => ({
    status: "failed",
    error: expect.stringMatching(words) as string,
    trial: expect.stringMatching(words) as string,
  });

  it("says so of a wrong password, without repeating it", async () => {
    const found = [
      await trouble("clickhouse", { password: "s3cret" }),
      await trouble("postgres", { password: "s3cret" }),
    ];
    expect(found[0]).toEqual(failed(/^ClickHouse refuses the user or the password\.$/));
    expect(found[1]).toEqual(failed(/^PostgreSQL refuses the user or the password\.$/));
    expect(JSON.stringify(found)).not.toContain("s3cret");
  });

  it("says so of a host or a database that is not there, and of one that is silent", async () => {
    const QUICKLY = { patienceMs: 500 };
    const silent = await silentServer();
    expect(await trouble("clickhouse", { url: "http://127.0.0.1:1" })).toEqual(
      failed(/^ClickHouse cannot be reached: /),
    );
    expect(await trouble("postgres", { port: 1 })).toEqual(
      failed(/^PostgreSQL cannot be reached: the name is not known or nothing answers there\.$/),
    );
    expect(await trouble("postgres", { database: "nowhere" })).toEqual(failed(/database "nowhere" does not exist/));
    expect(await trouble("clickhouse", { url: `http://127.0.0.1:${silent.port}` }, QUICKLY)).toEqual(
      failed(/did not answer in time/),
    );
    expect(await trouble("postgres", { port: silent.port }, QUICKLY)).toEqual(
      failed(/^PostgreSQL did not answer within \d+ s\.$/),
    );
    silent.stop();
  });

  it("says so of a server without TLS, or of one that speaks something else", async () => {
    const { port } = engineOf("postgres").settings;
    expect((await trouble("postgres", { tls: "require" })).error).toMatch(/^No connection with TLS/);
    expect((await trouble("clickhouse", { url: `http://127.0.0.1:${Number(port)}` })).error).toMatch(
      /^ClickHouse cannot/,
    );
    const answers = createWebServer((_, response) => void response.end("<html>")).listen(0, "127.0.0.1");
    await once(answers, "listening");
    expect(await trouble("clickhouse", { url: `http://127.0.0.1:${portOf(answers)}` })).toEqual(
      failed(/not as ClickHouse does/),
    );
    answers.close();
  });

  it("says which right is missing, and loads once it is there", async () => {
    const engine = engineOf("postgres");
    await engine.run("CREATE ROLE guest LOGIN PASSWORD 'guest'");
    const [rig, guest] = [newRig(), { username: "guest", password: "guest" }];
    const loader = new Loader(rig, "postgres", { ...engine.settings, ...guest });
    const hour = await rig.publish(0, [order("m1", { n: 1 })]);
    expect(await loader.load(hour)).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/^The user lacks a right/),
    });
    const trial = await tryWarehouse(
      { kind: "postgres", settings: loader.warehouse.settings, secrets: {} },
      loader.ways,
    );
    expect(trial).toMatchObject({
      value: { ok: false, error: expect.stringMatching(/may make no schemas in the database/) },
    });
    await engine.run("GRANT CREATE ON DATABASE postgres TO guest");
    expect(await loader.load(hour)).toMatchObject({ status: "success", rows: 2 });
    await expectSameRows(rig, engine);
  });

  it("leaves tables alone that it has not made", async () => {
    for (const kind of ["clickhouse", "postgres"] as const) {
      const rig = newRig();
      const engine = engineOf(kind);
      await engine.run(kind === "postgres" ? `CREATE SCHEMA ${rig.schema}` : `CREATE DATABASE ${rig.schema}`);
      const more = kind === "postgres" ? "" : " ENGINE = MergeTree ORDER BY id";
      await engine.run(`CREATE TABLE ${rig.schema}.tracks (id ${kind === "postgres" ? "text" : "String"})${more}`);
      const found = await trouble(kind, {}, rig);
      expect(found.error).toMatch(/has a table tracks that was not made by a load/);
    }
  });

  it("is not gone to where the guard forbids it", async () => {
    const rig = newRig();
    for (const [kind, settings] of [
      ["clickhouse", { url: "http://169.254.169.254/" }],
      ["postgres", { hostname: "10.1.2.3" }],
      ["postgres", { hostname: "0x7f.1" }],
      ["postgres", { hostname: "db.example.com,127.0.0.1" }],
      ["postgres", { hostname: "[::1]" }],
    ] as const) {
      const loader = new Loader(rig, kind, { ...engineOf(kind).settings, ...settings }, false);
      const hour = rig.current.get(START) ?? (await rig.publish(0, [order("m1", {})]));
      expect((await loader.load(hour)).error, JSON.stringify(settings)).toMatch(
        /^The (?:host|address) cannot be used: /,
      );
    }
  });
});
