import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SegmentBucket } from "./segments.ts";

/**
 * The files in which the local runtime keeps the archive's objects, by key: reading 100,000 of them over its own
 * interface takes half an hour. Objects written in parts are several files and are not among them.
 */
export function bucketFiles(stateDir: string, prefix: string): Map<string, string> {
  const folder = path.join(stateDir, "r2/miniflare-R2BucketObject");
  const blobs = path.join(stateDir, "r2/inlet-archive/blobs");
  const databases = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  if (databases.length !== 1) throw new Error(`${databases.length} buckets in ${folder}, not one`);
  const database = new DatabaseSync(path.join(folder, databases[0]!), { readOnly: true });
  try {
    const rows = database
      .prepare(
        "SELECT key, blob_id AS blob FROM _mf_objects WHERE blob_id IS NOT NULL AND key >= ? AND key < ? ORDER BY key",
      )
      .all(prefix, `${prefix}\u{10FFFF}`);
    return new Map(rows.map(({ key, blob }) => [String(key), path.join(blobs, String(blob))]));
  } finally {
    database.close();
  }
}

/**
 * The segments as they were written, kept in a folder of their own by further links: the product compacts them and
 * deletes the originals while they are still being compared.
 */
export class KeptSegments implements SegmentBucket {
  readonly #stateDir: string;
  readonly #folder: string;
  readonly #files = new Map<string, string>();

  constructor(stateDir: string, folder: string) {
    this.#stateDir = stateDir;
    this.#folder = folder;
  }

  /** Takes in what was written under the prefix since. */
  keep(prefix: string): void {
    for (const [key, file] of bucketFiles(this.#stateDir, prefix)) {
      if (this.#files.has(key)) continue;
      const target = path.join(this.#folder, path.basename(file));
      linkSync(file, target);
      this.#files.set(key, target);
    }
  }

  get files(): readonly string[] {
    return [...this.#files.values()];
  }

  async list({ prefix }: { readonly prefix: string }) {
    const objects = [...this.#files.keys()].filter((key) => key.startsWith(prefix)).map((key) => ({ key }));
    return { objects, truncated: false };
  }

  async get(key: string) {
    const file = this.#files.get(key);
    return file === undefined ? null : { arrayBuffer: async () => new Uint8Array(readFileSync(file)).buffer };
  }
}

/** Lays what is under `warehouse/` into a folder as links, as a sync tool would lay copies. */
export function linkWarehouse(stateDir: string, folder: string): void {
  const made = new Set<string>();
  for (const [key, file] of bucketFiles(stateDir, "warehouse/")) {
    const target = path.join(folder, key);
    const parent = path.dirname(target);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    symlinkSync(file, target);
  }
}
