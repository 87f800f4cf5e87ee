import type { Snapshot } from "../../core/warehouse/iceberg-metadata.ts";
import type { DataFile } from "./manifest.ts";
import { liveFiles, liveRows, type ListedManifest } from "./manifest-list.ts";

/** Which publication a snapshot was made of. */
export interface Origin {
  readonly publication: number;
  /** Start of the hour, ms; undefined for a table that is replaced as a whole. */
  readonly hour: number | undefined;
  readonly version: number;
}

const sum = (files: readonly DataFile[], of: (file: DataFile) => number): number =>
  files.reduce((total, file) => total + of(file), 0);

function operationOf(added: readonly DataFile[], removed: readonly DataFile[]): string {
  if (removed.length === 0) return "append";
  return added.length === 0 ? "delete" : "overwrite";
}

/** Spec, "Snapshots" (operation) and Appendix F "Optional Snapshot Summary Fields"; `inlet.*` says what it was made of. */
export function summarise(
  origin: Origin,
  change: { readonly added: readonly DataFile[]; readonly removed: readonly DataFile[] },
  manifests: readonly ListedManifest[],
  before: Snapshot | undefined,
): Record<string, string> {
  const { added, removed } = change;
  const addedBytes = sum(added, (file) => file.bytes);
  const removedBytes = sum(removed, (file) => file.bytes);
  const total = (of: (manifest: ListedManifest) => number): number => manifests.reduce((all, one) => all + of(one), 0);
  const figures = {
    "added-data-files": added.length,
    "added-records": sum(added, (file) => file.rows),
    "added-files-size": addedBytes,
    ...(removed.length > 0 && {
      "deleted-data-files": removed.length,
      "deleted-records": sum(removed, (file) => file.rows),
      "removed-files-size": removedBytes,
    }),
    "changed-partition-count": new Set([...added, ...removed].map((file) => file.hour)).size,
    "total-data-files": total(liveFiles),
    "total-records": total(liveRows),
    "total-files-size": Number(before?.summary["total-files-size"] ?? 0) + addedBytes - removedBytes,
    "total-delete-files": 0,
    "total-position-deletes": 0,
    "total-equality-deletes": 0,
    "inlet.publication": origin.publication,
    ...(origin.hour !== undefined && { "inlet.hour": origin.hour }),
    "inlet.version": origin.version,
  };
  return {
    operation: operationOf(added, removed),
    ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)])),
  };
}

/** Whether a snapshot says that a newer version of the same hour is in the table already. */
export function supersedes(snapshot: Snapshot, { hour, version }: Origin): boolean {
  const { summary } = snapshot;
  return (
    summary["inlet.hour"] === (hour === undefined ? undefined : String(hour)) &&
    Number(summary["inlet.version"]) > version
  );
}
