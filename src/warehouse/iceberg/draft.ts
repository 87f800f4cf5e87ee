import type { FileEntry } from "../../core/exports.ts";
import type { IcebergSchema, Snapshot } from "../../core/warehouse/iceberg-metadata.ts";
import type { Column } from "../../core/warehouse/schema.ts";
import type { TableShape } from "./manifest.ts";
import { readManifestList, type ListedManifest } from "./manifest-list.ts";
import type { ManifestWriter } from "./manifest-plan.ts";
import type { Table } from "./metadata.ts";
import { evolve, partitionSpec } from "./schema.ts";
import type { Origin } from "./snapshot-summary.ts";
import type { IcebergDeps } from "./store.ts";
import { tableUuid } from "./table-uuid.ts";

/** What a table is to hold: of one hour (`origin.hour`), or all in all where it has no partitions. */
export interface Wanted {
  /** Key of the table's folder: `warehouse/<schema>/<table>`. */
  readonly prefix: string;
  readonly columns: readonly Column[];
  readonly files: readonly FileEntry[];
  readonly origin: Origin;
  /** ms since epoch. */
  readonly publishedAt: number;
}

/** A commit that is being made: the table as it is (undefined: there is none yet) and what is known of its next version. */
export interface Draft {
  readonly table: Table | undefined;
  readonly uuid: string;
  readonly location: string;
  readonly before: IcebergSchema | undefined;
  readonly parent: Snapshot | undefined;
  readonly shape: TableShape;
  readonly writer: ManifestWriter;
  readonly manifestList: string;
}

/**
 * Names and numbers of a table's next version. All follow from the version before and the publication, so a commit that
 * is repeated after a crash writes the same files once more and leaves none behind. A snapshot's id is the number of the
 * metadata file that brought it.
 */
export function draftOf({ store, base }: IcebergDeps, table: Table | undefined, wanted: Wanted): Draft {
  const location = `${base}/${wanted.prefix}`;
  const metadata = table?.metadata;
  const uuid = metadata?.["table-uuid"] ?? tableUuid(location, wanted.publishedAt);
  const version = (table?.version ?? 0) + 1;
  const name = `${String(version).padStart(6, "0")}-${wanted.origin.publication}-${uuid.slice(0, 8)}`;
  const before = metadata?.schemas.find((schema) => schema["schema-id"] === metadata["current-schema-id"]);
  const schema = evolve(before, wanted.columns);
  const spec = metadata?.["partition-specs"][0] ?? partitionSpec(schema, wanted.origin.hour !== undefined);
  const shape = { schema, spec };
  return {
    table,
    uuid,
    location,
    before,
    parent: metadata?.snapshots.at(-1),
    shape,
    writer: {
      store,
      shape,
      snapshot: { id: version, sequence: (metadata?.["last-sequence-number"] ?? 0) + 1 },
      keyOf: (path) => keyOf(base, path),
      pathOf: (n) => `${location}/metadata/${name}-m${n}.avro`,
    },
    manifestList: `${location}/metadata/snap-${name}.avro`,
  };
}

/** The bucket's key of an absolute path in the metadata. Throws when the tables were written for another place. */
export function keyOf(base: string, path: string): string {
  if (!path.startsWith(`${base}/`)) throw new Error(`${path} is not in ${base}`);
  return path.slice(base.length + 1);
}

/** The manifests of a snapshot, oldest first. */
export async function manifestsOf({ store, base }: IcebergDeps, snapshot: Snapshot): Promise<ListedManifest[]> {
  const path = snapshot["manifest-list"];
  const bytes = await store.get(keyOf(base, path));
  if (bytes === null) throw new Error(`the manifest list ${path} is missing`);
  return readManifestList(bytes);
}
