import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

/** An object as it lies in the state directory of a process that is down. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** All bytes that are there. */
  bytes(): Uint8Array;
}

interface ObjectRow {
  readonly key: string;
  readonly blob_id: string | null;
  readonly size: number;
  readonly etag: string;
}

/** Opens copies of a folder's databases one after the other: what a killed process left in their logs stays as it is. */
function inEach<T>(folder: string, read: (database: DatabaseSync) => T): T[] {
  if (!existsSync(folder)) return [];
  const copies = mkdtempSync(path.join(tmpdir(), "inlet-stored-"));
  try {
    for (const name of readdirSync(folder)) copyFileSync(path.join(folder, name), path.join(copies, name));
    return readdirSync(copies)
      .filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
      .map((name) => {
        const database = new DatabaseSync(path.join(copies, name));
        try {
          return read(database);
        } finally {
          database.close();
        }
      });
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

const hasTable = (database: DatabaseSync, name: string): boolean =>
  database.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(name) !== undefined;

const rowsOf = (database: DatabaseSync, sql: string): Record<string, unknown>[] =>
  hasTable(database, /FROM (\w+)/.exec(sql)![1]!) ? database.prepare(sql).all() : [];

/** The files of an object: one, or one for each part of a finished upload. */
function blobsOf(database: DatabaseSync, { key, blob_id: blob }: ObjectRow): string[] {
  if (blob !== null) return [blob];
  const parts = "SELECT blob_id FROM _mf_multipart_parts WHERE object_key = ? ORDER BY part_number";
  return database
    .prepare(parts)
    .all(key)
    .map((part) => String(part["blob_id"]));
}

/** The bucket of a process that is down, by key. */
export function storedObjects(stateDir: string): Map<string, StoredObject> {
  const folder = path.join(stateDir, "r2/inlet-archive/blobs");
  const objects = inEach(path.join(stateDir, "r2/miniflare-R2BucketObject"), (database) => {
    const rows = rowsOf(database, "SELECT key, blob_id, size, etag FROM _mf_objects") as unknown as ObjectRow[];
    return rows.map((row) => ({ ...row, blobs: blobsOf(database, row) }));
  }).flat();
  return new Map(
    objects.map(({ key, size, etag, blobs }) => [
      key,
      { key, size, etag, bytes: () => Buffer.concat(blobs.map((blob) => readFileSync(path.join(folder, blob)))) },
    ]),
  );
}

/** What the exports of the one source were at when the process was killed. */
export function exportsAt(stateDir: string): string {
  const [found = "nothing"] = inEach(path.join(stateDir, "do/inlet-Exports"), (database): string[] => {
    const [run] = rowsOf(database, "SELECT value FROM meta WHERE name = 'run'");
    const following = rowsOf(database, "SELECT name FROM followers WHERE claimed IS NOT NULL ORDER BY name");
    const announced = rowsOf(database, "SELECT COUNT(*) AS count FROM intents")[0]?.["count"];
    const doing = following.map(({ name }) => String(name));
    if (run !== undefined) {
      const { no } = JSON.parse(String(run["value"])) as { no?: number };
      doing.unshift(no === undefined ? (Number(announced) > 0 ? "files" : "reading") : "manifests");
    }
    return doing.length === 0 ? [] : [doing.join("+")];
  }).flat();
  return found;
}
