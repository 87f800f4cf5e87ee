import { refuse, type Refusal, type SourceRecord } from "../../src/core/catalog.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import { freeSlug } from "../../src/core/source-change.ts";
import { schemaName } from "../../src/core/warehouse/names.ts";

/**
 * Names of warehouse schemas: two sources never share one (storage.md §3.1). A source's first export fixes its name
 * (`fixed` = 1) for good, also when the source is deleted later: its files stay under it.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS schemas (name TEXT PRIMARY KEY, source_id TEXT NOT NULL, fixed INTEGER NOT NULL) WITHOUT ROWID;
`;

/** Room for `_2`, `_3`… within PostgreSQL's 63 bytes. */
const NAME_CHARS = 58;

type SchemaRow = { name: string; source_id: string; fixed: number };

/** Statements over the names of schemas. */
export function schemaTable(sql: SqlStorage) {
  sql.exec(SCHEMA);
  return {
    named: (name: string): SchemaRow | undefined =>
      sql.exec<SchemaRow>("SELECT * FROM schemas WHERE name = ?", name).toArray()[0],
    of: (sourceId: string): SchemaRow | undefined =>
      sql.exec<SchemaRow>("SELECT * FROM schemas WHERE source_id = ?", sourceId).toArray()[0],
    put: (name: string, sourceId: string, fixed: boolean): void =>
      void sql.exec("INSERT OR REPLACE INTO schemas VALUES (?, ?, ?)", name, sourceId, fixed ? 1 : 0),
    /** A name that was only wished for is free again. */
    free: (sourceId: string): void => void sql.exec("DELETE FROM schemas WHERE source_id = ? AND fixed = 0", sourceId),
  };
}
export type SchemaTable = ReturnType<typeof schemaTable>;

/** Keeps the name that the source's settings wish for; refused when it is another's, or fixed by now. */
export function reserveSchema(schemas: SchemaTable, { id, settings }: SourceRecord): Result<null, Refusal> {
  const wanted = settings.exports.schema;
  const own = schemas.of(id);
  if (own?.name === wanted) return ok(null);
  if (own?.fixed === 1) {
    const message = `The schema is "${own.name}" since the first export and cannot be changed any more.`;
    return err(refuse("conflict", message, "exports.schema"));
  }
  if (wanted === null) {
    schemas.free(id);
    return ok(null);
  }
  if (schemas.named(wanted) !== undefined) {
    return err(refuse("conflict", `The schema "${wanted}" belongs to another source.`, "exports.schema"));
  }
  schemas.free(id);
  schemas.put(wanted, id, false);
  return ok(null);
}

/** The source's schema, fixed from now on: the one it wishes for, else one made from its slug. */
export function fixedSchema(schemas: SchemaTable, { id, slug }: SourceRecord): string {
  const own = schemas.of(id);
  if (own?.fixed === 1) return own.name;
  const wanted = own?.name ?? schemaName(slug).slice(0, NAME_CHARS);
  const name = own === undefined ? freeSlug(wanted, (taken) => schemas.named(taken) !== undefined, "_") : wanted;
  schemas.put(name, id, true);
  return name;
}
