import { describe, expect, it } from "vitest";
import type { Publication } from "../../src/core/exports.ts";
import { followIceberg } from "../../src/warehouse/iceberg/follow.ts";
import { loadTable } from "../../src/warehouse/iceberg/table.ts";
import { metadataOf, orphans, viewSnapshot, viewTable } from "../support/iceberg-audit.ts";
import { HOUR_MS, icebergDeps, MemoryLake, ORDER_COLUMNS, START, TestPublisher } from "../support/iceberg-lake.ts";

const ORDERS = "warehouse/shop/order_completed";
const DAYS_LATER = 72;

/** A table so old that the next commit merges manifests, lets snapshots go and deletes files. The publication that does. */
async function history(publisher: TestPublisher, deps: ReturnType<typeof icebergDeps>) {
  const publish = (n: number, ids: string[]): Publication =>
    publisher.publish(n, { order_completed: { columns: ORDER_COLUMNS, files: [ids.map((id) => ({ id }))] } });
  for (let n = 0; n < 24; n++) {
    deps.at = START + n * HOUR_MS;
    await followIceberg(publish(n, [`${n}`]), deps);
  }
  deps.at = START + DAYS_LATER * HOUR_MS;
  await followIceberg(publish(24, ["24"]), deps);
  deps.at += 2 * HOUR_MS;
  return publish(10, ["10", "late"]);
}

async function fresh() {
  const lake = new MemoryLake();
  const deps = icebergDeps(lake);
  const publication = await history(new TestPublisher(lake), deps);
  return { lake, deps, publication, writes: lake.written.length };
}

/** What a reader finds, wherever it looks for the newest metadata; throws when anything named is missing. */
async function readBoth(lake: MemoryLake): Promise<string[][]> {
  const hinted = Number(new TextDecoder().decode(lake.objects.get(`${ORDERS}/metadata/version-hint.text`)));
  const found: string[][] = [];
  for (const metadata of [metadataOf(lake, ORDERS, hinted), metadataOf(lake, ORDERS)]) {
    for (const snapshot of metadata.snapshots) await viewSnapshot(lake, snapshot);
    found.push([...(await viewSnapshot(lake, metadata.snapshots.at(-1)!)).files]);
  }
  return found;
}

describe("a commit that is cut off at any write", async () => {
  const whole = await fresh();
  const before = (await viewTable(whole.lake, ORDERS)).files;
  await followIceberg(whole.publication, whole.deps);
  const writes = whole.lake.written.length - whole.writes;
  const after = (await viewTable(whole.lake, ORDERS)).files;

  it("is of manifests, a manifest list, a deletion, metadata and the hint, in this order", () => {
    const names = whole.lake.written.slice(whole.writes).map((key) => key.replace(/^.*\//, ""));
    expect(names.map((name) => name.replaceAll(/\d+/g, "0"))).toEqual([
      expect.stringMatching(/-m0\.avro$/),
      expect.stringMatching(/-m0\.avro$/),
      expect.stringMatching(/^snap-/),
      expect.stringMatching(/^deletion of/),
      "v0.metadata.json",
      "version-hint.text",
    ]);
  });

  for (let n = 1; n <= writes; n++) {
    for (const failsAfter of [false, true]) {
      it(`${failsAfter ? "after" : "before"} write ${n} leaves the old table or the new one, and is made whole by a repeat`, async () => {
        const { lake, deps, publication } = await fresh();
        Object.assign(lake, { failAt: n, failsAfter });
        await expect(followIceberg(publication, deps)).rejects.toThrow("stopped");
        for (const files of await readBoth(lake)) expect([before, after]).toContainEqual(files);
        await followIceberg(publication, deps);
        expect(await readBoth(lake)).toEqual([after, after]);
        expect(metadataOf(lake, ORDERS)).toEqual(metadataOf(whole.lake, ORDERS));
        expect(await orphans(lake, ORDERS)).toEqual([]);
      });
    }
  }

  it("or while the table is made is made whole by a repeat, too", async () => {
    for (let n = 1; n <= 4; n++) {
      for (const failsAfter of [false, true]) {
        const lake = new MemoryLake();
        const deps = icebergDeps(lake);
        const publication = new TestPublisher(lake).publish(0, {
          order_completed: { columns: ORDER_COLUMNS, files: [[{ id: "a" }]] },
        });
        Object.assign(lake, { failAt: n, failsAfter });
        await expect(followIceberg(publication, deps)).rejects.toThrow("stopped");
        await followIceberg(publication, deps);
        expect((await readBoth(lake)).map((files) => files.length)).toEqual([1, 1]);
        expect(metadataOf(lake, ORDERS).snapshots).toHaveLength(1);
        expect(await orphans(lake, ORDERS)).toEqual([]);
      }
    }
  });
});

it("a table whose hint is lost is found by its newest metadata, not begun anew", async () => {
  const { lake, deps, publication } = await fresh();
  lake.objects.delete(`${ORDERS}/metadata/version-hint.text`);
  lake.objects.delete(`${ORDERS}/metadata/v1.metadata.json`);
  expect((await loadTable(lake, ORDERS))?.version).toBe(25);
  await followIceberg(publication, deps);
  expect(metadataOf(lake, ORDERS).snapshots.at(-1)!["snapshot-id"]).toBe(26);
});
