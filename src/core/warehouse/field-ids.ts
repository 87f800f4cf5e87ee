/** The order is part of every field id that was ever written: types are only appended. */
const TYPE_ORDER = ["timestamp", "integer", "float", "boolean", "varchar"] as const;
const IDS_PER_COLUMN = 8;

/**
 * The Iceberg field id of a column: of its place in the table (0-based; columns are only ever appended) and its type.
 * A changed type is another field, as Iceberg sees it (spec, "Schema Evolution": only int → long and the like may change
 * in place), so a file of the old type is never read as one of the new. Needs no memory and no agreement: whoever
 * writes a Parquet file and whoever writes the table's metadata come to the same number.
 */
export function fieldIdOf(position: number, type: (typeof TYPE_ORDER)[number]): number {
  return position * IDS_PER_COLUMN + TYPE_ORDER.indexOf(type) + 1;
}

/** The place of the column that `fieldIdOf` gave this id. */
export const positionOf = (fieldId: number): number => Math.floor((fieldId - 1) / IDS_PER_COLUMN);
