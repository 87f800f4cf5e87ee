/** Numbers are given out from blocks of this many: a row is written once for each, and a restart skips the rest. */
const BLOCK = 1000;

/** The few single values of an archive's index. */
export function metaStore(sql: SqlStorage) {
  const get = (name: string): string | undefined =>
    sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = ?", name).toArray()[0]?.value;
  const set = (name: string, value: string): void =>
    void sql.exec("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, value);
  let reserved = Number(get("seqs") ?? 0);
  let last = reserved;

  return {
    get,
    set,
    /** The last number given out. */
    lastSeq: (): number => last,
    /** Greater than any before, also after a restart. To be called before a transaction, whose undoing would undo it. */
    nextSeq(): number {
      if (last === reserved) {
        set("seqs", String(reserved + BLOCK));
        reserved += BLOCK;
      }
      return ++last;
    },
  };
}
export type MetaStore = ReturnType<typeof metaStore>;
