/**
 * R2 objects that nothing refers to any more, one row for a list of them. They are deleted once an index object of the
 * day has been written that does not name them: so the index in R2 never names an object that is not there.
 */
const TABLE = "CREATE TABLE IF NOT EXISTS removals (id INTEGER PRIMARY KEY, day INTEGER NOT NULL, keys TEXT NOT NULL)";

/** Keys of one row: 2 MB hold many more. */
const KEYS_PER_ROW = 5000;
/** R2 deletes so many in one call. */
const KEYS_PER_CALL = 1000;
/** Rows worked through in one go. */
const ROWS_PER_RUN = 200;

interface Removal {
  readonly id: number;
  readonly day: number;
  readonly keys: readonly string[];
}

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

export function removalStore(sql: SqlStorage) {
  sql.exec(TABLE);
  return {
    add(day: number, keys: readonly string[]): void {
      for (const some of chunks(keys, KEYS_PER_ROW)) {
        sql.exec("INSERT INTO removals (day, keys) VALUES (?, ?)", day, JSON.stringify(some));
      }
    },
    some: (): boolean => sql.exec("SELECT 1 FROM removals LIMIT 1").toArray().length > 0,
    first: (limit: number): Removal[] =>
      sql
        .exec<{ id: number; day: number; keys: string }>(
          "SELECT id, day, keys FROM removals ORDER BY id LIMIT ?",
          limit,
        )
        .toArray()
        .map(({ id, day, keys }) => ({ id, day, keys: JSON.parse(keys) as string[] })),
    remove: (id: number): void => void sql.exec("DELETE FROM removals WHERE id = ?", id),
  };
}
export type RemovalStore = ReturnType<typeof removalStore>;

/** What clearing needs; `publish` writes the day's index object anew, from rows read after it was called. */
export interface ClearingRoom {
  readonly removals: RemovalStore;
  readonly archive: Pick<R2Bucket, "delete">;
  publish(day: number): Promise<void>;
}

/** Deletes what is to be removed; true when there is more. A repeated run does no harm. */
export async function clearRemovals({ removals, archive, publish }: ClearingRoom): Promise<boolean> {
  const rows = removals.first(ROWS_PER_RUN);
  for (const [day, ofDay] of Map.groupBy(rows, (row) => row.day)) {
    await publish(day);
    for (const { id, keys } of ofDay) {
      for (const some of chunks(keys, KEYS_PER_CALL)) await archive.delete(some);
      removals.remove(id);
    }
  }
  return removals.some();
}
