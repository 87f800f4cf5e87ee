import type { TableView } from "../../src/core/export-views.ts";
import type { Column, TableSchema } from "../../src/core/warehouse/schema.ts";

type TableRow = {
  name: string;
  place: number;
  rev: number;
  body: string;
  rows: number;
  files: number;
  bytes: number;
  first_hour: number | null;
  last_hour: number | null;
};

/** What a publication adds to the figures of a table, or takes from them. */
export interface TableDelta {
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  readonly hour: number;
}

const schemaOf = ({ body }: Pick<TableRow, "body">): TableSchema => JSON.parse(body) as TableSchema;

/** The tables of a source as they are published, and those that the run under way has made or grown. */
export function registryStore(sql: SqlStorage) {
  const row = (name: string): TableRow | undefined =>
    sql.exec<TableRow>("SELECT * FROM tables WHERE name = ?", name).toArray()[0];
  const committed = (): TableSchema[] =>
    sql.exec<TableRow>("SELECT * FROM tables ORDER BY place").toArray().map(schemaOf);
  const pending = (): TableSchema[] =>
    sql.exec<{ body: string }>("SELECT body FROM run_tables ORDER BY place").toArray().map(schemaOf);
  const columnsOf = (name: string, rev: number): string | undefined =>
    sql.exec<{ columns: string }>("SELECT columns FROM columns_of WHERE name = ? AND rev = ?", name, rev).toArray()[0]
      ?.columns;
  /** After all others, also when some of them were dropped. */
  const nextPlace = (): number =>
    sql.exec<{ n: number }>("SELECT COALESCE(MAX(place), -1) + 1 AS n FROM tables").one().n;
  const revOf = (name: string): number | undefined =>
    sql.exec<{ rev: number }>("SELECT rev FROM tables WHERE name = ?", name).toArray()[0]?.rev;
  const isPending = (name: string): boolean =>
    sql.exec("SELECT 1 FROM run_tables WHERE name = ?", name).toArray().length > 0;
  /** Tables may be thousands, so none is read or counted for each of the others. `place`: of one that is new. */
  const store = (table: TableSchema, place: number): void => {
    sql.exec(
      `INSERT INTO tables VALUES (?1, ?2, ?3, ?4, 0, 0, 0, NULL, NULL)
       ON CONFLICT (name) DO UPDATE SET rev = ?3, body = ?4`,
      table.name,
      place,
      (revOf(table.name) ?? 0) + 1,
      JSON.stringify(table),
    );
  };

  return {
    /** As published. */
    tables: committed,
    find: (name: string): TableSchema | undefined => {
      const found = row(name);
      return found === undefined ? undefined : schemaOf(found);
    },

    /** As the run under way leaves them. */
    merged(): TableSchema[] {
      const changed = new Map(pending().map((table) => [table.name, table]));
      const old = committed().map((table) => changed.get(table.name) ?? table);
      const names = new Set(old.map(({ name }) => name));
      return [...old, ...[...changed.values()].filter(({ name }) => !names.has(name))];
    },

    stage(tables: readonly TableSchema[]): void {
      let next = sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM run_tables").one().n;
      for (const table of tables) {
        const place = isPending(table.name) ? 0 : next++;
        sql.exec(
          "INSERT INTO run_tables VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET body = ?3",
          table.name,
          place,
          JSON.stringify(table),
        );
      }
    },

    /** Tables of events that the run under way has brought. */
    staged: (): number =>
      sql
        .exec<{ n: number }>(
          `SELECT COUNT(*) AS n FROM run_tables r WHERE r.body ->> 'kind' = 'event'
             AND NOT EXISTS (SELECT 1 FROM tables t WHERE t.name = r.name)`,
        )
        .one().n,

    unstage: (): void => void sql.exec("DELETE FROM run_tables"),

    /** Takes over what the run has staged; the columns that are new, as `table.column`. */
    commit(): string[] {
      let next = nextPlace();
      const grown = pending().flatMap((table) => {
        const found = row(table.name);
        const before = new Set((found === undefined ? [] : schemaOf(found).columns).map((column) => column.name));
        store(table, found?.place ?? next++);
        return table.columns.filter(({ name }) => !before.has(name)).map(({ name }) => `${table.name}.${name}`);
      });
      sql.exec("DELETE FROM run_tables");
      return grown;
    },

    /** How many are published of it. */
    files: (name: string): number => row(name)?.files ?? 0,

    drop(name: string): void {
      sql.exec("DELETE FROM tables WHERE name = ?", name);
      sql.exec("DELETE FROM columns_of WHERE name = ?", name);
    },

    put: (table: TableSchema): void => store(table, nextPlace()),

    /** The number under which a table's columns are kept: publications of a run that grows it have the next one. */
    rev(table: TableSchema): number {
      const rev = (revOf(table.name) ?? 0) + (isPending(table.name) ? 1 : 0);
      const columns = JSON.stringify(table.columns);
      // A run that was thrown away may have left others under the number.
      if (columnsOf(table.name, rev) !== columns) {
        sql.exec("INSERT OR REPLACE INTO columns_of VALUES (?, ?, ?)", table.name, rev, columns);
      }
      return rev;
    },

    columns(name: string, rev: number): Column[] {
      const columns = columnsOf(name, rev);
      if (columns === undefined) throw new Error(`the columns ${rev} of ${name} are not known`);
      return JSON.parse(columns) as Column[];
    },

    count(name: string, { rows, files, bytes, hour }: TableDelta): void {
      sql.exec(
        `UPDATE tables SET rows = rows + ?2, files = files + ?3, bytes = bytes + ?4,
           first_hour = MIN(COALESCE(first_hour, ?5), ?5), last_hour = MAX(COALESCE(last_hour, ?5), ?5) WHERE name = ?1`,
        name,
        rows,
        files,
        bytes,
        hour,
      );
    },

    views: (): TableView[] =>
      sql
        .exec<TableRow>("SELECT * FROM tables ORDER BY place")
        .toArray()
        .map((found) => ({
          ...schemaOf(found),
          rows: found.rows,
          files: found.files,
          bytes: found.bytes,
          ...(found.first_hour === null ? {} : { firstHour: found.first_hour }),
          ...(found.last_hour === null ? {} : { lastHour: found.last_hour }),
        })),

    totals: () =>
      sql
        .exec<{ tables: number; rows: number | null; bytes: number | null }>(
          "SELECT COUNT(*) AS tables, SUM(rows) AS rows, SUM(bytes) AS bytes FROM tables",
        )
        .one(),
  };
}
export type RegistryStore = ReturnType<typeof registryStore>;
