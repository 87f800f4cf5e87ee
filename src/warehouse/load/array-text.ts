import type { ColumnType } from "../../core/warehouse/schema.ts";
import type { FileCell } from "./file-rows.ts";

/** What a text has in place of a NUL, the one character that PostgreSQL cannot store. */
const REPLACEMENT = "\ufffd";
const QUOTED = /["\\]/g;

/** One column of some rows, as PostgreSQL reads an array. */
export interface ArrayText {
  readonly text: string;
  readonly values: number;
  /** Texts in which NUL was replaced. */
  readonly replaced: number;
}

/** Of microseconds since the epoch; the model's times are whole milliseconds. */
const timeText = (micros: FileCell): string => `"${new Date(Math.round(Number(micros) / 1000)).toISOString()}"`;
const plainText = (cell: FileCell): string => String(cell);

export const withoutNul = (text: string): string => text.replaceAll("\0", REPLACEMENT);
const quote = (text: string): string => `"${text.replace(QUOTED, "\\$&")}"`;

const WRITERS: Record<Exclude<ColumnType, "varchar">, (cell: FileCell) => string> = {
  timestamp: timeText,
  integer: plainText,
  float: plainText,
  boolean: plainText,
};

/**
 * Writes cells as an array literal (postgresql.org/docs/current/arrays.html, input syntax).
 * @param mostChars of the literal
 * @returns undefined when it would be longer
 */
export function arrayText(cells: ArrayLike<FileCell>, type: ColumnType, mostChars: number): ArrayText | undefined {
  const parts: string[] = [];
  let [values, replaced, chars] = [0, 0, 2];
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    let part = "NULL";
    if (cell !== null && cell !== undefined) {
      values++;
      if (type !== "varchar") part = WRITERS[type](cell);
      else {
        const text = String(cell);
        const stored = withoutNul(text);
        if (stored !== text) replaced++;
        part = quote(stored);
      }
    }
    chars += part.length + 1;
    if (chars > mostChars) return undefined;
    parts.push(part);
  }
  return { text: `{${parts.join(",")}}`, values, replaced };
}
