import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";
import { compareTexts, openLine, type FoldedLine } from "../core/warehouse/folding.ts";
import { TableSchema } from "../core/warehouse/schema.ts";

/** The first line of a file: what its rows are. */
const Header = z.object({ table: TableSchema });

/** Rows of `users` or `accounts`, folded, each id once and in rising order of ids. */
export interface UpsertFile {
  readonly table: TableSchema;
  readonly rows: FoldedLine[];
  /** Bytes of the text. */
  readonly textBytes: number;
}

/** gzip NDJSON: a header, then a row a line. Rows need not be in order; equal contents make equal bytes. */
export function encodeUpserts(
  table: TableSchema,
  rows: readonly FoldedLine[],
): { readonly bytes: Uint8Array; readonly textBytes: number } {
  const sorted = rows.toSorted((a, b) => compareTexts(a.id, b.id));
  const lines = [JSON.stringify({ table }), ...sorted.map(({ line }) => line), ""];
  const text = new TextEncoder().encode(lines.join("\n"));
  return { bytes: gzipSync(text), textBytes: text.length };
}

export function decodeUpserts(bytes: Uint8Array): UpsertFile {
  const text = gunzipSync(bytes);
  const [header = "", ...lines] = new TextDecoder().decode(text).split("\n");
  return {
    table: Header.parse(JSON.parse(header)).table,
    rows: lines.filter((line) => line !== "").map(openLine),
    textBytes: text.length,
  };
}
