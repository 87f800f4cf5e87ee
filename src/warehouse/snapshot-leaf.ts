import type { FileEntry } from "../core/exports.ts";
import { compareTexts, decodeFolded, foldLines, latestAt, type FoldedLine } from "../core/warehouse/folding.ts";
import type { MappedRow, TableSchema } from "../core/warehouse/schema.ts";
import { encodeParquet } from "./parquet.ts";
import type { Leaf, SnapshotStore } from "./snapshot-state.ts";
import { TableRows } from "./table-rows.ts";
import { decodeUpserts, encodeUpserts } from "./upsert-file.ts";

/** Where leaves of one run are written: R2 keys without what tells them apart. */
export interface LeafPlace {
  readonly store: SnapshotStore;
  readonly table: TableSchema;
  /** `warehouse-state/<sourceId>/<table>/` and `warehouse/<schema>/<table>/`. */
  readonly statePrefix: string;
  readonly filePrefix: string;
  /** Of the publication: names of one run end with it. */
  readonly no: number;
  /** Text of a leaf at most; one that has grown beyond it is cut into leaves of half the size. */
  readonly leafBytes: number;
}

/** Rows of a leaf, in order; null when its object is gone. */
export async function readLeaf(store: SnapshotStore, leaf: Leaf): Promise<FoldedLine[] | null> {
  const object = await store.get(leaf.stateKey);
  return object === null ? null : decodeUpserts(object.bytes).rows;
}

/** Folds `changes` into `rows`, both in order of their ids, each id once. `changed`: how many rows are not as they were. */
export function foldLists(
  rows: readonly FoldedLine[],
  changes: readonly FoldedLine[],
): { readonly rows: FoldedLine[]; readonly changed: number } {
  const folded: FoldedLine[] = [];
  let changed = 0;
  let at = 0;
  for (const change of changes) {
    while (at < rows.length && compareTexts(rows[at]!.id, change.id) < 0) folded.push(rows[at++]!);
    const present = rows[at]?.id === change.id ? rows[at++] : undefined;
    const line = present === undefined ? change.line : foldLines(present.line, [change.line]);
    if (line !== present?.line) changed++;
    folded.push({ id: change.id, line });
  }
  while (at < rows.length) folded.push(rows[at++]!);
  return { rows: folded, changed };
}

/** The shortest text that is greater than `before` and no greater than `id`. */
function boundBetween(before: string, id: string): string {
  let common = 0;
  while (common < before.length && before[common] === id[common]) common++;
  return id.slice(0, common + 1);
}

function cutRows(rows: readonly FoldedLine[], leafBytes: number): FoldedLine[][] {
  const total = rows.reduce((sum, { line }) => sum + line.length, 0);
  const most = total > leafBytes ? leafBytes / 2 : total;
  const parts: FoldedLine[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (bytes + row.line.length > most) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(row);
    bytes += row.line.length;
  }
  return parts;
}

function mappedRow(table: TableSchema, { id, line }: FoldedLine): MappedRow {
  const row = decodeFolded(line);
  const cells = new Map(Array.from(row.cells, ([column, { value }]) => [column, value]));
  return { table, id, messageId: id, receivedAt: latestAt(row), cells };
}

async function writeLeaf(place: LeafPlace, n: number, from: string, rows: readonly FoldedLine[]): Promise<Leaf> {
  const { store, table } = place;
  const name = `${String(n).padStart(6, "0")}-${String(place.no).padStart(6, "0")}`;
  const columns = new TableRows(table);
  for (const row of rows) columns.add(mappedRow(table, row));
  const parquet = encodeParquet(table, columns);
  const file: FileEntry = {
    key: `${place.filePrefix}${name}.parquet`,
    rows: columns.count,
    bytes: parquet.byteLength,
    firstAt: columns.firstAt,
    lastAt: columns.lastAt,
  };
  await store.put(file.key, parquet);
  const stateKey = `${place.statePrefix}${name}.ndjson.gz`;
  const state = encodeUpserts(table, rows);
  await store.put(stateKey, state.bytes);
  return { from, stateKey, bytes: state.textBytes, file };
}

/** Writes rows (in order, at least one) as one leaf or several from the id `from` on; their numbers begin at `n`. */
export async function writeLeaves(
  place: LeafPlace,
  n: number,
  from: string,
  rows: readonly FoldedLine[],
): Promise<Leaf[]> {
  const leaves: Leaf[] = [];
  let before: FoldedLine | undefined;
  for (const part of cutRows(rows, place.leafBytes)) {
    const bound = before === undefined ? from : boundBetween(before.id, part[0]!.id);
    leaves.push(await writeLeaf(place, n + leaves.length, bound, part));
    before = part.at(-1);
  }
  return leaves;
}
