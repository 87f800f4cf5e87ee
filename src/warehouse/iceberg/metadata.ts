import type { IcebergSchema, PartitionSpec, Snapshot, TableMetadata } from "../../core/warehouse/iceberg-metadata.ts";
import { EXPIRED_PROPERTY, expiredFiles, keptMetadata, keptSnapshots } from "./retention.ts";
import { lastPartitionId, nameMapping } from "./schema.ts";

/** A table as it is in the bucket. `version`: of its metadata file. */
export interface Table {
  /** Key of the folder that holds the table's data and its `metadata/`. */
  readonly prefix: string;
  readonly version: number;
  readonly metadata: TableMetadata;
}

export const metadataKey = (prefix: string, version: number): string => `${prefix}/metadata/v${version}.metadata.json`;
export const hintKey = (prefix: string): string => `${prefix}/metadata/version-hint.text`;

/** What stands before keys in a table's paths: they all begin with what did when the table was made. */
export function baseOf({ metadata, prefix }: Table): string {
  const { location } = metadata;
  if (!location.endsWith(`/${prefix}`)) throw new Error(`the table in ${prefix} says that it is ${location}`);
  return location.slice(0, -prefix.length - 1);
}

const PROPERTIES = { "write.format.default": "parquet", "write.parquet.compression-codec": "zstd" };

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** What a commit changes. */
export interface Change {
  readonly schema: IcebergSchema;
  readonly spec: PartitionSpec;
  readonly snapshot: Snapshot;
  /** Names of files in `metadata/` that no kept snapshot needs, and of those deleted since. */
  readonly expired: readonly string[];
  readonly deleted: readonly string[];
}

/** The metadata of a table's first snapshot (spec, "Table Metadata Fields"). `uuid`: of the table. */
export function firstMetadata(uuid: string, location: string, { schema, spec, snapshot }: Change): TableMetadata {
  const id = snapshot["snapshot-id"];
  const at = snapshot["timestamp-ms"];
  return {
    "format-version": 2,
    "table-uuid": uuid,
    location,
    "last-sequence-number": snapshot["sequence-number"],
    "last-updated-ms": at,
    "last-column-id": Math.max(...schema.fields.map((field) => field.id)),
    "current-schema-id": schema["schema-id"],
    schemas: [schema],
    "default-spec-id": spec["spec-id"],
    "partition-specs": [spec],
    "last-partition-id": lastPartitionId(spec),
    "default-sort-order-id": 0,
    "sort-orders": [{ "order-id": 0, fields: [] }],
    properties: { ...PROPERTIES, "schema.name-mapping.default": nameMapping(schema) },
    "current-snapshot-id": id,
    refs: { main: { "snapshot-id": id, type: "branch" } },
    snapshots: [snapshot],
    "snapshot-log": [{ "timestamp-ms": at, "snapshot-id": id }],
    "metadata-log": [],
  };
}

/** The metadata after one more snapshot: old ones are let go (retention.ts), with the schemas that only they had. */
export function nextMetadata({ metadata, version }: Table, change: Change): TableMetadata {
  const { schema, snapshot } = change;
  const id = snapshot["snapshot-id"];
  const at = snapshot["timestamp-ms"];
  const snapshots = keptSnapshots([...metadata.snapshots, snapshot], at);
  const log = keptMetadata(
    [
      ...metadata["metadata-log"],
      {
        "timestamp-ms": metadata["last-updated-ms"],
        "metadata-file": `${metadata.location}/metadata/v${version}.metadata.json`,
      },
    ],
    at,
  );
  const kept = new Set(snapshots.map((one) => one["snapshot-id"]));
  const used = new Set(snapshots.map((one) => one["schema-id"]));
  const gone = [...change.expired, ...log.expired.map((entry) => nameOf(entry["metadata-file"]))];
  const waiting = expiredFiles(metadata)
    .map((batch) => ({ ...batch, files: batch.files.filter((file) => !change.deleted.includes(file)) }))
    .filter((batch) => batch.files.length > 0);
  return {
    ...metadata,
    "last-sequence-number": snapshot["sequence-number"],
    "last-updated-ms": at,
    "last-column-id": Math.max(metadata["last-column-id"], ...schema.fields.map((field) => field.id)),
    "current-schema-id": schema["schema-id"],
    schemas: [...metadata.schemas.filter((one) => one["schema-id"] !== schema["schema-id"]), schema].filter((one) =>
      used.has(one["schema-id"]),
    ),
    properties: {
      ...metadata.properties,
      "schema.name-mapping.default": nameMapping(schema),
      [EXPIRED_PROPERTY]: JSON.stringify(gone.length > 0 ? [...waiting, { at, files: gone }] : waiting),
    },
    "current-snapshot-id": id,
    refs: { main: { "snapshot-id": id, type: "branch" } },
    snapshots,
    "snapshot-log": [...metadata["snapshot-log"], { "timestamp-ms": at, "snapshot-id": id }].filter((entry) =>
      kept.has(entry["snapshot-id"]),
    ),
    "metadata-log": log.kept,
  };
}
