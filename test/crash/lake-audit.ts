import { parquetReadObjects } from "hyparquet";
import * as z from "zod";
import { DECOMPRESSORS } from "../../src/warehouse/parquet-codec.ts";
import { metadataOf, versionsOf, viewSnapshot } from "../support/iceberg-audit.ts";
import { MemoryLake } from "../support/iceberg-lake.ts";
import type { StoredObject } from "./stored.ts";

const Manifest = z.object({
  rows: z.int(),
  files: z.array(z.object({ key: z.string(), rows: z.int(), bytes: z.int() })),
});
const HINT = "/metadata/version-hint.text";

/** Holds what lies in the bucket to what names it, kill after kill; remembers files, none of which may ever change. */
export class LakeAudit {
  readonly #files = new Map<string, { readonly etag: string; readonly rows: number }>();
  manifests = 0;
  icebergTables = 0;

  /** Everything that is wrong. */
  async check(objects: ReadonlyMap<string, StoredObject>): Promise<string[]> {
    const wrong = [...(await this.#manifestsOf(objects)), ...this.#changed(objects)];
    return [...wrong, ...(await this.#iceberg(objects))];
  }

  #changed(objects: ReadonlyMap<string, StoredObject>): string[] {
    return [...this.#files]
      .filter(([key, { etag }]) => objects.has(key) && objects.get(key)?.etag !== etag)
      .map(([key]) => `${key} was written a second time`);
  }

  async #manifestsOf(objects: ReadonlyMap<string, StoredObject>): Promise<string[]> {
    const wrong: string[] = [];
    for (const [key, object] of objects) {
      if (!key.startsWith("warehouse/") || !key.endsWith("/manifest.json")) continue;
      const { files, rows } = Manifest.parse(JSON.parse(new TextDecoder().decode(object.bytes())));
      this.manifests++;
      const sum = files.reduce((total, file) => total + file.rows, 0);
      if (sum !== rows) wrong.push(`${key} says ${rows} rows, and its files have ${sum}`);
      for (const file of files) {
        const problem = await this.#fileProblem(objects.get(file.key), file);
        if (problem !== undefined) wrong.push(`${key} names ${file.key}: ${problem}`);
      }
    }
    return wrong;
  }

  async #fileProblem(
    object: StoredObject | undefined,
    named: { readonly key: string; readonly rows: number; readonly bytes: number },
  ): Promise<string | undefined> {
    if (object === undefined) return "it is not there";
    if (object.size !== named.bytes) return `it has ${object.size} bytes, not ${named.bytes}`;
    const known = this.#files.get(named.key);
    const rows = known?.rows ?? (await rowsIn(object.bytes()));
    this.#files.set(named.key, { etag: known?.etag ?? object.etag, rows });
    return rows === named.rows ? undefined : `it has ${rows} rows, not ${named.rows}`;
  }

  /** Each table by what its version hint says, and by the newest metadata that is there. */
  async #iceberg(objects: ReadonlyMap<string, StoredObject>): Promise<string[]> {
    const lake = new MemoryLake();
    for (const [key, object] of objects) if (key.startsWith("warehouse/")) lake.objects.set(key, object.bytes());
    const wrong: string[] = [];
    for (const key of objects.keys()) {
      if (!key.endsWith(HINT)) continue;
      this.icebergTables++;
      const prefix = key.slice(0, -HINT.length);
      const hint = Number(new TextDecoder().decode(lake.objects.get(key)));
      try {
        for (const version of new Set([hint, versionsOf(lake, prefix).at(-1)!])) {
          const metadata = metadataOf(lake, prefix, version);
          const current = metadata.snapshots.find((one) => one["snapshot-id"] === metadata["current-snapshot-id"]);
          if (current !== undefined) await viewSnapshot(lake, current);
        }
      } catch (error) {
        wrong.push(`${prefix}, version ${hint}: ${String(error)}`);
      }
    }
    return wrong;
  }
}

async function rowsIn(bytes: Uint8Array): Promise<number> {
  const file = Uint8Array.from(bytes).buffer;
  return (await parquetReadObjects({ file, compressors: DECOMPRESSORS })).length;
}
