import { parquetReadObjects } from "hyparquet";
import type { Publication } from "../../src/core/exports.ts";
import type { MappedRow } from "../../src/core/warehouse/schema.ts";
import { SnapshotManifest } from "../../src/core/warehouse/snapshots.ts";
import { DECOMPRESSORS } from "../../src/warehouse/parquet-codec.ts";
import { followSnapshot, type SnapshotResult } from "../../src/warehouse/snapshot-follower.ts";
import { UpsertBuffers } from "../../src/warehouse/upsert-buffers.ts";
import type { MemoryObjects } from "./memory-objects.ts";

const HOUR = 3_600_000;
export const SOURCE = "src_1";

/** Puts what an hour says of users into the bucket, as an export does, and answers its publication. */
export function publishHour(bucket: MemoryObjects, no: number, rows: readonly MappedRow[], version = 1, hour = no) {
  const upserts = new UpsertBuffers(version);
  const keys: string[] = [];
  const put = (bytes: Uint8Array): void => {
    const key = `warehouse-state/${SOURCE}/upserts/${hour}-${version}-${keys.length}.ndjson.gz`;
    bucket.objects.set(key, { bytes, etag: key });
    keys.push(key);
  };
  for (const row of rows) {
    upserts.add(row);
    while (upserts.full) put(upserts.take()!.bytes);
  }
  for (const { bytes } of upserts.takeAll()) put(bytes);
  const publication: Publication = {
    no,
    sourceId: SOURCE,
    schema: "shop",
    hour: hour * HOUR,
    version,
    seq: no,
    publishedAt: no * HOUR,
    tables: [],
    upserts: keys,
    ids: [],
    ndjson: [],
  };
  return publication;
}

/** Leaves so small that few rows make several. */
export const SMALL = { leafBytes: 8_000, roundBytes: 16_000 };

/** The follower as the Exports object runs it: what it remembers, and the trash, which deletes replaced files in time. */
export class SnapshotFollower {
  readonly bucket: MemoryObjects;
  #state: unknown;

  constructor(bucket: MemoryObjects) {
    this.bucket = bucket;
  }

  async follow(publication: Publication, behind = 1): Promise<SnapshotResult> {
    const claim = { publication, behind, state: this.#state };
    const result = await followSnapshot(claim, { store: this.bucket, limits: SMALL });
    if (result.state !== undefined) this.#state = JSON.parse(JSON.stringify(result.state));
    for (const key of result.replaced) this.bucket.objects.delete(key);
    return result;
  }
}

export function manifestOf(bucket: MemoryObjects, table = "users"): SnapshotManifest | undefined {
  const json = bucket.json(`warehouse/shop/${table}/manifest.json`);
  return json === undefined ? undefined : SnapshotManifest.parse(json);
}

/** The table as a reader of the manifest finds it: every file it names is there, whole, and as it says. By id. */
export async function readSnapshot(
  bucket: MemoryObjects,
  table = "users",
): Promise<Map<string, Record<string, unknown>>> {
  const found = new Map<string, Record<string, unknown>>();
  for (const { key, rows, bytes } of manifestOf(bucket, table)?.files ?? []) {
    const object = bucket.objects.get(key);
    if (object === undefined) throw new Error(`the manifest names ${key}, which is not there`);
    if (object.bytes.length !== bytes) throw new Error(`${key} has ${object.bytes.length} bytes, not ${bytes}`);
    const read = await parquetReadObjects({ file: object.bytes.slice().buffer, compressors: DECOMPRESSORS });
    if (read.length !== rows) throw new Error(`${key} has ${read.length} rows, not ${rows}`);
    for (const row of read) found.set(String(row["id"]), row);
  }
  return found;
}
