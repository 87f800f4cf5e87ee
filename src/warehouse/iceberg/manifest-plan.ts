import { ADDED, DELETED, EXISTING, readManifest, writeManifest } from "./manifest.ts";
import type { DataFile, ManifestEntry, TableShape } from "./manifest.ts";
import { listManifest, liveFiles, type ListedManifest } from "./manifest-list.ts";
import type { IcebergStore } from "./store.ts";

/** A manifest below this is merged with others once there are many; one that reached it is left as it is. */
const SMALL_BYTES = 64 * 1024;
const MERGED_BYTES = 256 * 1024;
const MOST_SMALL = 24;

/** The part of a commit that its manifests need. */
export interface ManifestWriter {
  readonly store: IcebergStore;
  readonly shape: TableShape;
  /** Of the snapshot that is being made. */
  readonly snapshot: { readonly id: number; readonly sequence: number };
  /** The key of an absolute path, and the absolute path of the n-th manifest of this commit. */
  readonly keyOf: (path: string) => string;
  readonly pathOf: (n: number) => string;
}

/** A manifest; `entries` only where they were needed. */
export interface ReadManifest {
  readonly manifest: ListedManifest;
  readonly entries: readonly ManifestEntry[] | undefined;
}

/** What is in a manifest of the table. Throws when it is missing. */
export async function entriesOf(writer: ManifestWriter, manifest: ListedManifest): Promise<ManifestEntry[]> {
  const bytes = await writer.store.get(writer.keyOf(manifest.path));
  if (bytes === null) throw new Error(`the manifest ${manifest.path} is missing`);
  return readManifest(bytes, manifest);
}

async function write(writer: ManifestWriter, n: number, entries: readonly ManifestEntry[]): Promise<ListedManifest> {
  const bytes = writeManifest(entries, writer.shape);
  const path = writer.pathOf(n);
  await writer.store.put(writer.keyOf(path), bytes);
  return listManifest(path, bytes.length, entries, writer.snapshot);
}

const existing = (entry: ManifestEntry): ManifestEntry => ({ ...entry, status: EXISTING });
const isLive = (entry: ManifestEntry): boolean => entry.status !== DELETED;

/** A manifest without the files `gone`, which it names as deleted by this snapshot; the rest stays what it was. */
function without(entries: readonly ManifestEntry[], gone: ReadonlySet<string>, snapshotId: number): ManifestEntry[] {
  return entries
    .filter(isLive)
    .map((entry) => (gone.has(entry.file.path) ? { ...entry, status: DELETED, snapshotId } : existing(entry)));
}

async function merge(
  writer: ManifestWriter,
  manifests: readonly ListedManifest[],
  n: number,
): Promise<ListedManifest[]> {
  const isSmall = (manifest: ListedManifest): boolean =>
    manifest.length < SMALL_BYTES && manifest.snapshotId !== writer.snapshot.id;
  if (manifests.filter(isSmall).length < MOST_SMALL) return [...manifests];
  const chosen: ListedManifest[] = [];
  let bytes = 0;
  for (const manifest of manifests.filter(isSmall)) {
    bytes += manifest.length;
    if (bytes > MERGED_BYTES) break;
    chosen.push(manifest);
  }
  const entries: ManifestEntry[] = [];
  for (const manifest of chosen) entries.push(...(await entriesOf(writer, manifest)).filter(isLive).map(existing));
  const merged = await write(writer, n, entries);
  return manifests.flatMap((manifest) => {
    if (manifest === chosen[0]) return [merged];
    return chosen.includes(manifest) ? [] : [manifest];
  });
}

/**
 * The manifests of a snapshot that takes `gone` out of a table and puts `added` in, oldest first; the new ones are
 * written. `before`: those of the snapshot before, with the entries of all that name one of `gone`.
 * Manifests without a live file are left out once the snapshot that emptied them is not the current one.
 */
export async function planManifests(
  writer: ManifestWriter,
  before: readonly ReadManifest[],
  gone: ReadonlySet<string>,
  added: readonly DataFile[],
): Promise<ListedManifest[]> {
  const kept: ListedManifest[] = [];
  let n = 0;
  for (const { manifest, entries } of before) {
    if (liveFiles(manifest) === 0) continue;
    const touched = entries?.some((entry) => isLive(entry) && gone.has(entry.file.path)) ?? false;
    kept.push(touched ? await write(writer, n++, without(entries!, gone, writer.snapshot.id)) : manifest);
  }
  if (added.length > 0) {
    const { id, sequence } = writer.snapshot;
    const entries = added.map((file) => ({
      status: ADDED as typeof ADDED,
      snapshotId: id,
      sequence,
      fileSequence: sequence,
      file,
    }));
    kept.push(await write(writer, n++, entries));
  }
  return merge(writer, kept, n);
}
