import type { AvroField, AvroRecordType, AvroType } from "./avro.ts";

const required = (id: number, name: string, type: AvroType): AvroField => ({ name, type, "field-id": id });
const optional = (id: number, name: string, type: AvroType): AvroField => ({
  name,
  type: ["null", type],
  default: null,
  "field-id": id,
});

/** A map with integer keys: an array of pairs (spec, Appendix A "Avro"). */
const byField = (keyId: number, valueId: number, value: "long" | "bytes"): AvroType => ({
  type: "array",
  logicalType: "map",
  items: {
    type: "record",
    name: `k${keyId}_v${valueId}`,
    fields: [required(keyId, "key", "int"), required(valueId, "value", value)],
  },
});

/** Spec, "Manifest Entry Fields" and "Data File Fields", format version 2. `partition`: of the table's partition spec. */
export function manifestEntryType(partition: readonly AvroField[]): AvroRecordType {
  const dataFile: AvroRecordType = {
    type: "record",
    name: "r2",
    fields: [
      required(134, "content", "int"),
      required(100, "file_path", "string"),
      required(101, "file_format", "string"),
      required(102, "partition", { type: "record", name: "r102", fields: partition }),
      required(103, "record_count", "long"),
      required(104, "file_size_in_bytes", "long"),
      optional(108, "column_sizes", byField(117, 118, "long")),
      optional(109, "value_counts", byField(119, 120, "long")),
      optional(110, "null_value_counts", byField(121, 122, "long")),
      optional(125, "lower_bounds", byField(126, 127, "bytes")),
      optional(128, "upper_bounds", byField(129, 130, "bytes")),
      optional(132, "split_offsets", { type: "array", items: "long", "element-id": 133 }),
      optional(140, "sort_order_id", "int"),
    ],
  };
  return {
    type: "record",
    name: "manifest_entry",
    fields: [
      required(0, "status", "int"),
      optional(1, "snapshot_id", "long"),
      optional(3, "sequence_number", "long"),
      optional(4, "file_sequence_number", "long"),
      required(2, "data_file", dataFile),
    ],
  };
}

/** The one field a partition has: hours since 1970. */
export const hourField = (id: number, name: string): AvroField => optional(id, name, "int");

const FIELD_SUMMARY: AvroRecordType = {
  type: "record",
  name: "r508",
  fields: [
    required(509, "contains_null", "boolean"),
    optional(518, "contains_nan", "boolean"),
    optional(510, "lower_bound", "bytes"),
    optional(511, "upper_bound", "bytes"),
  ],
};

/** Spec, "Manifest Lists", format version 2. */
export const MANIFEST_FILE: AvroRecordType = {
  type: "record",
  name: "manifest_file",
  fields: [
    required(500, "manifest_path", "string"),
    required(501, "manifest_length", "long"),
    required(502, "partition_spec_id", "int"),
    required(517, "content", "int"),
    required(515, "sequence_number", "long"),
    required(516, "min_sequence_number", "long"),
    required(503, "added_snapshot_id", "long"),
    required(504, "added_files_count", "int"),
    required(505, "existing_files_count", "int"),
    required(506, "deleted_files_count", "int"),
    required(512, "added_rows_count", "long"),
    required(513, "existing_rows_count", "long"),
    required(514, "deleted_rows_count", "long"),
    optional(507, "partitions", { type: "array", items: FIELD_SUMMARY, "element-id": 508 }),
  ],
};
