import type * as z from "zod";

type Body = { body: string };

/** What every record that stands by itself says of itself. */
interface OwnRecord {
  readonly id: string;
  readonly createdAt: number;
}

/** Statements over records that are found by id alone; bodies are JSON of the record. */
export function recordTable<T extends OwnRecord>(
  sql: SqlStorage,
  table: "alerts" | "warehouses",
  schema: z.ZodType<T>,
) {
  sql.exec(
    `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, body TEXT NOT NULL)`,
  );
  const parse = (row: Body): T => schema.parse(JSON.parse(row.body));
  return {
    list: (): T[] => sql.exec<Body>(`SELECT body FROM ${table} ORDER BY created_at, id`).toArray().map(parse),
    find: (id: string): T | undefined =>
      sql.exec<Body>(`SELECT body FROM ${table} WHERE id = ?`, id).toArray().map(parse)[0],
    put: (record: T): void =>
      void sql.exec(
        `INSERT OR REPLACE INTO ${table} (id, created_at, body) VALUES (?, ?, ?)`,
        record.id,
        record.createdAt,
        JSON.stringify(schema.parse(record)),
      ),
    drop: (id: string): void => void sql.exec(`DELETE FROM ${table} WHERE id = ?`, id),
  };
}
