import { WarehouseRecord } from "../../src/core/warehouse-record.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS warehouses (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, body TEXT NOT NULL);
`;

type Body = { body: string };

/** Statements over warehouses; bodies are JSON of the record. */
export function warehouseTable(sql: SqlStorage) {
  sql.exec(SCHEMA);
  const parse = (row: Body): WarehouseRecord => WarehouseRecord.parse(JSON.parse(row.body));
  return {
    list: (): WarehouseRecord[] =>
      sql.exec<Body>("SELECT body FROM warehouses ORDER BY created_at, id").toArray().map(parse),
    find: (id: string): WarehouseRecord | undefined =>
      sql.exec<Body>("SELECT body FROM warehouses WHERE id = ?", id).toArray().map(parse)[0],
    put: (record: WarehouseRecord): void =>
      void sql.exec(
        "INSERT OR REPLACE INTO warehouses (id, created_at, body) VALUES (?, ?, ?)",
        record.id,
        record.createdAt,
        JSON.stringify(WarehouseRecord.parse(record)),
      ),
    drop: (id: string): void => void sql.exec("DELETE FROM warehouses WHERE id = ?", id),
  };
}
