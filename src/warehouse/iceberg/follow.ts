import { EXPORTS } from "../../core/export-times.ts";
import type { FollowerResult, Publication } from "../../core/exports.ts";
import { inParallel } from "../../core/pool.ts";
import { SnapshotManifest } from "../../core/warehouse/snapshots.ts";
import { replaceFiles } from "./replace-files.ts";
import type { IcebergDeps } from "./store.ts";

const TABLES_AT_ONCE = 3;
/** Tables that the follower "snapshot" replaces as a whole. */
const SNAPSHOT_TABLES = ["users", "accounts"];

async function followSnapshots(schema: string, deps: IcebergDeps): Promise<string[]> {
  const found = await inParallel(SNAPSHOT_TABLES, SNAPSHOT_TABLES.length, async (table) => {
    const prefix = `warehouse/${schema}/${table}`;
    const bytes = await deps.store.get(`${prefix}/manifest.json`);
    if (bytes === null) return [];
    const { columns, files, no, publishedAt } = SnapshotManifest.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const origin = { publication: no, hour: undefined, version: no };
    const { newColumns } = await replaceFiles(deps, { prefix, columns, files, origin, publishedAt });
    return newColumns.map((column) => `${table}.${column}`);
  });
  return found.flat();
}

/**
 * Makes the Iceberg tables `users` and `accounts` of a schema what their manifests say now, each by one snapshot at most.
 * To be called whenever the follower "snapshot" has published, before it lets the replaced files go: the tables stand
 * still when no more events come, and must not name files that are deleted then.
 */
export async function followIcebergSnapshots(schema: string, deps: IcebergDeps): Promise<void> {
  await followSnapshots(schema, deps);
}

/**
 * The follower "iceberg": after it each table of the publication has exactly its files of that hour, as one snapshot
 * (`warehouse/<schema>/<table>/metadata/`), and `users` and `accounts` are as their manifests say. Again with the same
 * publication it changes nothing, so it keeps no state of its own: the tables say what is in them. What fails is thrown,
 * to be tried again as a whole.
 */
export async function followIceberg(publication: Publication, deps: IcebergDeps): Promise<FollowerResult> {
  const { schema, hour, version, publishedAt, no } = publication;
  const done = await inParallel(publication.tables, TABLES_AT_ONCE, async (table) => {
    const { newColumns } = await replaceFiles(deps, {
      prefix: `warehouse/${schema}/${table.table}`,
      columns: table.columns,
      files: table.files,
      origin: { publication: no, hour, version },
      publishedAt,
    });
    return newColumns.map((column) => `${table.table}.${column}`);
  });
  const ofSnapshots = await followSnapshots(schema, deps);
  return {
    status: "success",
    rows: publication.tables.reduce((sum, table) => sum + table.rows, 0),
    newColumns: [...done.flat(), ...ofSnapshots].slice(0, EXPORTS.newColumnsTold),
    notices: [],
  };
}
