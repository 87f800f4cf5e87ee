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
