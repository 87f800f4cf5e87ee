import type { Cell, MappedRow } from "./schema.ts";

/**
 * Whose value it is. Values of one row and column are in order by when they were received, then by messageId, then by
 * how often their hour was made (`version`: a later making may read the same event by other rules).
 */
export interface Stamp {
  /** ms since epoch. */
  readonly receivedAt: number;
  readonly messageId: string;
  readonly version: number;
}

export interface FoldedCell {
  readonly value: Exclude<Cell, null>;
  readonly stamp: Stamp;
}

/** What is known of one user or group: of each column the latest value that was not null. */
export interface FoldedRow {
  readonly id: string;
  readonly cells: Map<string, FoldedCell>;
}

/** The order of ids, by UTF-16 units: the same on every machine. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const compareStamps = (a: Stamp, b: Stamp): number =>
  a.receivedAt - b.receivedAt || compareTexts(a.messageId, b.messageId) || a.version - b.version;

/** Kinds of values that JSON has no word for, as they are tagged. */
type Stored = [by: number, value: string | number | boolean, tag?: "i" | "t"];
const stored = (by: number, value: Exclude<Cell, null>): Stored => {
  if (typeof value === "bigint") return [by, value.toString(), "i"];
  return value instanceof Date ? [by, value.getTime(), "t"] : [by, value];
};
const restored = ([, value, tag]: Stored): Exclude<Cell, null> => {
  if (tag === "i") return BigInt(value);
  return tag === "t" ? new Date(Number(value)) : value;
};

/** Two values of one event can only differ where ids were made up; then the greater text wins, so that order plays no part. */
const isLater = (one: FoldedCell, other: FoldedCell): boolean => {
  const order = compareStamps(one.stamp, other.stamp);
  if (order !== 0) return order > 0;
  return compareTexts(JSON.stringify(stored(0, one.value)), JSON.stringify(stored(0, other.value))) > 0;
};

/**
 * Folds `row` into `into`, both of one id; tells whether that changed anything. In whatever order and however often
 * rows are folded, the outcome is the same.
 */
export function foldInto(into: FoldedRow, row: FoldedRow): boolean {
  let changed = false;
  for (const [column, cell] of row.cells) {
    const present = into.cells.get(column);
    if (present !== undefined && !isLater(cell, present)) continue;
    into.cells.set(column, cell);
    changed = true;
  }
  return changed;
}

/** A row of `users` or `accounts` as one event made it. `version`: of the hour it belongs to. */
export function foldable(row: MappedRow, version: number): FoldedRow {
  const stamp = { receivedAt: row.receivedAt, messageId: row.messageId, version };
  const cells = new Map<string, FoldedCell>();
  for (const [column, value] of row.cells) if (value !== null) cells.set(column, { value, stamp });
  return { id: row.id, cells };
}

/** When the row was last heard of, ms since epoch. */
export function latestAt(row: FoldedRow): number {
  let latest = 0;
  for (const { stamp } of row.cells.values()) latest = Math.max(latest, stamp.receivedAt);
  return latest;
}

interface RowJson {
  id: string;
  /** The stamps, each once. */
  by: [receivedAt: number, messageId: string, version: number][];
  v: Record<string, Stored>;
}

/** One line of JSON; columns in the order of their names, so that equal rows make equal texts. */
export function encodeFolded(row: FoldedRow): string {
  const places = new Map<string, number>();
  const by: RowJson["by"] = [];
  const place = ({ receivedAt, messageId, version }: Stamp): number => {
    const key = `${receivedAt} ${version} ${messageId}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, by.length);
    return by.push([receivedAt, messageId, version]) - 1;
  };
  const columns = [...row.cells].toSorted(([a], [b]) => compareTexts(a, b));
  const v = Object.fromEntries(columns.map(([column, { value, stamp }]) => [column, stored(place(stamp), value)]));
  return JSON.stringify({ id: row.id, by, v } satisfies RowJson);
}

/** Of a line that `encodeFolded` made. */
export function decodeFolded(line: string): FoldedRow {
  const { id, by, v } = JSON.parse(line) as RowJson;
  const stamps = by.map(([receivedAt, messageId, version]): Stamp => ({ receivedAt, messageId, version }));
  const cells = Object.entries(v).map(([column, cell]): [string, FoldedCell] => [
    column,
    { value: restored(cell), stamp: stamps[cell[0]]! },
  ]);
  return { id, cells: new Map(cells) };
}

/** A folded row as its line of JSON: in memory a fifth of what it takes as an object. */
export interface FoldedLine {
  readonly id: string;
  readonly line: string;
}

const ID_OF_LINE = /^\{"id":("(?:[^"\\]|\\.)*")/;

/** Of a line that `encodeFolded` made. */
export function openLine(line: string): FoldedLine {
  const id = ID_OF_LINE.exec(line)?.[1];
  if (id === undefined) throw new Error("a line is no folded row");
  return { id: JSON.parse(id) as string, line };
}

/** `row` with `changes` folded in, all of one id; the very same line when they change nothing. */
export function foldLines(row: string, changes: readonly string[]): string {
  const others = changes.filter((change) => change !== row);
  if (others.length === 0) return row;
  const folded = decodeFolded(row);
  let changed = false;
  for (const change of others) changed = foldInto(folded, decodeFolded(change)) || changed;
  return changed ? encodeFolded(folded) : row;
}
