/** One a line, without blanks and copies. */
export const namesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\s,]+/)
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

/** `table.column` a line, as the form shows what is left out. */
export const columnLines = (excluded: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(excluded)
    .flatMap(([table, columns]) => columns.map((column) => `${table}.${column}`))
    .join("\n");

/** The reverse, or a sentence about the first line that names no table and column. */
export function columnsIn(text: string): { readonly columns: Record<string, string[]> } | { readonly problem: string } {
  const columns = new Map<string, string[]>();
  for (const name of namesIn(text)) {
    const dot = name.indexOf(".");
    if (dot < 1 || dot === name.length - 1) return { problem: `“${name}” names no column: write it as table.column.` };
    const table = name.slice(0, dot);
    columns.set(table, [...(columns.get(table) ?? []), name.slice(dot + 1)]);
  }
  return { columns: Object.fromEntries(columns) };
}

/** The part of the settings that says what is left out. */
export interface Exclusions {
  readonly excludedTables: readonly string[];
  readonly excludedColumns: Readonly<Record<string, readonly string[]>>;
}

/** Without these no reader could find a row again: they are always exported. */
const ALWAYS: ReadonlySet<string> = new Set(["id", "received_at"]);
export const mayLeaveOut = (column: string): boolean => !ALWAYS.has(column);

const toggled = (names: readonly string[], name: string, on: boolean): string[] =>
  on ? [...new Set([...names, name])] : names.filter((one) => one !== name);

/** What is to be saved when one table, or one of its columns, is left out or taken in. */
export function withExclusion(
  { excludedTables, excludedColumns }: Exclusions,
  { table, column, out }: { readonly table: string; readonly column?: string; readonly out: boolean },
): { excludedTables: string[] } | { excludedColumns: Record<string, string[]> } {
  if (column === undefined) return { excludedTables: toggled(excludedTables, table, out) };
  const columns = new Map<string, string[]>(Object.entries(excludedColumns).map(([name, list]) => [name, [...list]]));
  const left = toggled(columns.get(table) ?? [], column, out);
  if (left.length > 0) columns.set(table, left);
  else columns.delete(table);
  return { excludedColumns: Object.fromEntries(columns) };
}
