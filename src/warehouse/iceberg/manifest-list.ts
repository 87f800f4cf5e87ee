import type { Snapshot } from "../../core/warehouse/iceberg-metadata.ts";
import type { AvroRecord } from "./avro.ts";
import { readAvroFile } from "./avro-read.ts";
import { writeAvroFile } from "./avro-write.ts";
import { ADDED, DELETED, EXISTING, type ManifestEntry } from "./manifest.ts";
import { MANIFEST_FILE } from "./manifest-types.ts";
import { intBytes, intOf } from "./single-value.ts";

interface Tally {
  readonly files: number;
  readonly rows: number;
}

/** One manifest of a snapshot (spec, "Manifest Lists"). */
export interface ListedManifest {
  readonly path: string;
  readonly length: number;
  /** Of the snapshot that added the manifest. */
  readonly sequence: number;
  readonly minSequence: number;
  readonly snapshotId: number;
  readonly added: Tally;
  readonly existing: Tally;
  readonly deleted: Tally;
  /** Least and greatest hour of all entries; undefined without partitions. */
  readonly hours: { readonly from: number; readonly to: number } | undefined;
}

export const liveFiles = (manifest: ListedManifest): number => manifest.added.files + manifest.existing.files;
export const liveRows = (manifest: ListedManifest): number => manifest.added.rows + manifest.existing.rows;

function tally(entries: readonly ManifestEntry[], status: ManifestEntry["status"]): Tally {
  const found = entries.filter((entry) => entry.status === status);
  return { files: found.length, rows: found.reduce((sum, entry) => sum + entry.file.rows, 0) };
}

/** The line of a manifest that `snapshot` adds. */
export function listManifest(
  path: string,
  length: number,
  entries: readonly ManifestEntry[],
  snapshot: { readonly id: number; readonly sequence: number },
): ListedManifest {
  const hours = entries.flatMap((entry) => entry.file.hour ?? []);
  const live = entries.filter((entry) => entry.status !== DELETED);
  return {
    path,
    length,
    sequence: snapshot.sequence,
    minSequence: live.reduce((least, entry) => Math.min(least, entry.sequence), snapshot.sequence),
    snapshotId: snapshot.id,
    added: tally(entries, ADDED),
    existing: tally(entries, EXISTING),
    deleted: tally(entries, DELETED),
    hours: hours.length === 0 ? undefined : { from: Math.min(...hours), to: Math.max(...hours) },
  };
}

const encode = (manifest: ListedManifest): AvroRecord => ({
  manifest_path: manifest.path,
  manifest_length: manifest.length,
  partition_spec_id: 0,
  content: 0,
  sequence_number: manifest.sequence,
  min_sequence_number: manifest.minSequence,
  added_snapshot_id: manifest.snapshotId,
  added_files_count: manifest.added.files,
  existing_files_count: manifest.existing.files,
  deleted_files_count: manifest.deleted.files,
  added_rows_count: manifest.added.rows,
  existing_rows_count: manifest.existing.rows,
  deleted_rows_count: manifest.deleted.rows,
  partitions:
    manifest.hours === undefined
      ? []
      : [
          {
            contains_null: false,
            contains_nan: false,
            lower_bound: intBytes(manifest.hours.from),
            upper_bound: intBytes(manifest.hours.to),
          },
        ],
});

/** A manifest list's bytes. The metadata is what the reference implementation writes besides the required. */
export function writeManifestList(
  manifests: readonly ListedManifest[],
  snapshot: Pick<Snapshot, "snapshot-id" | "parent-snapshot-id" | "sequence-number">,
): Uint8Array {
  return writeAvroFile(MANIFEST_FILE, manifests.map(encode), {
    "snapshot-id": String(snapshot["snapshot-id"]),
    "parent-snapshot-id": String(snapshot["parent-snapshot-id"] ?? "null"),
    "sequence-number": String(snapshot["sequence-number"]),
    "format-version": "2",
  });
}

function decode(record: AvroRecord): ListedManifest {
  const number = (name: string): number => record[name] as number;
  const counted = (status: string): Tally => ({
    files: number(`${status}_files_count`),
    rows: number(`${status}_rows_count`),
  });
  const [summary] = (record["partitions"] ?? []) as unknown as { lower_bound: Uint8Array; upper_bound: Uint8Array }[];
  return {
    path: record["manifest_path"] as string,
    length: number("manifest_length"),
    sequence: number("sequence_number"),
    minSequence: number("min_sequence_number"),
    snapshotId: number("added_snapshot_id"),
    added: counted("added"),
    existing: counted("existing"),
    deleted: counted("deleted"),
    hours: summary && { from: intOf(summary.lower_bound), to: intOf(summary.upper_bound) },
  };
}

/** What `writeManifestList` wrote. */
export function readManifestList(bytes: Uint8Array): ListedManifest[] {
  return readAvroFile(bytes).map(decode);
}
