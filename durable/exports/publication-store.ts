import type { FileQuery } from "../../src/core/export-views.ts";
import type { FileEntry, Publication, PublishedTable } from "../../src/core/exports.ts";
import type { TableKind } from "../../src/core/warehouse/schema.ts";
import { fileLists, type FilePlace, type FileRows } from "./file-lists.ts";
import type { RegistryStore } from "./registry-store.ts";
import { STATE } from "./schema.ts";

type PublicationRow = {
  no: number;
  hour: number;
  version: number;
  seq: number;
  at: number;
  state: number;
  trashed: number;
  upserts: string;
  ids: string;
  ndjson: string;
};
type PublishedRow = { name: string; kind: string; rev: number; rows: number; bytes: number; files: string };

type PublishedFiles = Omit<PublishedRow, "files"> & { readonly files: FileEntry[] };

/** A table of a new publication. */
export interface NewTable {
  readonly name: string;
  readonly kind: TableKind;
  readonly rev: number;
  readonly files: readonly FileEntry[];
}

const sum = (files: readonly FileEntry[], field: "rows" | "bytes"): number =>
  files.reduce((total, file) => total + file[field], 0);
const list = (text: string): string[] => JSON.parse(text) as string[];

/** What is, was and is about to be published. */
export function publicationStore(sql: SqlStorage, registry: RegistryStore) {
  const lists = fileLists(sql);
  const row = (no: number): PublicationRow | undefined =>
    sql.exec<PublicationRow>("SELECT * FROM publications WHERE no = ?", no).toArray()[0];
  const tablesOf = (no: number): PublishedFiles[] =>
    sql
      .exec<PublishedRow>("SELECT name, kind, rev, rows, bytes, files FROM published WHERE no = ? ORDER BY name", no)
      .toArray()
      .map((table) => ({ ...table, files: lists.of(no, table) }));
  /** Files of each table in these publications. */
  function filesIn(nos: readonly number[]): Map<string, FileEntry[]> {
    const found = new Map<string, FileEntry[]>();
    for (const table of nos.flatMap(tablesOf)) {
      found.set(table.name, [...(found.get(table.name) ?? []), ...table.files]);
    }
    return found;
  }

  return {
    row,

    /** A new one, whose manifests are to be written. Tables that only the version before has are in it without files. */
    add(made: Omit<Publication, "no" | "tables" | "schema" | "sourceId">, tables: readonly NewTable[]): number {
      const { no } = sql.exec<{ no: number }>("SELECT COALESCE(MAX(no), 0) + 1 AS no FROM publications").one();
      sql.exec(
        "INSERT INTO publications VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
        no,
        made.hour,
        made.version,
        made.seq,
        made.publishedAt,
        STATE.publishing,
        JSON.stringify(made.upserts),
        JSON.stringify(made.ids),
        JSON.stringify(made.ndjson),
      );
      for (const { name, kind, rev, files } of tables) {
        const [rows, bytes] = [sum(files, "rows"), sum(files, "bytes")];
        sql.exec(
          "INSERT INTO published VALUES (?, ?, ?, ?, ?, ?, ?)",
          no,
          name,
          kind,
          rev,
          rows,
          bytes,
          lists.add(no, name, files),
        );
      }
      return no;
    },

    /** `since`: the publications of the same hour that it replaces. */
    read(
      no: number,
      of: { readonly sourceId: string; readonly schema: string },
      since: readonly number[],
    ): Publication {
      const found = row(no);
      if (found === undefined) throw new Error(`there is no publication ${no}`);
      const { hour, version, seq, at, upserts, ids, ndjson } = found;
      const replaced = filesIn(since.filter((other) => other !== no));
      const tables = tablesOf(no).map((table): PublishedTable => ({
        table: table.name,
        kind: table.kind as TableKind,
        columns: registry.columns(table.name, table.rev),
        files: table.files,
        replaced: replaced.get(table.name) ?? [],
        rows: table.rows,
      }));
      const names = new Set(tables.map(({ table }) => table));
      const emptied = [...replaced].filter(([name, files]) => !names.has(name) && files.length > 0);
      for (const [name, files] of emptied) {
        const { kind, columns } = registry.find(name)!;
        tables.push({ table: name, kind, columns, files: [], replaced: files, rows: 0 });
      }
      return {
        no,
        ...of,
        hour,
        version,
        seq,
        publishedAt: at,
        tables,
        upserts: list(upserts),
        ids: list(ids),
        ndjson: list(ndjson),
      };
    },

    tablesOf,
    setState: (no: number, state: number): void =>
      void sql.exec("UPDATE publications SET state = ? WHERE no = ?", state, no),
    setTrashed: (no: number): void => void sql.exec("UPDATE publications SET trashed = 1 WHERE no = ?", no),

    /** Every R2 key that it alone names. */
    keys(no: number): string[] {
      const found = row(no);
      if (found === undefined) return [];
      const files = tablesOf(no).flatMap((table) => table.files.map(({ key }) => key));
      return [...files, ...list(found.upserts), ...list(found.ndjson), ...list(found.ids)];
    },

    forget(no: number): void {
      sql.exec("DELETE FROM published WHERE no = ?", no);
      lists.forget(no);
      sql.exec("DELETE FROM publications WHERE no = ?", no);
    },

    /** The next current one after `no`, and how many there are from it on. */
    after(no: number): { readonly no: number | undefined; readonly count: number } {
      const query = "SELECT MIN(no) AS first, COUNT(*) AS count FROM publications WHERE state = ? AND no > ?";
      const { first, count } = sql.exec<{ first: number | null; count: number }>(query, STATE.current, no).one();
      return { no: first ?? undefined, count };
    },

    replaced: (): number[] =>
      sql
        .exec<{ no: number }>("SELECT no FROM publications WHERE state = ?", STATE.replaced)
        .toArray()
        .map(({ no }) => no),

    /** Where the ids of the current publications of these hours are, the oldest first. */
    idsOf: (from: number, to: number): { hour: number; ids: string[] }[] =>
      sql
        .exec<{ hour: number; ids: string }>(
          `SELECT p.hour, p.ids FROM hours h JOIN publications p ON p.no = h.no
           WHERE h.hour >= ? AND h.hour < ? AND p.ids <> '[]' ORDER BY h.hour`,
          from,
          to,
        )
        .toArray()
        .map(({ hour, ids }) => ({ hour, ids: list(ids) })),

    /** What the tables of users and accounts consist of now. */
    setSnapshot(name: string, files: readonly FileEntry[]): void {
      sql.exec("INSERT OR REPLACE INTO snapshots VALUES (?, ?)", name, JSON.stringify(files));
    },
    snapshots: (): { table: string; files: FileEntry[] }[] =>
      sql
        .exec<{ name: string; files: string }>("SELECT * FROM snapshots ORDER BY name")
        .toArray()
        .map(({ name, files }) => ({ table: name, files: JSON.parse(files) as FileEntry[] })),

    /** Published hours that have rows of the table. */
    hoursWith: (table: string): number[] =>
      sql
        .exec<{ hour: number }>(
          "SELECT h.hour FROM hours h JOIN published t ON t.no = h.no AND t.name = ? WHERE t.rows > 0 ORDER BY h.hour",
          table,
        )
        .toArray()
        .map(({ hour }) => hour),

    /** Whether any publication, also one that was replaced and is still read, has the table. */
    names: (table: string): boolean =>
      sql
        .exec(
          "SELECT 1 FROM publications p WHERE EXISTS (SELECT 1 FROM published t WHERE t.no = p.no AND t.name = ?) LIMIT 1",
          table,
        )
        .toArray().length > 0,

    lastAt: (): number | undefined =>
      sql
        .exec<{ at: number }>("SELECT at FROM publications WHERE state = ? ORDER BY no DESC LIMIT 1", STATE.current)
        .toArray()[0]?.at,

    /** Published files, page by page. */
    files: (query: FileQuery, place: FilePlace): FileRows => lists.page(query, place),
  };
}
