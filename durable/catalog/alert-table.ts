import { AlertRecord } from "../../src/core/alert.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS alerts (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, body TEXT NOT NULL);
`;

type Body = { body: string };

/** Statements over alert rules; bodies are JSON of the record. */
export function alertTable(sql: SqlStorage) {
  sql.exec(SCHEMA);
  const parse = (row: Body): AlertRecord => AlertRecord.parse(JSON.parse(row.body));
  return {
    list: (): AlertRecord[] => sql.exec<Body>("SELECT body FROM alerts ORDER BY created_at, id").toArray().map(parse),
    find: (id: string): AlertRecord | undefined =>
      sql.exec<Body>("SELECT body FROM alerts WHERE id = ?", id).toArray().map(parse)[0],
    put: (record: AlertRecord): void =>
      void sql.exec(
        "INSERT OR REPLACE INTO alerts (id, created_at, body) VALUES (?, ?, ?)",
        record.id,
        record.createdAt,
        JSON.stringify(AlertRecord.parse(record)),
      ),
    drop: (id: string): void => void sql.exec("DELETE FROM alerts WHERE id = ?", id),
  };
}
