import type { IcebergSchema, PartitionSpec } from "../../core/warehouse/iceberg-metadata.ts";
import type { AvroRecord, AvroValue } from "./avro.ts";
import { readAvroFile } from "./avro-read.ts";
import { writeAvroFile } from "./avro-write.ts";
import { hourField, manifestEntryType } from "./manifest-types.ts";

/** What is known of one column of a data file, by field id. */
export interface ColumnMetrics {
  readonly fieldId: number;
  readonly bytes: number;
  readonly values: number;
  readonly nulls: number | undefined;
  readonly lower: Uint8Array | undefined;
  readonly upper: Uint8Array | undefined;
}

export interface DataFile {
  /** Absolute. */
  readonly path: string;
  /** Hours since 1970 of its rows; undefined in a table without partitions. */
  readonly hour: number | undefined;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly ColumnMetrics[];
  readonly splitOffsets: readonly number[];
}

export const EXISTING = 0;
export const ADDED = 1;
export const DELETED = 2;

/** One file's state in a manifest (spec, "Manifest Entry Fields"), with the sequence numbers that it inherits. */
export interface ManifestEntry {
  readonly status: typeof EXISTING | typeof ADDED | typeof DELETED;
  readonly snapshotId: number;
  readonly sequence: number;
  readonly fileSequence: number;
  readonly file: DataFile;
}

/** A table's schema and partitioning, as its manifests repeat them. */
export interface TableShape {
  readonly schema: IcebergSchema;
  readonly spec: PartitionSpec;
}

type Pairs = { readonly key: number; readonly value: number | Uint8Array }[];

function pairs(
  columns: readonly ColumnMetrics[],
  value: (column: ColumnMetrics) => number | Uint8Array | undefined,
): Pairs {
  return columns.flatMap((column) => {
    const found = value(column);
    return found === undefined ? [] : [{ key: column.fieldId, value: found }];
  });
}

function encodeFile(file: DataFile, partition: string | undefined): AvroRecord {
  return {
    content: 0,
    file_path: file.path,
    file_format: "PARQUET",
    partition: partition === undefined ? {} : { [partition]: file.hour ?? null },
    record_count: file.rows,
    file_size_in_bytes: file.bytes,
    column_sizes: pairs(file.columns, (column) => column.bytes),
    value_counts: pairs(file.columns, (column) => column.values),
    null_value_counts: pairs(file.columns, (column) => column.nulls),
    lower_bounds: pairs(file.columns, (column) => column.lower),
    upper_bounds: pairs(file.columns, (column) => column.upper),
    split_offsets: file.splitOffsets,
    sort_order_id: 0,
  };
}

/**
 * A manifest's bytes (spec, "Manifests"). An added entry's sequence numbers are left to be inherited from the manifest
 * list, as "Sequence Number Inheritance" asks.
 */
export function writeManifest(entries: readonly ManifestEntry[], { schema, spec }: TableShape): Uint8Array {
  const field = spec.fields[0];
  const type = manifestEntryType(field === undefined ? [] : [hourField(field["field-id"], field.name)]);
  const records = entries.map((entry) => ({
    status: entry.status,
    snapshot_id: entry.snapshotId,
    sequence_number: entry.status === ADDED ? null : entry.sequence,
    file_sequence_number: entry.status === ADDED ? null : entry.fileSequence,
    data_file: encodeFile(entry.file, field?.name),
  }));
  return writeAvroFile(type, records, {
    schema: JSON.stringify(schema),
    "schema-id": String(schema["schema-id"]),
    "partition-spec": JSON.stringify(spec.fields),
    "partition-spec-id": String(spec["spec-id"]),
    "format-version": "2",
    content: "data",
  });
}

const num = (value: AvroValue | undefined): number | undefined => (typeof value === "number" ? value : undefined);

function byField<Value>(value: AvroValue | undefined): Map<number, Value> {
  const found = (value ?? []) as unknown as { key: number; value: Value }[];
  return new Map(found.map((pair) => [pair.key, pair.value]));
}

function decodeFile(record: AvroRecord): DataFile {
  const [bytes, values, nulls] = ["column_sizes", "value_counts", "null_value_counts"].map((name) =>
    byField<number>(record[name]),
  );
  const [lower, upper] = ["lower_bounds", "upper_bounds"].map((name) => byField<Uint8Array>(record[name]));
  return {
    path: record["file_path"] as string,
    hour: num(Object.values(record["partition"] as AvroRecord)[0]),
    rows: record["record_count"] as number,
    bytes: record["file_size_in_bytes"] as number,
    columns: [...values!.keys()].map((fieldId) => ({
      fieldId,
      bytes: bytes!.get(fieldId) ?? 0,
      values: values!.get(fieldId) ?? 0,
      nulls: nulls!.get(fieldId),
      lower: lower!.get(fieldId),
      upper: upper!.get(fieldId),
    })),
    splitOffsets: (record["split_offsets"] ?? []) as number[],
  };
}

/** What `writeManifest` wrote; `listed`: its entry in the manifest list, from which sequence numbers are inherited. */
export function readManifest(
  bytes: Uint8Array,
  listed: { readonly snapshotId: number; readonly sequence: number },
): ManifestEntry[] {
  const records = readAvroFile(bytes);
  return records.map((record) => ({
    status: record["status"] as ManifestEntry["status"],
    snapshotId: num(record["snapshot_id"]) ?? listed.snapshotId,
    sequence: num(record["sequence_number"]) ?? listed.sequence,
    fileSequence: num(record["file_sequence_number"]) ?? listed.sequence,
    file: decodeFile(record["data_file"] as AvroRecord),
  }));
}
