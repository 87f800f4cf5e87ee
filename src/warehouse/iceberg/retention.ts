import { DAY_MS, HOUR_MS } from "../../core/durations.ts";
import { ExpiredFiles } from "../../core/warehouse/iceberg-metadata.ts";
import type { MetadataLogEntry, Snapshot, TableMetadata } from "../../core/warehouse/iceberg-metadata.ts";

/** How long a snapshot or metadata file that is not the current one any more can still be read. */
const KEPT_MS = DAY_MS;
/** So many of the latest are kept however old they are, as far as their data files are. */
const KEPT_AT_LEAST = 10;
/** A new table takes up thousands of hours in one go; its metadata is written anew with each. */
const KEPT_AT_MOST = 100;
/** Who has just read metadata that names a file may still open it. */
const GRACE_MS = HOUR_MS;
const MOST_DELETIONS = 1000;

/** The table property that holds what is to be deleted: it changes together with what metadata names, or not at all. */
export const EXPIRED_PROPERTY = "inlet.expired-files";

/** The place in a list (oldest first) from which on all is kept. One stops being the current one when the next comes. */
function keptFrom<Item extends { readonly "timestamp-ms": number }>(
  items: readonly Item[],
  now: number,
  endsHistory: (item: Item) => boolean,
): number {
  let first = items.length - 1;
  for (; first > 0; first--) {
    const successor = items[first]!;
    const young = successor["timestamp-ms"] > now - KEPT_MS;
    const kept = items.length - first;
    if (kept >= KEPT_AT_MOST) break;
    if (!young && (kept >= KEPT_AT_LEAST || endsHistory(successor))) break;
  }
  return Math.max(0, first);
}

/**
 * Which of `snapshots` (oldest first, the current one last) stay: those that were current within a day, and ten at least;
 * but none before one that took files out more than a day ago, because those data files are deleted by then.
 */
export function keptSnapshots(snapshots: readonly Snapshot[], now: number): Snapshot[] {
  const removed = (snapshot: Snapshot): boolean => snapshot.summary["operation"] !== "append";
  return snapshots.slice(keptFrom(snapshots, now, removed));
}

/** Which earlier metadata files stay, and which are named no longer. `log`: oldest first, the one just replaced last. */
export function keptMetadata(
  log: readonly MetadataLogEntry[],
  now: number,
): { kept: MetadataLogEntry[]; expired: MetadataLogEntry[] } {
  const first = keptFrom(log, now, () => false);
  return { kept: log.slice(first), expired: log.slice(0, first) };
}

export function expiredFiles(metadata: TableMetadata): ExpiredFiles {
  return ExpiredFiles.parse(JSON.parse(metadata.properties[EXPIRED_PROPERTY] ?? "[]"));
}

/** What of `expired` nobody reads any more, at most 1000 files, and what is to wait. */
export function dueFiles(expired: ExpiredFiles, now: number): { due: string[]; waiting: ExpiredFiles } {
  const due: string[] = [];
  const waiting: ExpiredFiles = [];
  for (const batch of expired) {
    const isDue = batch.at <= now - GRACE_MS && due.length + batch.files.length <= MOST_DELETIONS;
    if (isDue) due.push(...batch.files);
    else waiting.push(batch);
  }
  return { due, waiting };
}
