import type { Column, Notice, WarehouseTable } from "../api/export-types.ts";

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
