import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";

/** The synchronous part of a Durable Object's storage over Node's own SQLite, in memory. */
export function sqliteStorage(database = new DatabaseSync(":memory:")): DurableObjectStorage {
  const readable = (value: SQLOutputValue) => (value instanceof Uint8Array ? value.slice().buffer : value);
  const exec = (query: string, ...args: SqlStorageValue[]) => {
    const bound = args.map((value) => (value instanceof ArrayBuffer ? new Uint8Array(value) : value) as SQLInputValue);
    if (bound.length === 0 && query.trim().includes(";")) {
      database.exec(query);
      return { toArray: () => [] };
    }
    const rows = database
      .prepare(query)
      .all(...bound)
      .map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, readable(value)])));
    return { toArray: () => rows, [Symbol.iterator]: () => rows[Symbol.iterator]() };
  };
  const transactionSync = <T>(work: () => T): T => {
    database.exec("SAVEPOINT work");
    try {
      const result = work();
      database.exec("RELEASE work");
      return result;
    } catch (error) {
      database.exec("ROLLBACK TO work; RELEASE work");
      throw error;
    }
  };
  return { sql: { exec }, transactionSync } as unknown as DurableObjectStorage;
}
