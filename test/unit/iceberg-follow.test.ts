import { beforeEach, describe, expect, it } from "vitest";
import { fieldIdOf } from "../../src/core/warehouse/field-ids.ts";
import type { FileEntry, Publication } from "../../src/core/exports.ts";
import { readAvroFile } from "../../src/warehouse/iceberg/avro-read.ts";
import { followIceberg, followIcebergSnapshots } from "../../src/warehouse/iceberg/follow.ts";
import { DELETED, readManifest } from "../../src/warehouse/iceberg/manifest.ts";
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
const USERS = "warehouse/shop/users";
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
/** Files of the table of users, and a manifest that names some. */
const usersFiles = (n: number, files: Row[][]): FileEntry[] =>
  publisher.publish(n, { users: { columns: ORDER_COLUMNS, files } }).tables[0]!.files;
async function publishUsers(no: number, files: FileEntry[], follows = true): Promise<void> {
  const facts = { schema: "shop", table: "users", no, publishedAt: START, rows: 1 };
  await lake.put(`${USERS}/manifest.json`, JSON.stringify({ ...facts, columns: ORDER_COLUMNS, files }));
  if (follows) await followIcebergSnapshots("shop", deps);
}
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
  const again = orders(5, [{ id: "5" }, { id: "late" }]);
  await follow(again);
  const after = await viewTable(lake, ORDERS);
  expect(after.files).toEqual(keysOf(...all.filter((_, n) => n !== 5), again));
  expect(after.entries.find(({ file }) => file.hour === HOUR_0 + 6)).toMatchObject({ sequence: 7, snapshotId: 7 });
  const gone = after.entries.filter(({ status }) => status === DELETED);
  expect(gone).toMatchObject([{ sequence: 6, fileSequence: 6, snapshotId: 61, file: { hour: HOUR_0 + 5 } }]);
});

it("the manifest list says the least sequence number of each manifest's live files", async () => {
  for (let n = 0; n < 60; n++) await follow(orders(n, [{ id: `${n}` }]));
  await follow(orders(0, [{ id: "late" }]));
  const { manifests } = await viewTable(lake, ORDERS);
  for (const manifest of manifests) {
    const bytes = lake.objects.get(manifest.path.slice("s3://inlet-archive/".length))!;
    const live = readManifest(bytes, manifest).filter(({ status }) => status !== DELETED);
    expect(manifest.minSequence).toBe(Math.min(...live.map(({ sequence }) => sequence)));
  }
  expect(manifests[0]).toMatchObject({ sequence: 61, minSequence: 2 });
});

it("an added file's sequence number is left to the manifest list, an existing one's is written down", async () => {
  const numbers = async () => {
    const found = [];
    for (const { path } of (await viewTable(lake, USERS)).manifests) {
      const records = readAvroFile(lake.objects.get(path.slice("s3://inlet-archive/".length))!);
      found.push(...records.map((one) => [one["status"], one["sequence_number"], one["file_sequence_number"]]));
    }
    return found;
  };
  const [first, second, third] = usersFiles(1, [[{ id: "u1" }], [{ id: "u2" }], [{ id: "u3" }]]);
  await publishUsers(1, [first!, second!]);
  expect(await numbers()).toEqual([
    [1, null, null],
    [1, null, null],
  ]);
  await publishUsers(2, [second!, third!]);
  expect(await numbers()).toEqual([
    [2, 1, 1],
    [0, 1, 1],
    [1, null, null],
  ]);
});

it("users and accounts are as their manifests say", async () => {
  await publishUsers(1, usersFiles(1, [[{ id: "u1" }], [{ id: "u2" }]]));
  const now = usersFiles(2, [[{ id: "u1" }, { id: "u3" }]]);
  await publishUsers(2, now, false);
  await follow(orders(3, [{ id: "a" }]));
  const { files, entries } = await viewTable(lake, USERS);
  expect(files).toEqual(now.map(({ key }) => key));
  expect(entries.every(({ file }) => file.hour === undefined)).toBe(true);
  expect(metadataOf(lake, USERS)["partition-specs"]).toEqual([{ "spec-id": 0, fields: [] }]);
});

it("a table is found however far behind the hint is", async () => {
  for (const n of [0, 1, 2]) await follow(orders(n, [{ id: `${n}` }]));
  await lake.put(`${ORDERS}/metadata/version-hint.text`, "1");
  await follow(orders(3, [{ id: "3" }]));
  expect(versionsOf(lake, ORDERS)).toEqual([1, 2, 3, 4]);
  expect(new TextDecoder().decode(lake.objects.get(`${ORDERS}/metadata/version-hint.text`))).toBe("4");
});
