import { fieldIdOf, positionOf } from "../../core/warehouse/field-ids.ts";
import type { IcebergSchema, IcebergType, PartitionSpec } from "../../core/warehouse/iceberg-metadata.ts";
import type { Column } from "../../core/warehouse/schema.ts";

const TYPES: Record<Column["type"], IcebergType> = {
  timestamp: "timestamptz",
  integer: "long",
  float: "double",
  boolean: "boolean",
  varchar: "string",
};
export const PARTITION_COLUMN = "received_at";
/** Spec, "Partition Specs": the reference implementation's first id. */
const FIRST_PARTITION_ID = 1000;

/**
 * The table's schema once `columns` are known: what is new is appended, a column whose type was changed becomes another
 * field of the same name (spec, "Schema Evolution"), fields that `columns` lacks stay. `before` itself when nothing is
 * new. Throws when a column is not in its place any more: its old files could not be read.
 */
export function evolve(before: IcebergSchema | undefined, columns: readonly Column[]): IcebergSchema {
  const given = columns.map((column, position) => ({
    id: fieldIdOf(position, column.type),
    name: column.name,
    required: false,
    type: TYPES[column.type],
  }));
  const byName = new Map(given.map((field) => [field.name, field]));
  for (const field of before?.fields ?? []) {
    const now = byName.get(field.name);
    if (now !== undefined && positionOf(now.id) !== positionOf(field.id)) {
      throw new Error(`the column ${field.name} has moved`);
    }
  }
  const fields = [...given, ...(before?.fields ?? []).filter((field) => !byName.has(field.name))];
  const same = before?.fields.length === fields.length && fields.every((field, i) => field.id === before.fields[i]!.id);
  if (same) return before;
  return { type: "struct", "schema-id": (before?.["schema-id"] ?? -1) + 1, fields };
}

/** Which field a file's column is when the file has no field ids (spec, "Name Mapping Serialization"). */
export function nameMapping(schema: IcebergSchema): string {
  return JSON.stringify(schema.fields.map((field) => ({ "field-id": field.id, names: [field.name] })));
}

/** By the hour of `received_at` (spec, "Partition Transforms"), or not at all. */
export function partitionSpec(schema: IcebergSchema, byHour: boolean): PartitionSpec {
  const source = schema.fields.find((field) => field.name === PARTITION_COLUMN);
  if (!byHour || source === undefined) return { "spec-id": 0, fields: [] };
  return {
    "spec-id": 0,
    fields: [
      { "source-id": source.id, "field-id": FIRST_PARTITION_ID, name: `${PARTITION_COLUMN}_hour`, transform: "hour" },
    ],
  };
}

export const lastPartitionId = (spec: PartitionSpec): number =>
  Math.max(FIRST_PARTITION_ID - 1, ...spec.fields.map((field) => field["field-id"]));
