import { once } from "node:events";
import { createServer as createWebServer } from "node:http";
import { createServer } from "node:net";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import type { OpenWarehouse } from "../../src/core/warehouse-record.ts";
import type { Cell, Column, MappedRow } from "../../src/core/warehouse/schema.ts";
import { SnapshotManifest } from "../../src/core/warehouse/snapshots.ts";
import { tryWarehouse } from "../../src/warehouse/load/trial.ts";
import { DECOMPRESSORS } from "../../src/warehouse/parquet-codec.ts";
import { clickhouseEngine, postgresEngine, type Cells, type LoadEngine } from "../support/load-engines.ts";
import { Loader, LoadRig, START } from "../support/load-rig.ts";
import { portOf } from "../support/port.ts";

const engines: LoadEngine[] = [];
beforeAll(async () => {
  engines.push(await clickhouseEngine(), await postgresEngine());
}, 60_000);
afterAll(() => Promise.all(engines.map((engine) => engine.stop())));
const engineOf = (kind: LoadEngine["kind"]): LoadEngine => engines.find((engine) => engine.kind === kind)!;

/** Of each engine; another multiple of calls than the statements of one table, so that each kind is hit. */
const KILLS = 13;
let schemas = 0;
const newRig = () => new LoadRig(`shop_${++schemas}`);

const plain = (cell: Cell | undefined): Cells[string] => {
  if (cell === undefined || cell === null) return null;
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === "bigint" ? String(cell) : cell;
};
/** PostgreSQL has no NUL, Parquet no half characters. */
const stored = (cell: Cells[string], column: Column, kind: string): Cells[string] => {
  if (column.type === "integer" && cell !== null) return String(cell);
  return typeof cell === "string"
    ? cell.toWellFormed().replaceAll(kind === "postgres" ? "\0" : "\uffff", "\ufffd")
    : cell;
};
const expectedOf = (rows: readonly MappedRow[], columns: readonly Column[], kind: string): Map<string, Cells> =>
  new Map(
    rows.map((row) => {
      const cells = columns.map(
        (column) => [column.name, stored(plain(row.cells.get(column.name)), column, kind)] as const,
      );
      return [row.id.toWellFormed(), Object.fromEntries(cells)];
    }),
  );

async function expectSameRows(rig: LoadRig, engine: LoadEngine): Promise<void> {
  for (const table of rig.tableNames) {
    const rows = rig.rowsOf(table);
    const columns = rig.columnsOf(table);
    const found = await engine.rows(rig.schema, table, columns);
    expect(await engine.count(rig.schema, table), table).toBe(rows.length);
    expect(found, table).toEqual(expectedOf(rows, columns, engine.kind));
  }
  for (const table of ["users", "accounts"]) await expectSameSnapshot(rig, engine, table);
}

async function expectSameSnapshot(rig: LoadRig, engine: LoadEngine, table: string): Promise<void> {
  const object = rig.objects.json(`warehouse/${rig.schema}/${table}/manifest.json`);
  if (object === undefined) return;
  const { columns, files } = SnapshotManifest.parse(object);
  const rows: Record<string, Cell>[] = [];
  for (const { key } of files) {
    const bytes = new Uint8Array(rig.objects.objects.get(key)!.bytes);
    rows.push(...(await parquetReadObjects({ file: bytes.buffer, compressors: DECOMPRESSORS })));
  }
  const expected = new Map(
    rows.map((row) => [
      String(row["id"]),
      Object.fromEntries(columns.map((column) => [column.name, stored(plain(row[column.name]), column, engine.kind)])),
    ]),
  );
  expect(await engine.rows(rig.schema, table, columns), table).toEqual(expected);
}

const order = (messageId: string, properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "track",
  event: "Order Completed",
  messageId,
  userId: `u${messageId.length}`,
  properties,
  ...more,
});
const identify = (messageId: string, userId: string, traits: JsonObject): JsonObject => ({
  type: "identify",
  messageId,
  userId,
  traits,
});
const UGLY = [
  'quote " and \\ and {a,b} NULL',
  "'; DROP TABLE x; --",
  "null",
  "",
  "zwei\nZeilen\t\r",
  "😀\ud800x",
  "a\0b",
  "\\N",
  "日本語",
];

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
    expect(await trouble("postgres", { port: 1 })).toEqual(failed(/^PostgreSQL cannot be reached: .*ECONNREFUSED/));
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

describe.each(["clickhouse", "postgres"] as const)("loading into %s", { timeout: 30_000 }, (kind) => {
  const loaderOf = (rig: LoadRig) => new Loader(rig, kind, engineOf(kind).settings);

  it("brings all tables of an hour, and nothing twice when it is repeated", async () => {
    const rig = newRig();
    const loader = loaderOf(rig);
    const hour = await rig.publish(
      0,
      [
        order("m1", { total: 10.5, items: 2, gift: true, at: "2026-11-20T10:00:00.123Z", list: [1, { a: 2 }] }),
        order("m2", { total: null, items: 9_007_199_254_740_991 }),
        identify("m3", "u1", { email: "ada@example.com", plan: "free" }),
        { type: "page", messageId: "m4", anonymousId: "a1", name: "Home", properties: { day: "Monday", hr: 7 } },
        { type: "group", messageId: "m5", userId: "u1", groupId: "g1", traits: { seats: 3 } },
      ],
      2,
    );
    expect(await loader.load(hour)).toMatchObject({ status: "success" });
    await expectSameRows(rig, engineOf(kind));
    const again = await loader.load(hour);
    expect(again).toMatchObject({ status: "success", rows: 0, newColumns: [] });
    await expectSameRows(rig, engineOf(kind));
  });

  it("keeps values as they were sent, however ugly", async () => {
    const rig = newRig();
    const ugly = UGLY.map((text, i) =>
      order(`m${i}-${text.replaceAll("\0", "")}`, {
        text,
        [`n${i % 3}`]: i - 4,
        float: 1e300 / 10 ** i,
        small: -0.1 * i,
        big: i % 2 === 0 ? 9.2e18 : -1,
        when: ["0001-01-01", "9999-12-31T23:59:59.999Z", "1969-12-31T23:59:59.001Z", "2300-01-01"][i % 4]!,
      }),
    );
    const result = await loaderOf(rig).load(await rig.publish(0, ugly));
    await expectSameRows(rig, engineOf(kind));
    const codes = result.notices.map(({ code, column, count }) => [code, column, count]);
    expect(codes).toEqual(kind === "postgres" ? [["NUL_REPLACED", "text", 1]] : []);
    expect(result.status).toBe(kind === "postgres" ? "partial" : "success");
  });

  it("takes an hour's next version in place of the one before: late rows, lost rows, lost tables", async () => {
    const rig = newRig();
    const loader = loaderOf(rig);
    const other = { type: "track", event: "Once Only", messageId: "x", properties: {} };
    await loader.load(await rig.publish(1, [order("n1", { total: 7 })]));
    await loader.load(await rig.publish(0, [order("m1", { total: 1 }), order("m2", { total: 2 }), other]));
    const next = await rig.publish(0, [order("m1", { total: 1 }), order("m3", { total: 3, coupon: "A" })]);
    const result = await loader.load(next);
    expect(result.newColumns).toEqual(["order_completed.coupon"]);
    await expectSameRows(rig, engineOf(kind));
    expect(await engineOf(kind).count(rig.schema, "once_only")).toBe(0);
    // Whoever comes late with the old version changes nothing.
    expect(await engineOf(kind).count(rig.schema, "order_completed")).toBe(3);
  });

  it("brings users and accounts up to date", async () => {
    const rig = newRig();
    const loader = loaderOf(rig);
    await loader.load(
      await rig.publish(0, [identify("m1", "u1", { plan: "free", age: 40 }), identify("m2", "u2", {})]),
    );
    await loader.load(
      await rig.publish(1, [identify("m3", "u1", { plan: "pro" }), identify("m4", "u3", { city: "Ulm" })]),
    );
    await expectSameRows(rig, engineOf(kind));
    expect(
      (
        await engineOf(kind).rows(rig.schema, "users", [
          { name: "id", type: "varchar" },
          { name: "plan", type: "varchar" },
          { name: "age", type: "integer" },
        ])
      ).get("u1"),
    ).toEqual({ id: "u1", plan: "pro", age: "40" });
  });

  it("gives a column its new type once its owner has changed it", async () => {
    const rig = newRig();
    const loader = loaderOf(rig);
    const events = [order("m1", { sku: 12 }), order("m2", { sku: "A7" })];
    const later = [order("n1", { sku: 99 })];
    await loader.load(await rig.publish(0, events));
    const stale = await rig.publish(1, later);
    await loader.load(stale);
    rig.retype("order_completed", "sku", "varchar");
    expect((await loader.load(await rig.publish(0, events))).status).toBe("success");
    // A publication from before the change that is loaded once more does not bring the old type back.
    await loader.load({
      ...stale,
      tables: stale.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) =>
          column.name === "sku" ? { ...column, type: "integer" as const } : column,
        ),
      })),
    });
    await loader.load(await rig.publish(1, later));
    await expectSameRows(rig, engineOf(kind));
  });

  it("ends the same wherever it is killed and however often", async () => {
    const events = [0, 1].map((n) => [
      ...Array.from({ length: 3 }, (_, i) => order(`h${n}-${i}`, { total: i, [`p${n}`]: "x" })),
      identify(`i${n}`, `u${n}`, { plan: `p${n}` }),
    ]);
    const steps = async (rig: LoadRig, loader: Loader) => {
      const hours = [await rig.publish(0, events[0]!, 2), await rig.publish(1, events[1]!, 3)];
      return [...hours, await rig.publish(0, events[0]!.slice(1), 2)].map((hour) => () => loader.load(hour));
    };
    const rehearsal = newRig();
    const counted = loaderOf(rehearsal);
    for (const step of await steps(rehearsal, counted)) await step();
    expect(counted.calls).toBeGreaterThan(20);
    const every = Math.ceil(counted.calls / KILLS);
    for (let n = 1; n <= counted.calls; n += every) {
      const rig = newRig();
      const loader = loaderOf(rig);
      loader.killAt = n;
      loader.killsAfter = n % 2 === 0;
      for (const step of await steps(rig, loader)) {
        let result = await step();
        while (result.status === "failed") {
          loader.killAt = Number.POSITIVE_INFINITY;
          result = await step();
        }
      }
      await expectSameRows(rig, engineOf(kind));
    }
  }, 120_000);
});
