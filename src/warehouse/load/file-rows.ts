import { parquetMetadataAsync, parquetScan } from "hyparquet";
import type { Column } from "../../core/warehouse/schema.ts";
import { DECOMPRESSORS } from "../parquet-codec.ts";

/** One value as a file has it; times are microseconds since the epoch. */
export type FileCell = string | number | bigint | boolean | null | undefined;

/** A file's rows, some at a time: whole columns of a wide table would not fit into memory together. */
export interface FileRows {
  readonly count: number;
  /** Cells of one column of rows `[from, to)`; a file that lacks the column has none. */
  cells(column: Column, from: number, to: number): Promise<ArrayLike<FileCell>>;
}

/** Opens one of our own Parquet files. Pages before the rows that are asked for are passed over without unpacking them. */
export async function openFileRows(bytes: Uint8Array<ArrayBuffer>): Promise<FileRows> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const file = { byteLength: buffer.byteLength, slice: (start: number, end?: number) => buffer.slice(start, end) };
  const metadata = await parquetMetadataAsync(file);
  const scan = await parquetScan({
    file,
    metadata,
    compressors: DECOMPRESSORS,
    parsers: { timestampFromMicroseconds: (micros) => micros },
  });
  const known = new Set(metadata.schema.slice(1).map(({ name }) => name));
  return {
    count: Number(metadata.num_rows),
    cells: async ({ name }, from, to) =>
      known.has(name)
        ? ((await scan.readColumn({ column: name, rowStart: from, rowEnd: to })) as ArrayLike<FileCell>)
        : { length: to - from },
  };
}
