import type * as z from "zod";
import { DestinationRecord } from "../../src/core/catalog.ts";
import { FilterRecord } from "../../src/core/filter-record.ts";
import { SubscriptionRecord } from "../../src/core/subscription.ts";

/**
 * Destinations, and what hangs on each. `source_id` is the first of its sources and is not read: the body holds all.
 * `place` keeps the order in which parts were made, also of those made at once.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS destinations (id TEXT PRIMARY KEY, source_id TEXT NOT NULL, created_at INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS subscriptions (destination_id TEXT, id TEXT, place INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (destination_id, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS filters (destination_id TEXT, id TEXT, place INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (destination_id, id)) WITHOUT ROWID;
`;

type Body = { body: string };

/** What every part of a destination says of itself. */
interface Part {
  readonly id: string;
  readonly destinationId: string;
}

/** Statements over the parts of destinations that are kept in one of the two tables. */
function partsTable<T extends Part>(sql: SqlStorage, table: "subscriptions" | "filters", schema: z.ZodType<T>) {
  const parse = (row: Body): T => schema.parse(JSON.parse(row.body));
  return {
    /** All of a destination, in the order they were made. */
    of: (destinationId: string): T[] =>
      sql
        .exec<Body>(`SELECT body FROM ${table} WHERE destination_id = ? ORDER BY place`, destinationId)
        .toArray()
        .map(parse),
    one: (destinationId: string, id: string): T | undefined =>
      sql
        .exec<Body>(`SELECT body FROM ${table} WHERE destination_id = ? AND id = ?`, destinationId, id)
        .toArray()
        .map(parse)[0],
    count: (destinationId: string): number =>
      sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE destination_id = ?`, destinationId).one().n,
    add: (part: T): void =>
      void sql.exec(
        `INSERT INTO ${table} (destination_id, id, place, body)
         SELECT ?1, ?2, coalesce(max(place), 0) + 1, ?3 FROM ${table} WHERE destination_id = ?1`,
        part.destinationId,
        part.id,
        JSON.stringify(schema.parse(part)),
      ),
    change: (part: T): void =>
      void sql.exec(
        `UPDATE ${table} SET body = ? WHERE destination_id = ? AND id = ?`,
        JSON.stringify(schema.parse(part)),
        part.destinationId,
        part.id,
      ),
    /** Whether there was one. */
    drop: (destinationId: string, id: string): boolean =>
      sql.exec(`DELETE FROM ${table} WHERE destination_id = ? AND id = ?`, destinationId, id).rowsWritten > 0,
    dropAll: (destinationId: string): void =>
      void sql.exec(`DELETE FROM ${table} WHERE destination_id = ?`, destinationId),
  };
}

/** Named, typed statements over destinations and their parts: no rules, only rows. Everything is synchronous. */
export function destinationTables(sql: SqlStorage) {
  sql.exec(SCHEMA);
  const parse = (row: Body): DestinationRecord => DestinationRecord.parse(JSON.parse(row.body));
  return {
    destinations: () => sql.exec<Body>("SELECT body FROM destinations ORDER BY created_at, id").toArray().map(parse),
    /** As they are stored, by whatever version. */
    rawDestinations: (): unknown[] =>
      sql
        .exec<Body>("SELECT body FROM destinations")
        .toArray()
        .map((row) => JSON.parse(row.body) as unknown),
    countDestinations: () => sql.exec<{ n: number }>("SELECT count(*) AS n FROM destinations").one().n,
    destination: (id: string): DestinationRecord | undefined =>
      sql.exec<Body>("SELECT body FROM destinations WHERE id = ?", id).toArray().map(parse)[0],
    putDestination: (record: DestinationRecord) =>
      void sql.exec(
        "INSERT OR REPLACE INTO destinations (id, source_id, created_at, body) VALUES (?, ?, ?, ?)",
        record.id,
        record.sourceIds[0] ?? "",
        record.createdAt,
        JSON.stringify(DestinationRecord.parse(record)),
      ),
    /** The row alone; its parts go with `dropAll`. */
    dropDestination: (id: string) => void sql.exec("DELETE FROM destinations WHERE id = ?", id),
    subscriptions: partsTable(sql, "subscriptions", SubscriptionRecord),
    filters: partsTable(sql, "filters", FilterRecord),
  };
}
