import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createIcebergDeps, icebergStore } from "../../src/bindings/iceberg.ts";
import { followIceberg } from "../../src/warehouse/iceberg/follow.ts";
import { encodeParquet } from "../../src/warehouse/parquet.ts";
import { TableRows } from "../../src/warehouse/table-rows.ts";
import type { TableSchema } from "../../src/core/warehouse/schema.ts";

const store = icebergStore(env.ARCHIVE);
const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : new TextDecoder().decode(bytes));

it("only one of two writers of the same new object succeeds, and the object is the winner's", async () => {
  const outcomes = await Promise.all(["one", "two"].map((body) => store.putNew("iceberg-test/v1", body)));
  expect(outcomes.toSorted()).toEqual([false, true]);
  const winner = ["one", "two"][outcomes.indexOf(true)]!;
  expect(text(await store.get("iceberg-test/v1"))).toBe(winner);
  expect(await store.putNew("iceberg-test/v1", "three")).toBe(false);
  expect(text(await store.get("iceberg-test/v1"))).toBe(winner);
});

it("a write that R2 refuses for its pace is tried again after a second, a few times", async () => {
  const pauses: number[] = [];
  const refusing = (times: number) => {
    let left = times;
    const put = (key: string, body: string) => {
      if (left-- > 0) throw new Error("put: Reduce your rate of simultaneous writes on the same object. (10058)");
      return env.ARCHIVE.put(key, body);
    };
    return icebergStore({ put } as unknown as R2Bucket, async (ms) => void pauses.push(ms));
  };
  await refusing(3).put("iceberg-test/hint", "7");
  expect(text(await store.get("iceberg-test/hint"))).toBe("7");
  expect(pauses).toEqual([1100, 1100, 1100]);
  await expect(refusing(4).put("iceberg-test/hint", "8")).rejects.toThrow("10058");
});

it("objects are read whole and in part, listed over all pages and deleted", async () => {
  const keys = ["a", "b", "c"].map((name) => `iceberg-test/many/${name}`);
  for (const key of keys) await store.put(key, "0123456789");
  const paged = { list: (options: R2ListOptions) => env.ARCHIVE.list({ ...options, limit: 2 }) };
  expect(await icebergStore(paged as unknown as R2Bucket).list("iceberg-test/many/")).toEqual(keys);
  expect(text(new Uint8Array((await store.range(keys[0]!, 2, 5))!))).toBe("234");
  expect(await store.range("iceberg-test/none", 0, 1)).toBeNull();
  expect(await store.get("iceberg-test/none")).toBeNull();
  await store.delete([...keys.slice(0, 2), "iceberg-test/none"]);
  expect(await store.list("iceberg-test/many/")).toEqual(keys.slice(2));
});

it("a publication becomes a table, again with the same one it stays", async () => {
  const table: TableSchema = {
    name: "signed_up",
    kind: "event",
    eventNames: [],
    columns: [
      { name: "id", type: "varchar", fixed: true },
      { name: "received_at", type: "timestamp", fixed: true },
    ],
  };
  const hour = Date.UTC(2026, 10, 20);
  const cells = new Map<string, string | Date>([
    ["id", "a"],
    ["received_at", new Date(hour)],
  ]);
  const body = encodeParquet(table, TableRows.of(table, [{ table, id: "a", messageId: "a", receivedAt: hour, cells }]));
  const key = "warehouse/iceberg_test/signed_up/day=2026-11-20/hr=00/000001-000.parquet";
  await env.ARCHIVE.put(key, body);
  const files = [{ key, rows: 1, bytes: body.length, firstAt: hour, lastAt: hour }];
  const { name, kind, columns } = table;
  const publication = {
    no: 1,
    sourceId: "src_1",
    schema: "iceberg_test",
    hour,
    version: 1,
    seq: 1,
    publishedAt: hour,
    upserts: [],
    ids: [],
    ndjson: [],
    tables: [{ table: name, kind, columns, files, replaced: [], rows: 1 }],
  };
  const deps = createIcebergDeps(env.ARCHIVE, "s3://inlet-archive", () => hour);
  for (const _ of [1, 2]) expect(await followIceberg(publication, deps)).toMatchObject({ status: "success", rows: 1 });
  const names = (await store.list("warehouse/iceberg_test/signed_up/metadata/")).map((one) => one.replace(/^.*\//, ""));
  expect(names).toHaveLength(4);
  expect(names.slice(-2)).toEqual(["v1.metadata.json", "version-hint.text"]);
});
