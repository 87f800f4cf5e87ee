import type { Column } from "../../core/warehouse/schema.ts";
import { LoadFailure, VERSION_COLUMN, type LoadTable, type LoadTarget, type ThereTable } from "./target.ts";

/** A table that is ready to be loaded into. */
export interface ReadyTable {
  readonly id: string;
  /** With the columns that can be loaded now. */
  readonly table: LoadTable;
}

async function adapt(target: LoadTarget, table: LoadTable, there: ThereTable, no: number) {
  if (!there.columns.has(VERSION_COLUMN)) {
    throw new LoadFailure(
      `The warehouse has a table ${table.name} that was not made by a load (it has no ${VERSION_COLUMN}): rename or drop it.`,
    );
  }
  const added = table.columns.filter(({ name }) => !there.columns.has(name));
  if (added.length > 0) await target.addColumns(table.name, added);
  const changed = table.columns.filter(({ name, type }) => {
    const present = there.columns.get(name);
    return present !== undefined && present !== "other" && present !== type;
  });
  const fits = changed.length === 0 || (await target.retype(table.name, there.id, changed, no));
  const columns = fits ? table.columns : table.columns.filter((column) => !changed.includes(column));
  return { added, ready: { id: there.id, table: { ...table, columns } } };
}

/**
 * Brings the tables of a publication to the shape of their files: what is missing is made, a type that was changed is
 * changed there. A publication that is older than such a change leaves the column out: its hours come again.
 */
export async function prepareTables(target: LoadTarget, tables: readonly LoadTable[], no: number) {
  const ready = new Map<string, ReadyTable>();
  const newColumns: string[] = [];
  const tell = (table: LoadTable, columns: readonly Column[]): void => {
    for (const { name } of columns) newColumns.push(`${table.name}.${name}`);
  };
  const names = tables.map(({ name }) => name);
  const there = await target.tables(names);
  const missing = tables.filter(({ name }) => !there.has(name));
  for (const table of missing) {
    await target.create(table);
    tell(table, table.columns);
  }
  const made = missing.length === 0 ? there : await target.tables(names);
  for (const table of tables) {
    const present = made.get(table.name);
    if (present === undefined) throw new LoadFailure(`The table ${table.name} was made and is gone again.`);
    const { added, ready: one } = await adapt(target, table, present, no);
    tell(table, added);
    ready.set(table.name, one);
  }
  return { ready, newColumns };
}
