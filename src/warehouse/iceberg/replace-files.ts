import { HOUR_MS } from "../../core/durations.ts";
import type { FileEntry } from "../../core/exports.ts";
import { inParallel } from "../../core/pool.ts";
import type { Snapshot } from "../../core/warehouse/iceberg-metadata.ts";
import { draftOf, manifestsOf, type Draft, type Wanted } from "./draft.ts";
import { describeFile } from "./file-metrics.ts";
import { DELETED, type DataFile } from "./manifest.ts";
import { writeManifestList } from "./manifest-list.ts";
import { entriesOf, planManifests, type ReadManifest } from "./manifest-plan.ts";
import { baseOf, firstMetadata, nextMetadata } from "./metadata.ts";
import { dueFiles, expiredFiles, keptSnapshots } from "./retention.ts";
import { summarise, supersedes } from "./snapshot-summary.ts";
import type { IcebergDeps } from "./store.ts";
import { commit, loadTable, writeHint } from "./table.ts";

const FOOTERS_AT_ONCE = 4;
/** Two consumers at once are rare (a lease that ran out), more do not happen. */
const MOST_ATTEMPTS = 4;

export interface Replaced {
  /** `superseded`: a newer version of the hour is in the table already. */
  readonly outcome: "committed" | "unchanged" | "superseded";
  /** Names of columns that the table did not have; none when it is new itself. */
  readonly newColumns: readonly string[];
}

/** What a commit takes out of the table and puts into it. */
interface Difference {
  readonly before: readonly ReadManifest[];
  readonly removed: readonly DataFile[];
  readonly missing: readonly FileEntry[];
}

/** The partition that the files are to be in, in hours since 1970; undefined where there are none. */
const partitionOf = ({ origin }: Wanted): number | undefined =>
  origin.hour === undefined ? undefined : origin.hour / HOUR_MS;

/** The current manifests, with the entries of those that may name files of the hour. */
async function readManifests(deps: IcebergDeps, draft: Draft, hour: number | undefined): Promise<ReadManifest[]> {
  const read: ReadManifest[] = [];
  for (const manifest of draft.parent === undefined ? [] : await manifestsOf(deps, draft.parent)) {
    const { hours } = manifest;
    const isOutside = hour !== undefined && hours !== undefined && (hour < hours.from || hour > hours.to);
    read.push({ manifest, entries: isOutside ? undefined : await entriesOf(draft.writer, manifest) });
  }
  return read;
}

async function differenceOf(deps: IcebergDeps, draft: Draft, wanted: Wanted): Promise<Difference> {
  const hour = partitionOf(wanted);
  const before = await readManifests(deps, draft, hour);
  const has = before
    .flatMap(({ entries }) => entries ?? [])
    .filter((entry) => entry.status !== DELETED && entry.file.hour === hour)
    .map((entry) => entry.file);
  const pathOf = (file: FileEntry): string => `${deps.base}/${file.key}`;
  const wants = new Set(wanted.files.map(pathOf));
  const known = new Set(has.map((file) => file.path));
  return {
    before,
    removed: has.filter((file) => !wants.has(file.path)),
    missing: wanted.files.filter((file) => !known.has(pathOf(file))),
  };
}

/** Writes the manifests and the manifest list of the next snapshot. */
async function writeSnapshot(
  deps: IcebergDeps,
  draft: Draft,
  { origin }: Wanted,
  { before, removed, missing }: Difference,
): Promise<Snapshot> {
  const { writer, shape, parent, table } = draft;
  const place = { store: deps.store, base: deps.base, byHour: origin.hour !== undefined };
  const added = await inParallel(missing, FOOTERS_AT_ONCE, (file) => describeFile(file, shape.schema, place));
  const manifests = await planManifests(writer, before, new Set(removed.map((file) => file.path)), added);
  const snapshot: Snapshot = {
    "snapshot-id": writer.snapshot.id,
    ...(parent && { "parent-snapshot-id": parent["snapshot-id"] }),
    "sequence-number": writer.snapshot.sequence,
    "timestamp-ms": Math.max(deps.now(), table?.metadata["last-updated-ms"] ?? 0),
    "manifest-list": draft.manifestList,
    "schema-id": shape.schema["schema-id"],
    summary: summarise(origin, { added, removed }, manifests, parent),
  };
  await deps.store.put(writer.keyOf(draft.manifestList), writeManifestList(manifests, snapshot));
  return snapshot;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/**
 * Names of the files that only those snapshots need which the next metadata lets go. A manifest is in snapshots that
 * follow on one another, so what the oldest kept one has not is in none.
 */
async function expiring(deps: IcebergDeps, snapshots: readonly Snapshot[]): Promise<string[]> {
  const kept = keptSnapshots(snapshots, snapshots.at(-1)!["timestamp-ms"]);
  const gone = snapshots.slice(0, snapshots.length - kept.length);
  if (gone.length === 0) return [];
  const needed = new Set((await manifestsOf(deps, kept[0]!)).map((manifest) => manifest.path));
  const paths = new Set<string>();
  for (const snapshot of gone) {
    paths.add(snapshot["manifest-list"]);
    for (const { path } of await manifestsOf(deps, snapshot)) if (!needed.has(path)) paths.add(path);
  }
  return [...paths].map(nameOf);
}

/** Deletes what expired over an hour ago, then commits. False: somebody else has committed in the meantime. */
async function publish(deps: IcebergDeps, draft: Draft, snapshot: Snapshot): Promise<boolean> {
  const { table, shape, uuid, location, writer } = draft;
  const folder = writer.keyOf(`${location}/metadata`);
  const { due } = dueFiles(table === undefined ? [] : expiredFiles(table.metadata), snapshot["timestamp-ms"]);
  if (due.length > 0) await deps.store.delete(due.map((name) => `${folder}/${name}`));
  const expired = table === undefined ? [] : await expiring(deps, [...table.metadata.snapshots, snapshot]);
  const change = { ...shape, snapshot, expired, deleted: due };
  const metadata = table === undefined ? firstMetadata(uuid, location, change) : nextMetadata(table, change);
  return commit(deps.store, writer.keyOf(location), writer.snapshot.id, metadata);
}

async function attempt(given: IcebergDeps, wanted: Wanted): Promise<Replaced | "conflict"> {
  const table = await loadTable(given.store, wanted.prefix);
  const deps = table === undefined ? given : { ...given, base: baseOf(table) };
  if (table?.metadata.snapshots.some((snapshot) => supersedes(snapshot, wanted.origin))) {
    return { outcome: "superseded", newColumns: [] };
  }
  if (table === undefined && wanted.files.length === 0) return { outcome: "unchanged", newColumns: [] };
  const draft = draftOf(deps, table, wanted);
  const difference = await differenceOf(deps, draft, wanted);
  if (difference.removed.length === 0 && difference.missing.length === 0) {
    if (table !== undefined) await writeHint(deps.store, wanted.prefix, table.version);
    return { outcome: "unchanged", newColumns: [] };
  }
  const snapshot = await writeSnapshot(deps, draft, wanted, difference);
  if (!(await publish(deps, draft, snapshot))) return "conflict";
  const { before, shape } = draft;
  const known = new Set(before?.fields.map((field) => field.name));
  const names = before === undefined ? [] : shape.schema.fields.map((field) => field.name);
  return { outcome: "committed", newColumns: names.filter((name) => !known.has(name)) };
}

/**
 * Makes a table hold exactly the files wanted, of one hour or all in all, by at most one snapshot: an append, or an
 * overwrite that takes out what the table has of that hour. Again with the same files it changes nothing. Survives a
 * crash between any two writes: nothing is named before it exists, and the metadata file, which makes the snapshot
 * current, is written at once or not at all. Throws when the bucket fails or a data file is missing.
 */
export async function replaceFiles(deps: IcebergDeps, wanted: Wanted): Promise<Replaced> {
  for (let i = 0; i < MOST_ATTEMPTS; i++) {
    const done = await attempt(deps, wanted);
    if (done !== "conflict") return done;
  }
  throw new Error(`others keep committing to ${wanted.prefix}`);
}
