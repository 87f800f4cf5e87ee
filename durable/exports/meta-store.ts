/** The few single values of Exports, as JSON. */
export function metaStore(sql: SqlStorage) {
  return {
    get<T>(name: string): T | undefined {
      const row = sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = ?", name).toArray()[0];
      return row === undefined ? undefined : (JSON.parse(row.value) as T);
    },
    set(name: string, value: unknown): void {
      sql.exec("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, JSON.stringify(value));
    },
    drop(name: string): void {
      sql.exec("DELETE FROM meta WHERE name = ?", name);
    },
  };
}
export type MetaStore = ReturnType<typeof metaStore>;
