import type { Column, Notice, WarehouseTable } from "../api/export-types.ts";
import { count } from "./times.ts";

/** The model's own tables first, then one table an event by its rows. */
const ORDER = ["tracks", "identifies", "users", "pages", "screens", "groups", "accounts", "aliases", "event"];

/** Tables whose name, event names or columns hold the text, whatever its case. */
export function tablesMatching(tables: readonly WarehouseTable[], text: string): readonly WarehouseTable[] {
  const wanted = text.trim().toLowerCase();
  const holds = (one: string): boolean => one.toLowerCase().includes(wanted);
  const found =
    wanted === ""
      ? tables
      : tables.filter(
          ({ name, eventNames, columns }) =>
            holds(name) || eventNames.some(holds) || columns.some((column) => holds(column.name)),
        );
  return found.toSorted(
    (a, b) =>
      ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
      b.rows - a.rows ||
      (a.name < b.name ? -1 : Number(a.name > b.name)),
  );
}

export interface ColumnRow extends Column {
  /** What runs had to say of it. */
  readonly notices: readonly Notice[];
  readonly isLeftOut: boolean;
}

/** How many values the notices say were lost, by table; tables that lost nothing are not in it. */
export function lostByTable(notices: readonly Notice[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const notice of notices) {
    if (notice.lost) sums.set(notice.table, (sums.get(notice.table) ?? 0) + notice.count);
  }
  return sums;
}

/** Over which runs notices are added up, as `noticesOf` does. */
export const countedOver = (hours: number): string =>
  hours === 1
    ? "the latest run of the one hour exported lately"
    : `the latest run of each of the ${count(hours)} hours exported last`;

/** Columns of a table as they are shown: those that events brought first, the troubled ones before all. */
export function columnRows(
  { name: table, columns }: Pick<WarehouseTable, "name" | "columns">,
  notices: readonly Notice[],
  leftOut: readonly string[],
): readonly ColumnRow[] {
  const own = notices.filter((notice) => notice.table === table);
  const out = new Set(leftOut);
  const rows = columns.map((column) => ({
    ...column,
    notices: own.filter((notice) => notice.column === column.name),
    isLeftOut: out.has(column.name),
  }));
  const rank = ({ fixed, notices: said }: ColumnRow): number =>
    (fixed === true ? 2 : 0) - (said.some(({ lost }) => lost) ? 3 : 0);
  return rows.toSorted((a, b) => rank(a) - rank(b));
}

/** What is said of the table as a whole, and of columns that it does not have. */
export const tableNotices = (
  { name, columns }: Pick<WarehouseTable, "name" | "columns">,
  notices: readonly Notice[],
): readonly Notice[] => {
  const known = new Set(columns.map((column) => column.name));
  return notices.filter(({ table, column }) => table === name && (column === undefined || !known.has(column)));
};
