import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/core/warehouse/iceberg-metadata.ts";
import { followIceberg } from "../../src/warehouse/iceberg/follow.ts";
import { dueFiles, expiredFiles, keptMetadata, keptSnapshots } from "../../src/warehouse/iceberg/retention.ts";
import { metadataOf, namedBy, orphans } from "../support/iceberg-audit.ts";
import {
  column,
  HOUR_MS,
  icebergDeps,
  MemoryLake,
  ORDER_COLUMNS,
  START,
  TestPublisher,
} from "../support/iceberg-lake.ts";

const ORDERS = "warehouse/shop/order_completed";

const snapshot = (at: number, operation = "append"): Snapshot => ({
  "snapshot-id": at,
  "sequence-number": at,
  "timestamp-ms": at * HOUR_MS,
  "manifest-list": "",
  "schema-id": 0,
  summary: { operation },
});
const kept = (snapshots: Snapshot[], now: number): number[] =>
  keptSnapshots(snapshots, now * HOUR_MS).map((one) => one["snapshot-id"]);
const hours = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe("snapshots that stay", () => {
  it("are those that were current within a day", () => {
    expect(
      kept(
        hours(0, 60).map((at) => snapshot(at)),
        59,
      ),
    ).toEqual(hours(35, 60));
  });

  it("are ten at least, however old", () => {
    expect(
      kept(
        hours(0, 12).map((at) => snapshot(at)),
        1000,
      ),
    ).toEqual(hours(2, 12));
  });

  it("are none before one that took files out more than a day ago: those files are deleted", () => {
    const some = [snapshot(0), snapshot(1), snapshot(2, "overwrite"), snapshot(3)];
    expect(kept(some, 25)).toEqual([0, 1, 2, 3]);
    expect(kept(some, 26)).toEqual([2, 3]);
  });

  it("count from when the next one came: one that was current until now is not old", () => {
    expect(kept([snapshot(0), snapshot(1, "overwrite"), snapshot(500, "overwrite")], 500)).toEqual([1, 500]);
  });

  it("are a hundred at most: a new table takes up a year in one go", () => {
    expect(
      kept(
        Array.from({ length: 300 }, (_, i) => ({ ...snapshot(0), "snapshot-id": i })),
        0,
      ),
    ).toEqual(hours(200, 300));
  });
});

it("metadata files stay as long as snapshots do", () => {
  const log = hours(0, 40).map((at) => ({ "timestamp-ms": at * HOUR_MS, "metadata-file": `v${at}` }));
  const { kept: stays, expired } = keptMetadata(log, 40 * HOUR_MS);
  expect(stays[0]!["metadata-file"]).toBe("v16");
  expect(expired).toHaveLength(16);
});

it("expired files are deleted an hour later, not earlier and not without end at once", () => {
  const batch = (at: number, n: number) => ({ at, files: Array.from({ length: n }, (_, i) => `${at}-${i}`) });
  expect(dueFiles([batch(0, 2), batch(1, 1)], HOUR_MS)).toEqual({ due: ["0-0", "0-1"], waiting: [batch(1, 1)] });
  expect(dueFiles([batch(0, 900), batch(0, 200)], HOUR_MS).due).toHaveLength(900);
});

it("over days nothing that metadata of the last hour names is deleted, and nothing is left lying about", async () => {
  const lake = new MemoryLake();
  const publisher = new TestPublisher(lake);
  const deps = icebergDeps(lake);
  /** What metadata named that was current, and when the next one no longer did. */
  let current = new Set<string>();
  const endedAt = new Map<string, number>();
  for (let n = 0; n < 70; n++) {
    deps.at = START + n * HOUR_MS + HOUR_MS / 2;
    const hour = n % 7 === 6 ? n - 5 : n;
    const files = [[{ id: `${n}` }], [{ id: `${n}b` }]];
    const columns = n < 20 ? ORDER_COLUMNS : [...ORDER_COLUMNS, column("coupon", "varchar")];
    const before = lake.deleted.length;
    await followIceberg(publisher.publish(hour, { order_completed: { columns, files } }), deps);
    for (const key of lake.deleted.slice(before)) {
      expect(current).not.toContain(key);
      expect(deps.at - endedAt.get(key)!).toBeGreaterThanOrEqual(HOUR_MS);
    }
    const next = await namedBy(lake, ORDERS);
    for (const key of current) if (!next.has(key)) endedAt.set(key, deps.at);
    expect([...next].filter((key) => !lake.objects.has(key))).toEqual([]);
    current = next;
    expect(await orphans(lake, ORDERS)).toEqual([]);
  }
  expect(lake.deleted.length).toBeGreaterThan(70);
  const metadata = metadataOf(lake, ORDERS);
  expect(metadata.snapshots.length).toBeLessThanOrEqual(26);
  expect(metadata.schemas.map((schema) => schema["schema-id"])).toEqual([1]);
  expect(metadata["metadata-log"].length).toBeLessThanOrEqual(26);
  expect(metadata["snapshot-log"].map((entry) => entry["snapshot-id"])).toEqual(
    metadata.snapshots.map((one) => one["snapshot-id"]),
  );
  expect(expiredFiles(metadata).flatMap((batch) => batch.files).length).toBeLessThanOrEqual(10);
  expect(lake.deleted.length).toBeGreaterThan(80);
});
