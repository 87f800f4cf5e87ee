import type * as z from "zod";
import { AlertRecord } from "../../src/core/alert.ts";
import { SourceRecord, TokenRecord, Workspace } from "../../src/core/catalog.ts";
import { WarehouseRecord } from "../../src/core/warehouse-record.ts";
import { destinationTables } from "./destination-tables.ts";
import { recordTable } from "./record-table.ts";
import { schemaTable } from "./schemas.ts";

/** The Catalog's tables. Bodies are JSON of the zod records; times are ms since epoch. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sources (id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS sessions (hash TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, signed_with TEXT NOT NULL) WITHOUT ROWID;
`;

type Body = { body: string };
/** `signed_with`: the fingerprint of the admin token or the hash of the API token that opened it. */
type SessionRow = { expires_at: number; signed_with: string };

/** Named, typed statements over the Catalog's SQLite: no rules, only rows. Everything is synchronous. */
export function openStore(sql: SqlStorage) {
  sql.exec(SCHEMA);
  const parse = <T>(schema: z.ZodType<T>, row: Body): T => schema.parse(JSON.parse(row.body));
  const first = <T>(schema: z.ZodType<T>, query: string, ...args: unknown[]): T | undefined => {
    const row = sql.exec<Body>(query, ...args).toArray()[0];
    return row && parse(schema, row);
  };
  const all = <T>(schema: z.ZodType<T>, query: string, ...args: unknown[]): T[] =>
    sql
      .exec<Body>(query, ...args)
      .toArray()
      .map((row) => parse(schema, row));
  const meta = (key: string): string | undefined =>
    sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()[0]?.value;
  const putMeta = (key: string, value: string) =>
    void sql.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value);

  return {
    meta,
    putMeta,
    version: (): number => Number(meta("version") ?? 0),
    workspace: (): Workspace => Workspace.parse(JSON.parse(meta("workspace") ?? "null")),

    sources: () => all(SourceRecord, "SELECT body FROM sources ORDER BY created_at, id"),
    countSources: () => sql.exec<{ n: number }>("SELECT count(*) AS n FROM sources").one().n,
    source: (id: string) => first(SourceRecord, "SELECT body FROM sources WHERE id = ?", id),
    sourceWithSlug: (slug: string) => first(SourceRecord, "SELECT body FROM sources WHERE slug = ?", slug),
    putSource: (source: SourceRecord) =>
      void sql.exec(
        "INSERT OR REPLACE INTO sources (id, slug, created_at, body) VALUES (?, ?, ?, ?)",
        source.id,
        source.slug,
        source.createdAt,
        JSON.stringify(SourceRecord.parse(source)),
      ),
    dropSource: (id: string) => void sql.exec("DELETE FROM sources WHERE id = ?", id),

    schemas: schemaTable(sql),
    warehouses: recordTable(sql, "warehouses", WarehouseRecord),
    alerts: recordTable(sql, "alerts", AlertRecord),

    ...destinationTables(sql),

    tokens: () => all(TokenRecord, "SELECT body FROM tokens ORDER BY id"),
    tokenWithHash: (hash: string) => first(TokenRecord, "SELECT body FROM tokens WHERE hash = ?", hash),
    addToken: (token: TokenRecord, hash: string) =>
      void sql.exec("INSERT INTO tokens (id, hash, body) VALUES (?, ?, ?)", token.id, hash, JSON.stringify(token)),
    putToken: (token: TokenRecord) =>
      void sql.exec("UPDATE tokens SET body = ? WHERE id = ?", JSON.stringify(token), token.id),
    dropToken: (id: string): boolean => sql.exec("DELETE FROM tokens WHERE id = ?", id).rowsWritten > 0,

    session: (hash: string): SessionRow | undefined =>
      sql.exec<SessionRow>("SELECT expires_at, signed_with FROM sessions WHERE hash = ?", hash).toArray()[0],
    addSession: (hash: string, expiresAt: number, signedWith: string) =>
      void sql.exec(
        "INSERT INTO sessions (hash, expires_at, signed_with) VALUES (?, ?, ?)",
        hash,
        expiresAt,
        signedWith,
      ),
    dropSession: (hash: string) => void sql.exec("DELETE FROM sessions WHERE hash = ?", hash),
    /** Sessions that have ended, whose admin token or API token is gone, or that are older than the newest `keep` of theirs. */
    pruneSessions: (now: number, admin: string, keep: number) => {
      sql.exec(
        "DELETE FROM sessions WHERE expires_at <= ? OR (signed_with <> ? AND signed_with NOT IN (SELECT hash FROM tokens))",
        now,
        admin,
      );
      sql.exec(
        `DELETE FROM sessions WHERE hash IN (SELECT hash FROM (
           SELECT hash, row_number() OVER (PARTITION BY signed_with ORDER BY expires_at DESC) AS n FROM sessions
         ) WHERE n > ?)`,
        keep,
      );
    },
  };
}
export type Store = ReturnType<typeof openStore>;
