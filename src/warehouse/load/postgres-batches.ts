import type { Column } from "../../core/warehouse/schema.ts";
import { arrayText, type ArrayText } from "./array-text.ts";
import type { FileRows } from "./file-rows.ts";

/** Rows tried first, and at most; after that as many as come to about `CHARS`. */
const FIRST_ROWS = 500;
const MOST_ROWS = 5000;
const CHARS = 1024 * 1024;
/** Of all arrays of one batch; more than that is split, down to one row, which is at most some 64 kB a text. */
const MOST_CHARS = 6 * CHARS;

/** Some rows of a file, by column; columns without a value in them are left out. */
export interface Batch {
  readonly rows: number;
  readonly columns: readonly { readonly column: Column; readonly array: ArrayText }[];
}

async function batchOf(
  file: FileRows,
  columns: readonly Column[],
  from: number,
  to: number,
): Promise<(Batch & { readonly chars: number }) | undefined> {
  const made: Batch["columns"][number][] = [];
  let left = to - from === 1 ? Number.POSITIVE_INFINITY : MOST_CHARS;
  let chars = 0;
  for (const column of columns) {
    const array = arrayText(await file.cells(column, from, to), column.type, left);
    if (array === undefined) return undefined;
    if (array.values === 0) continue;
    made.push({ column, array });
    left -= array.text.length;
    chars += array.text.length;
  }
  return { rows: to - from, columns: made, chars };
}

/** A file's rows in batches that stay small in memory whatever is in them. */
export async function* batches(file: FileRows, columns: readonly Column[]): AsyncGenerator<Batch> {
  let size = FIRST_ROWS;
  for (let from = 0; from < file.count;) {
    const partEnd = from - (from % file.partRows) + file.partRows;
    const to = Math.min(file.count, from + size, partEnd);
    const batch = await batchOf(file, columns, from, to);
    if (batch === undefined) {
      size = Math.max(1, Math.floor((to - from) / 4));
      continue;
    }
    yield batch;
    from = to;
    const fitting = Math.floor((batch.rows * CHARS) / Math.max(1, batch.chars));
    // Growing step by step: the next rows may be far longer.
    size = Math.max(1, Math.min(MOST_ROWS, size * 2, fitting));
  }
}
