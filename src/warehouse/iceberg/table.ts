import { TableMetadata } from "../../core/warehouse/iceberg-metadata.ts";
import { hintKey, metadataKey, type Table } from "./metadata.ts";
import type { IcebergStore } from "./store.ts";

const METADATA_FILE = /\/v(\d+)\.metadata\.json$/;

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function hinted(store: IcebergStore, prefix: string): Promise<number> {
  const hint = await store.get(hintKey(prefix));
  if (hint !== null) return Number.parseInt(text(hint), 10);
  const keys = await store.list(`${prefix}/metadata/v`);
  return Math.max(0, ...keys.map((key) => Number(METADATA_FILE.exec(key)?.[1] ?? 0)));
}

/**
 * The table in the folder `prefix`; undefined when nothing has been committed to it yet. The newest metadata file counts,
 * as for every reader; the hint only says where to begin to look, and may be one commit behind.
 */
export async function loadTable(store: IcebergStore, prefix: string): Promise<Table | undefined> {
  let version = await hinted(store, prefix);
  let found: Uint8Array | null = null;
  for (;;) {
    const newer = await store.get(metadataKey(prefix, version + 1));
    if (newer === null) break;
    found = newer;
    version++;
  }
  if (version === 0) return undefined;
  found ??= await store.get(metadataKey(prefix, version));
  if (found === null) throw new Error(`${metadataKey(prefix, version)} is missing`);
  return { prefix, version, metadata: TableMetadata.parse(JSON.parse(text(found))) };
}

/** Points the hint at a version; repeated when a crash came between commit and hint. */
export async function writeHint(store: IcebergStore, prefix: string, version: number): Promise<void> {
  const hint = await store.get(hintKey(prefix));
  if (hint === null || text(hint) !== String(version)) await store.put(hintKey(prefix), String(version));
}

/**
 * Makes `metadata` the table's version, the next one. The spec calls commits to a file system unsafe for want of an atomic rename
 * ("File System Tables"); R2's conditional put is atomic, so of two commits on the same version one is refused: false.
 */
export async function commit(
  store: IcebergStore,
  prefix: string,
  version: number,
  metadata: TableMetadata,
): Promise<boolean> {
  if (!(await store.putNew(metadataKey(prefix, version), JSON.stringify(metadata)))) return false;
  await store.put(hintKey(prefix), String(version));
  return true;
}
