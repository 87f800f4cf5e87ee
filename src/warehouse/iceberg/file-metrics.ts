import { parquetMetadataAsync, type ColumnChunk, type FileMetaData, type Statistics } from "hyparquet";
import { HOUR_MS } from "../../core/durations.ts";
import type { FileEntry } from "../../core/exports.ts";
import type { IcebergField, IcebergSchema } from "../../core/warehouse/iceberg-metadata.ts";
import type { ColumnMetrics, DataFile } from "./manifest.ts";
import { PARTITION_COLUMN } from "./schema.ts";
import { boundOf } from "./single-value.ts";
import type { IcebergStore } from "./store.ts";

type MinMax = NonNullable<Statistics["min_value"]>;

/** Enough for the footer of most tables; a longer one costs a second read. */
const FOOTER_BYTES = 64 * 1024;
/** As Iceberg's own writers (`write.metadata.metrics.max-inferred-column-defaults`): wide tables keep small manifests. */
const MOST_COLUMNS = 100;

/** The field of each column of a file: by the ids in it, else by name, as the table's name mapping says. */
function fieldsOf(footer: FileMetaData, schema: IcebergSchema): Map<string, IcebergField> {
  const byId = new Map(schema.fields.map((field) => [field.id, field]));
  const byName = new Map(schema.fields.map((field) => [field.name, field]));
  const columns = footer.schema.slice(1);
  const hasIds = columns.some((element) => element.field_id !== undefined);
  const found = columns.map((element) => {
    const field = hasIds ? byId.get(element.field_id ?? 0) : byName.get(element.name);
    return [element.name, field] as const;
  });
  return new Map(found.filter((pair): pair is [string, IcebergField] => pair[1] !== undefined));
}

function compare(a: MinMax, b: MinMax): number {
  if (typeof a !== "string" || typeof b !== "string") return a < b ? -1 : 1;
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((character, i) => character !== right[i]);
  if (at < 0) return left.length - right.length;
  return left[at]!.codePointAt(0)! - (right[at]?.codePointAt(0) ?? -1);
}

/** The least (`sign` 1) or greatest (-1) of the row groups' statistics; none unless every group with a value has one. */
function extreme(chunks: readonly ColumnChunk[], end: "min_value" | "max_value", sign: 1 | -1): MinMax | undefined {
  let found: MinMax | undefined;
  for (const { meta_data: meta } of chunks) {
    if (meta === undefined) return undefined;
    if (meta.statistics?.null_count === meta.num_values) continue;
    const value = meta.statistics?.[end];
    if (value === undefined) return undefined;
    if (found === undefined || sign * compare(value, found) < 0) found = value;
  }
  return found;
}

function metricsOf(field: IcebergField, chunks: readonly ColumnChunk[]): ColumnMetrics {
  const sum = (of: (chunk: ColumnChunk) => bigint | undefined): number =>
    chunks.reduce((total, chunk) => total + Number(of(chunk) ?? 0n), 0);
  const counted = chunks.every((chunk) => chunk.meta_data?.statistics?.null_count !== undefined);
  return {
    fieldId: field.id,
    bytes: sum((chunk) => chunk.meta_data?.total_compressed_size),
    values: sum((chunk) => chunk.meta_data?.num_values),
    nulls: counted ? sum((chunk) => chunk.meta_data?.statistics?.null_count) : undefined,
    lower: boundOf(field.type, extreme(chunks, "min_value", 1), "lower"),
    upper: boundOf(field.type, extreme(chunks, "max_value", -1), "upper"),
  };
}

/**
 * A published Parquet file as a manifest describes it: counts and bounds of its first 100 columns and of `received_at`
 * come from its footer, of which nothing else is read. `byHour`: it lies in the partition of its hour. Throws when the
 * file is missing, or its rows are not of one hour.
 */
export async function describeFile(
  entry: FileEntry,
  schema: IcebergSchema,
  { store, base, byHour }: { store: IcebergStore; base: string; byHour: boolean },
): Promise<DataFile> {
  const slice = async (start: number, end = entry.bytes): Promise<ArrayBuffer> => {
    const bytes = await store.range(entry.key, start, end);
    if (bytes === null) throw new Error(`the data file ${entry.key} is missing`);
    return bytes;
  };
  const footer = await parquetMetadataAsync(
    { byteLength: entry.bytes, slice },
    { initialFetchSize: Math.min(FOOTER_BYTES, entry.bytes), geoparquet: false },
  );
  const fields = fieldsOf(footer, schema);
  const groups = footer.row_groups;
  const columns = (groups[0]?.columns ?? []).flatMap((chunk, i) => {
    const field = fields.get(chunk.meta_data?.path_in_schema[0] ?? "");
    if (field === undefined || (i >= MOST_COLUMNS && field.name !== PARTITION_COLUMN)) return [];
    return [
      metricsOf(
        field,
        groups.map((group) => group.columns[i]!),
      ),
    ];
  });
  return {
    path: `${base}/${entry.key}`,
    hour: byHour ? partitionHour(entry) : undefined,
    rows: Number(footer.num_rows),
    bytes: entry.bytes,
    columns,
    splitOffsets: groups.map((group) => startOf(group.columns[0]!)),
  };
}

function startOf({ meta_data: meta }: ColumnChunk): number {
  return Number(meta?.dictionary_page_offset ?? meta?.data_page_offset ?? 0n);
}

/** Hours since 1970, as the table is partitioned. */
function partitionHour(entry: FileEntry): number {
  const hour = Math.floor(entry.firstAt / HOUR_MS);
  if (hour !== Math.floor(entry.lastAt / HOUR_MS)) throw new Error(`${entry.key} holds rows of more than one hour`);
  return hour;
}
