import { TableMetadata, type Snapshot } from "../../src/core/warehouse/iceberg-metadata.ts";
import { DELETED, readManifest, type ManifestEntry } from "../../src/warehouse/iceberg/manifest.ts";
import { readManifestList, type ListedManifest } from "../../src/warehouse/iceberg/manifest-list.ts";
import { expiredFiles } from "../../src/warehouse/iceberg/retention.ts";
import type { MemoryLake } from "./iceberg-lake.ts";

const BASE = "s3://inlet-archive/";
const VERSION = /\/metadata\/v(\d+)\.metadata\.json$/;

/** Versions of a table's metadata that are there, the newest last. */
export const versionsOf = (lake: MemoryLake, prefix: string): number[] =>
  [...lake.objects.keys()]
    .filter((key) => key.startsWith(`${prefix}/`))
    .map((key) => Number(VERSION.exec(key)?.[1] ?? 0))
    .filter((version) => version > 0)
    .toSorted((a, b) => a - b);

export const metadataOf = (
  lake: MemoryLake,
  prefix: string,
  version = versionsOf(lake, prefix).at(-1),
): TableMetadata => TableMetadata.parse(lake.json(`${prefix}/metadata/v${version}.metadata.json`));

export interface SnapshotView {
  readonly manifests: readonly ListedManifest[];
  readonly entries: readonly ManifestEntry[];
  /** Keys of live data files, sorted. */
  readonly files: readonly string[];
}

function objectAt(lake: MemoryLake, path: string): Uint8Array {
  const found = path.startsWith(BASE) ? lake.objects.get(path.slice(BASE.length)) : undefined;
  if (found === undefined) throw new Error(`${path} is named and missing`);
  return found;
}

/** All that a snapshot names. Throws when a manifest list, a manifest or a live data file is missing. */
export async function viewSnapshot(lake: MemoryLake, snapshot: Snapshot): Promise<SnapshotView> {
  const manifests = readManifestList(objectAt(lake, snapshot["manifest-list"]));
  const entries: ManifestEntry[] = [];
  for (const manifest of manifests) {
    const bytes = objectAt(lake, manifest.path);
    if (bytes.length !== manifest.length) throw new Error(`${manifest.path} is not as long as listed`);
    entries.push(...readManifest(bytes, manifest));
  }
  const live = entries.filter((entry) => entry.status !== DELETED).map((entry) => entry.file);
  for (const file of live) {
    if (objectAt(lake, file.path).length !== file.bytes) throw new Error(`${file.path} is not as long as named`);
  }
  return { manifests, entries, files: live.map((file) => file.path.slice(BASE.length)).toSorted() };
}

export const viewTable = (lake: MemoryLake, prefix: string): Promise<SnapshotView> =>
  viewSnapshot(lake, metadataOf(lake, prefix).snapshots.at(-1)!);

/** Keys of all that the newest metadata names in `metadata/`, itself included. */
export async function namedBy(lake: MemoryLake, prefix: string): Promise<Set<string>> {
  const metadata = metadataOf(lake, prefix);
  const paths = metadata["metadata-log"].map((entry) => entry["metadata-file"]);
  for (const snapshot of metadata.snapshots) {
    paths.push(snapshot["manifest-list"]);
    const manifests = readManifestList(objectAt(lake, snapshot["manifest-list"]));
    paths.push(...manifests.map((manifest) => manifest.path));
  }
  const own = `${prefix}/metadata/v${versionsOf(lake, prefix).at(-1)}.metadata.json`;
  return new Set([own, ...paths.map((path) => path.slice(BASE.length))]);
}

/** Objects in `metadata/` that neither the newest metadata names nor the list of what is to be deleted. */
export async function orphans(lake: MemoryLake, prefix: string): Promise<string[]> {
  const folder = `${prefix}/metadata/`;
  const expired = expiredFiles(metadataOf(lake, prefix)).flatMap((batch) => batch.files.map((file) => folder + file));
  const known = new Set([...(await namedBy(lake, prefix)), ...expired, `${folder}version-hint.text`]);
  return [...lake.objects.keys()].filter((key) => key.startsWith(folder) && !known.has(key));
}
