import { beforeEach, describe, expect, it } from "vitest";
import { fieldIdOf } from "../../src/core/warehouse/field-ids.ts";
import type { Publication } from "../../src/core/exports.ts";
import { followIceberg, followIcebergSnapshots } from "../../src/warehouse/iceberg/follow.ts";
import { metadataOf, orphans, versionsOf, viewSnapshot, viewTable } from "../support/iceberg-audit.ts";
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

const ORDERS = "warehouse/shop/order_completed";
const HOUR_0 = START / HOUR_MS;

let lake: MemoryLake;
let publisher: TestPublisher;
let deps: ReturnType<typeof icebergDeps>;
beforeEach(() => {
  lake = new MemoryLake();
  publisher = new TestPublisher(lake);
  deps = icebergDeps(lake);
});

const orders = (n: number, ...files: Row[][]): Publication =>
  publisher.publish(n, { order_completed: { columns: ORDER_COLUMNS, files } });

async function follow(publication: Publication) {
  deps.at = Math.max(deps.at + 1, publication.publishedAt);
  return followIceberg(publication, deps);
}

const keysOf = (...publications: Publication[]): string[] =>
  publications.flatMap(({ tables }) => tables.flatMap(({ files }) => files.map(({ key }) => key))).toSorted();
const last = () => metadataOf(lake, ORDERS).snapshots.at(-1)!;

describe("a publication", () => {
  it("is one snapshot that appends its files, with their hour and what is in them", async () => {
    await follow(orders(0, [{ id: "a", revenue: 1 }]));
    const told = await follow(orders(1, [{ id: "b", revenue: -2.5, gift: true }, { id: "c" }], [{ id: "d" }]));
    expect(told).toEqual({ status: "success", rows: 3, newColumns: [], notices: [] });
    const { manifests, entries } = await viewTable(lake, ORDERS);
    expect(manifests.map((one) => [one.hours?.from, one.added.files, one.added.rows])).toEqual([
      [HOUR_0, 1, 1],
      [HOUR_0 + 1, 2, 3],
    ]);
    const [revenue, gift] = [fieldIdOf(2, "float"), fieldIdOf(4, "boolean")];
    const { columns, rows, hour, splitOffsets } = entries[1]!.file;
    expect({ rows, hour, splitOffsets }).toEqual({ rows: 2, hour: HOUR_0 + 1, splitOffsets: [4] });
    expect(columns.find(({ fieldId }) => fieldId === revenue)).toMatchObject({ values: 2, nulls: 1 });
    expect(columns.find(({ fieldId }) => fieldId === gift)).toMatchObject({
      lower: new Uint8Array([1]),
      upper: new Uint8Array([1]),
    });
    expect(last().summary).toMatchObject({
      operation: "append",
      "added-data-files": "2",
      "total-data-files": "3",
      "total-records": "4",
      "inlet.publication": "2",
    });
  });

  it("changes nothing the second time", async () => {
    const publication = orders(0, [{ id: "a" }]);
    await follow(publication);
    const written = lake.written.length;
    await follow(publication);
    expect(lake.written.length).toBe(written);
  });

  it("of an hour that is there already replaces its files and no others", async () => {
    const kept = orders(0, [{ id: "a" }]);
    const replaced = orders(1, [{ id: "b" }], [{ id: "c" }]);
    for (const publication of [kept, replaced]) await follow(publication);
    const again = orders(1, [{ id: "b" }, { id: "c" }, { id: "late" }]);
    await follow(again);
    expect((await viewTable(lake, ORDERS)).files).toEqual(keysOf(kept, again));
    expect(last().summary).toMatchObject({
      operation: "overwrite",
      "deleted-data-files": "2",
      "added-records": "3",
      "total-records": "4",
    });
    const [, before] = metadataOf(lake, ORDERS).snapshots;
    expect((await viewSnapshot(lake, before!)).files).toEqual(keysOf(kept, replaced));
  });

  it("takes a table's rows out when a newer version of the hour has none", async () => {
    await follow(orders(0, [{ id: "a" }]));
    await follow(orders(0));
    expect((await viewTable(lake, ORDERS)).files).toEqual([]);
    expect(last().summary).toMatchObject({ operation: "delete", "total-records": "0" });
    await follow(orders(1, [{ id: "b" }]));
    expect((await viewTable(lake, ORDERS)).manifests).toHaveLength(1);
  });

  it("without rows of a table that never had any makes none", async () => {
    await follow(orders(0));
    expect(lake.written).toEqual([]);
  });

  it("that comes after a newer one of its hour is passed over", async () => {
    const older = orders(0, [{ id: "a" }]);
    const newer = orders(0, [{ id: "a" }, { id: "b" }]);
    await follow(newer);
    const written = lake.written.length;
    await follow(older);
    expect(lake.written.length).toBe(written);
  });

  it("brings new columns to the end of the schema, and says which", async () => {
    await follow(orders(0, [{ id: "a" }]));
    const columns = [...ORDER_COLUMNS, column("coupon", "varchar")];
    const files = [[{ id: "b", coupon: "x" }]];
    const told = await follow(publisher.publish(1, { order_completed: { columns, files } }));
    expect(told.newColumns).toEqual(["order_completed.coupon"]);
    const metadata = metadataOf(lake, ORDERS);
    expect(metadata["current-schema-id"]).toBe(1);
    expect(metadata.schemas.map(({ fields }) => fields.length)).toEqual([5, 6]);
    expect(metadata["last-column-id"]).toBe(fieldIdOf(5, "varchar"));
  });

  it("fails as a whole when a data file is missing, and names it", async () => {
    const publication = orders(0, [{ id: "a" }]);
    lake.objects.delete(keysOf(publication)[0]!);
    await expect(follow(publication)).rejects.toThrow("000001-000.parquet is missing");
    expect(versionsOf(lake, ORDERS)).toEqual([]);
  });
});

it("a wide table's manifests describe its first 100 columns, and always received_at", async () => {
  const many = Array.from({ length: 150 }, (_, i) => column(`c${i}`, "integer"));
  const columns = [column("id", "varchar", true), ...many, column("received_at", "timestamp", true)];
  await follow(publisher.publish(0, { wide: { columns, files: [[{ id: "a", c5: 7 }]] } }));
  const [entry] = (await viewTable(lake, "warehouse/shop/wide")).entries;
  expect(entry!.file.columns).toHaveLength(101);
  expect(entry!.file.columns.at(-1)!.lower).toBeDefined();
});

it("two consumers at once both get their files in", async () => {
  const both = [orders(0, [{ id: "a" }]), orders(1, [{ id: "b" }])];
  await Promise.all(both.map((publication) => follow(publication)));
  expect((await viewTable(lake, ORDERS)).files).toEqual(keysOf(...both));
  expect(metadataOf(lake, ORDERS).snapshots).toHaveLength(2);
});

it("the same publication by two consumers at once is one snapshot", async () => {
  const publication = orders(0, [{ id: "a" }]);
  await Promise.all([follow(publication), follow(publication)]);
  expect(metadataOf(lake, ORDERS).snapshots).toHaveLength(1);
  expect(await orphans(lake, ORDERS)).toEqual([]);
});

it("a table keeps the address it was made with", async () => {
  await follow(orders(0, [{ id: "a" }]));
  await followIceberg(orders(1, [{ id: "b" }]), { ...deps, base: "s3://elsewhere" });
  expect(metadataOf(lake, ORDERS).location).toBe(`s3://inlet-archive/${ORDERS}`);
  expect((await viewTable(lake, ORDERS)).files).toHaveLength(2);
});

it("small manifests are merged, and a merged table is still what was published", async () => {
  const all: Publication[] = [];
  for (let n = 0; n < 60; n++) {
    all.push(orders(n, [{ id: `${n}`, revenue: n }]));
    await follow(all.at(-1)!);
  }
  const { files, manifests, entries } = await viewTable(lake, ORDERS);
  expect(files).toEqual(keysOf(...all));
  expect(manifests.length).toBeLessThan(25);
  expect(entries.map(({ sequence, fileSequence, snapshotId }) => [sequence, fileSequence, snapshotId])).toEqual(
    all.map((_, n) => [n + 1, n + 1, n + 1]),
  );
});

it("users and accounts are as their manifests say", async () => {
  const users = (no: number, files: Row[][]): void => {
    const [table] = publisher.publish(no, { users: { columns: ORDER_COLUMNS, files } }).tables;
    const manifest = { schema: "shop", table: "users", no, publishedAt: START, ...table, rows: 1 };
    lake.objects.set("warehouse/shop/users/manifest.json", new TextEncoder().encode(JSON.stringify(manifest)));
  };
  users(1, [[{ id: "u1" }], [{ id: "u2" }]]);
  await followIcebergSnapshots("shop", deps);
  users(2, [[{ id: "u1" }, { id: "u3" }]]);
  await follow(orders(3, [{ id: "a" }]));
  const { files, entries } = await viewTable(lake, "warehouse/shop/users");
  expect(files).toHaveLength(1);
  expect(entries.every(({ file }) => file.hour === undefined)).toBe(true);
  expect(metadataOf(lake, "warehouse/shop/users")["partition-specs"]).toEqual([{ "spec-id": 0, fields: [] }]);
});
