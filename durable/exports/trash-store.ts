type TrashRow = { at: number; key: string };

/** Objects that nothing names any more, until they are deleted. */
export function trashStore(sql: SqlStorage) {
  return {
    add(keys: readonly string[], at: number): void {
      for (const key of keys) sql.exec("INSERT OR IGNORE INTO trash VALUES (?, ?)", at, key);
    },
    due: (now: number, limit: number): TrashRow[] =>
      sql.exec<TrashRow>("SELECT * FROM trash WHERE at <= ? ORDER BY at, key LIMIT ?", now, limit).toArray(),
    forget(rows: readonly TrashRow[]): void {
      for (const { at, key } of rows) sql.exec("DELETE FROM trash WHERE at = ? AND key = ?", at, key);
    },
    nextAt: (): number | undefined =>
      sql.exec<{ at: number | null }>("SELECT MIN(at) AS at FROM trash").one().at ?? undefined,
  };
}
