import * as z from "zod";

/** Iceberg's names of the five column types (spec, "Primitive Types"; times as microseconds with zone). */
export const IcebergType = z.enum(["timestamptz", "long", "double", "boolean", "string"]);
export type IcebergType = z.infer<typeof IcebergType>;

export const IcebergField = z.object({ id: z.int(), name: z.string(), required: z.boolean(), type: IcebergType });
export type IcebergField = z.infer<typeof IcebergField>;

/** Spec, Appendix C "Schemas". */
export const IcebergSchema = z.object({
  type: z.literal("struct"),
  "schema-id": z.int(),
  fields: z.array(IcebergField),
});
export type IcebergSchema = z.infer<typeof IcebergSchema>;

/** Spec, Appendix C "Partition Specs". */
export const PartitionSpec = z.object({
  "spec-id": z.int(),
  fields: z.array(
    z.object({ "source-id": z.int(), "field-id": z.int(), name: z.string(), transform: z.literal("hour") }),
  ),
});
export type PartitionSpec = z.infer<typeof PartitionSpec>;

/** Spec, "Snapshots". */
export const Snapshot = z.object({
  "snapshot-id": z.int(),
  "parent-snapshot-id": z.int().optional(),
  "sequence-number": z.int(),
  "timestamp-ms": z.int(),
  "manifest-list": z.string(),
  "schema-id": z.int(),
  summary: z.record(z.string(), z.string()),
});
export type Snapshot = z.infer<typeof Snapshot>;

export const MetadataLogEntry = z.object({ "timestamp-ms": z.int(), "metadata-file": z.string() });
export type MetadataLogEntry = z.infer<typeof MetadataLogEntry>;

/** `v<N>.metadata.json` of format version 2 (spec, "Table Metadata Fields"), as Inlet writes it. */
export const TableMetadata = z.object({
  "format-version": z.literal(2),
  "table-uuid": z.string(),
  location: z.string(),
  "last-sequence-number": z.int(),
  "last-updated-ms": z.int(),
  "last-column-id": z.int(),
  "current-schema-id": z.int(),
  schemas: z.array(IcebergSchema),
  "default-spec-id": z.int(),
  "partition-specs": z.array(PartitionSpec),
  "last-partition-id": z.int(),
  "default-sort-order-id": z.int(),
  "sort-orders": z.array(z.object({ "order-id": z.int(), fields: z.array(z.never()) })),
  properties: z.record(z.string(), z.string()),
  "current-snapshot-id": z.int(),
  refs: z.object({ main: z.object({ "snapshot-id": z.int(), type: z.literal("branch") }) }),
  /** Oldest first, each the child of the one before. */
  snapshots: z.array(Snapshot),
  "snapshot-log": z.array(z.object({ "timestamp-ms": z.int(), "snapshot-id": z.int() })),
  "metadata-log": z.array(MetadataLogEntry),
});
export type TableMetadata = z.infer<typeof TableMetadata>;

/** Files of expired snapshots and metadata, by name within `metadata/`, that are deleted an hour after `at` (ms). */
export const ExpiredFiles = z.array(z.object({ at: z.int(), files: z.array(z.string()) }));
export type ExpiredFiles = z.infer<typeof ExpiredFiles>;
