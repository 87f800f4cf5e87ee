import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Session } from "chdb";
import { icebergMetadata, icebergRead } from "icebird";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { followIceberg, followIcebergSnapshots } from "../../src/warehouse/iceberg/follow.ts";
import { metadataOf } from "../support/iceberg-audit.ts";
import {
  column,
  HOUR_MS,
  icebergDeps,
  MemoryLake,
  ORDER_COLUMNS,
  START,
  TestPublisher,
} from "../support/iceberg-lake.ts";
import type { Row } from "../support/iceberg-lake.ts";

const WEB = "http://lake.test";
const HOURS = 40;
const WITH_COUPON = [...ORDER_COLUMNS, column("coupon", "varchar")];
/** From hour 3 on orders have coupons. */
const columnsOf = (n: number) => (n < 3 ? ORDER_COLUMNS : WITH_COUPON);
const rowsOf = (n: number): Row[] => [
  {
    id: `a${n}`,
    revenue: n + 0.5,
    quantity: n,
    gift: n % 2 === 0,
    ...(n >= 3 && { coupon: `Grüße 😀 ${n} ${"x".repeat(40)}` }),
  },
  { id: `b${n}`, revenue: 1 },
];

/** Some hours of two files each; then hour 30 is published again, with one row more. */
async function fill(lake: MemoryLake, base: string): Promise<void> {
  const publisher = new TestPublisher(lake);
  const deps = icebergDeps(lake, base);
  for (let n = 0; n < HOURS; n++) {
    deps.at = START + (n + 1) * HOUR_MS;
    const files = rowsOf(n).map((row) => [row]);
    await followIceberg(publisher.publish(n, { order_completed: { columns: columnsOf(n), files } }), deps);
  }
  const users = publisher.publish(0, { users: { columns: ORDER_COLUMNS, files: [[{ id: "u1" }, { id: "u2" }]] } });
  const manifest = { schema: "shop", no: 1, publishedAt: START, ...users.tables[0] };
  await lake.put("warehouse/shop/users/manifest.json", JSON.stringify(manifest));
  await followIcebergSnapshots("shop", deps);
  const late = [[...rowsOf(30), { id: "late", revenue: 100 }]];
  await followIceberg(publisher.publish(30, { order_completed: { columns: WITH_COUPON, files: late } }), deps);
  for (const [n, type, value] of [
    [0, "integer", 7],
    [1, "varchar", "seven"],
  ] as const) {
    const files = [[{ id: `${n}`, n: value }]];
    const columns = [...ORDER_COLUMNS, column("n", type)];
    await followIceberg(publisher.publish(n, { retyped: { columns, files } }), deps);
  }
}

const all = Array.from({ length: HOURS }, (_, n) => rowsOf(n)).flat();
const sum = (rows: readonly Row[], name: string): number =>
  rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);
const EXPECTED = [all.length + 1, sum(all, "revenue") + 100, sum(all, "quantity"), all.length + 1];

describe("ClickHouse", () => {
  const home = process.cwd();
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "inlet-iceberg-")));
  let session: Session;
  let lake: MemoryLake;
  const ORDERS = "icebergLocal('warehouse/shop/order_completed')";

  beforeAll(async () => {
    lake = new MemoryLake();
    await fill(lake, folder);
    lake.dump(folder);
    // It reads only what lies in the folder that it was started in.
    process.chdir(folder);
    session = new Session();
  });
  afterAll(() => {
    session.close();
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  const rows = (sql: string): unknown[][] =>
    session
      .query(
        `${sql} ${sql.includes("SETTINGS") ? "," : "SETTINGS"} output_format_json_quote_64bit_integers = 0`,
        "JSONCompactEachRow",
      )
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as unknown[]);
  const events = (name: string): number =>
    Number(rows(`SELECT sum(value) FROM system.events WHERE event = '${name}'`)[0]![0]);

  it("finds every row once, and the replaced hour's rows not twice", () => {
    expect(rows(`SELECT count(), sum(revenue), sum(quantity), uniqExact(id) FROM ${ORDERS}`)).toEqual([EXPECTED]);
    expect(
      rows(
        `SELECT id, revenue FROM ${ORDERS} WHERE toStartOfHour(received_at) = toDateTime('2026-11-21 06:00:00', 'UTC') ORDER BY id`,
      ),
    ).toEqual([
      ["a30", 30.5],
      ["b30", 1],
      ["late", 100],
    ]);
  });

  it("goes back to the table before", () => {
    const before = metadataOf(lake, "warehouse/shop/order_completed").snapshots.at(-2)!;
    expect(
      rows(
        `SELECT count(), countIf(id = 'late') FROM ${ORDERS} SETTINGS iceberg_snapshot_id = ${before["snapshot-id"]}`,
      ),
    ).toEqual([[all.length, 0]]);
  });

  it("finds a new column empty in older files, and the types as they are", () => {
    expect(rows(`SELECT countIf(coupon IS NULL), min(coupon) FROM ${ORDERS}`)).toEqual([
      [HOURS + 3 + 1, `Grüße 😀 10 ${"x".repeat(40)}`],
    ]);
    expect(rows(`DESCRIBE TABLE ${ORDERS}`).map(([name, type]) => [name, type])).toEqual([
      ["id", "Nullable(String)"],
      ["received_at", "Nullable(DateTime64(6, 'UTC'))"],
      ["revenue", "Nullable(Float64)"],
      ["quantity", "Nullable(Int64)"],
      ["gift", "Nullable(Bool)"],
      ["coupon", "Nullable(String)"],
    ]);
  });

  it("opens the files of the hours asked for and no others", () => {
    const [before, boundsBefore] = [events("IcebergPartitionPrunedFiles"), events("IcebergMinMaxIndexPrunedFiles")];
    const hour = "received_at >= '2026-11-20 05:00:00' AND received_at < '2026-11-20 07:00:00'";
    expect(rows(`SELECT count() FROM ${ORDERS} WHERE ${hour} SETTINGS session_timezone = 'UTC'`)).toEqual([[4]]);
    // 2 files an hour but one in hour 30; what the partitions' summaries rule out is not even listed.
    const [pruned, byBounds] = [
      events("IcebergPartitionPrunedFiles") - before,
      events("IcebergMinMaxIndexPrunedFiles") - boundsBefore,
    ];
    expect(pruned + byBounds).toBeGreaterThanOrEqual(HOURS);
  });

  it("leaves files out whose bounds say that the value is not in them", () => {
    const before = events("IcebergMinMaxIndexPrunedFiles");
    expect(rows(`SELECT id FROM ${ORDERS} WHERE quantity > 37 ORDER BY id`)).toEqual([["a38"], ["a39"]]);
    expect(events("IcebergMinMaxIndexPrunedFiles") - before).toBeGreaterThan(30);
    expect(rows(`SELECT id FROM ${ORDERS} WHERE coupon = 'Grüße 😀 12 ${"x".repeat(40)}'`)).toEqual([["a12"]]);
  });

  it("takes no value of a column's former type for one of the new: it is empty until the hour is made again", () => {
    const table = "icebergLocal('warehouse/shop/retyped')";
    expect(rows(`SELECT id, n, toTypeName(n) FROM ${table} ORDER BY id`)).toEqual([
      ["0", null, "Nullable(String)"],
      ["1", "seven", "Nullable(String)"],
    ]);
    expect(rows(`SELECT id FROM ${table} WHERE n = 'seven'`)).toEqual([["1"]]);
  });

  it("reads users, which have no partitions", () => {
    expect(rows("SELECT id FROM icebergLocal('warehouse/shop/users') ORDER BY id")).toEqual([["u1"], ["u2"]]);
  });
});

describe("icebird", () => {
  const lake = new MemoryLake();
  const tableUrl = `${WEB}/warehouse/shop/order_completed`;
  beforeAll(async () => {
    await fill(lake, WEB);
    vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
      const body = lake.objects.get(url.slice(WEB.length + 1));
      if (body === undefined) return new Response(null, { status: 404 });
      const [, start, end] = /bytes=(\d+)-(\d*)/.exec(new Headers(init?.headers).get("range") ?? "") ?? [];
      const part = start === undefined ? body : body.subarray(Number(start), end === "" ? undefined : Number(end) + 1);
      return new Response(Uint8Array.from(part), { status: start === undefined ? 200 : 206 });
    });
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });

  it("finds every row once, and new columns empty in older files", async () => {
    const rows = (await icebergRead({ tableUrl })) as Row[];
    expect([rows.length, sum(rows, "revenue"), sum(rows, "quantity"), new Set(rows.map((row) => row.id)).size]).toEqual(
      EXPECTED,
    );
    expect(rows.filter((row) => row["coupon"] === null || row["coupon"] === undefined)).toHaveLength(HOURS + 3 + 1);
  });

  it("goes back to the metadata before", async () => {
    const metadata = await icebergMetadata({ tableUrl });
    const [file] = metadata["metadata-log"]!.slice(-1).map((entry) => entry["metadata-file"].replace(/^.*\//, ""));
    expect(await icebergRead({ tableUrl, ...(file && { metadataFileName: file }) })).toHaveLength(all.length);
  });
});
