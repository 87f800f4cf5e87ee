import { parquetMetadataAsync, parquetScan } from "hyparquet";
import type { Column } from "../../core/warehouse/schema.ts";
import { DECOMPRESSORS } from "../parquet-codec.ts";

/** One value as a file has it; times are microseconds since the epoch. */
export type FileCell = string | number | bigint | boolean | null | undefined;

/** A file's rows, some at a time: whole columns of a wide table would not fit into memory together. */
export interface FileRows {
  readonly count: number;
  /** Rows that are unpacked together; what is asked for at once must not go beyond such a part. */
  readonly partRows: number;
  /** Cells of one column of rows `[from, to)`, all within one part; a file that lacks the column has none. */
  cells(column: Column, from: number, to: number): Promise<ArrayLike<FileCell>>;
}

/**
 * Cells that are unpacked at a time, in all columns together. Texts come on top: a file has 16 MB of different ones at
 * most, as it was made in memory as a whole.
 */
const CELLS = 1024 * 1024;
const MOST_ROWS = 5000;

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
  const count = Number(metadata.num_rows);
  const rows = Math.min(MOST_ROWS, Math.max(1, Math.floor(CELLS / Math.max(1, known.size))));
  /** A part of the rows that is unpacked once, however it is asked for; the scan keeps each column's last one. */
  async function part(column: string, at: number, from: number, to: number): Promise<FileCell[]> {
    const start = at * rows;
    const cells = await scan.readColumn({ column, rowStart: start, rowEnd: Math.min(count, start + rows) });
    const found: FileCell[] = [];
    for (let i = from - start; i < to - start; i++) found.push(cells[i] as FileCell);
    return found;
  }
  return {
    count,
    partRows: rows,
    cells: async ({ name }, from, to) =>
      known.has(name) ? part(name, Math.floor(from / rows), from, to) : { length: to - from },
  };
}
