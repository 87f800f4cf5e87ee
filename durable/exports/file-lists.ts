import type { FileQuery, ListedFile } from "../../src/core/export-views.ts";
import type { FileEntry } from "../../src/core/exports.ts";

/** Of some 300 characters each: a row of SQLite in a Durable Object takes 2 MB. */
export const FILES_PER_ROW = 4000;

/** A list of files in pieces that one row each can hold; one empty piece when there are none. */
function filePieces(files: readonly FileEntry[]): FileEntry[][] {
  const pieces: FileEntry[][] = [];
  for (let at = 0; at === 0 || at < files.length; at += FILES_PER_ROW) pieces.push(files.slice(at, at + FILES_PER_ROW));
  return pieces;
}

/** What is stored of a publication's table: the beginning of its list of files. */
interface StoredFiles {
  readonly name: string;
  /** JSON. */
  readonly files: string;
}

/** The last table of an hour that a page has shown. */
export interface FilePlace {
  readonly hour: number;
  readonly name: string;
}
/** One page of files; `last` when there may be more. */
export interface FileRows {
  readonly files: readonly ListedFile[];
  readonly last?: FilePlace;
}

/** Files of a publication's tables: as many as whoever sends events of ever other shapes can make of them. */
export function fileLists(sql: SqlStorage) {
  return {
    /** Answers the beginning of the list, to be kept in the table's own row. */
    add(no: number, name: string, files: readonly FileEntry[]): string {
      const [first, ...others] = filePieces(files);
      for (const [i, piece] of others.entries()) {
        sql.exec("INSERT INTO further_files VALUES (?, ?, ?, ?)", no, name, i + 1, JSON.stringify(piece));
      }
      return JSON.stringify(first);
    },

    of(no: number, { name, files }: StoredFiles): FileEntry[] {
      const first = JSON.parse(files) as FileEntry[];
      if (first.length < FILES_PER_ROW) return first;
      const rows = sql.exec<{ files: string }>(
        "SELECT files FROM further_files WHERE no = ? AND name = ? ORDER BY part",
        no,
        name,
      );
      return [...first, ...rows.toArray().flatMap((row) => JSON.parse(row.files) as FileEntry[])];
    },

    /** Files published now by hour and table, so many tables of hours from `place` on. */
    page({ tables, from = 0, to = Number.MAX_SAFE_INTEGER, limit }: FileQuery, place: FilePlace): FileRows {
      const wanted = tables === undefined ? null : JSON.stringify(tables);
      const found = sql
        .exec<{ no: number; hour: number; version: number; name: string; files: string }>(
          `SELECT t.no, h.hour, p.version, t.name, t.files FROM hours h
             JOIN publications p ON p.no = h.no JOIN published t ON t.no = h.no
           WHERE h.hour >= ?1 AND h.hour < ?2 AND (h.hour, t.name) > (?3, ?4) AND t.rows > 0
             AND (?5 IS NULL OR t.name IN (SELECT value FROM json_each(?5)))
           ORDER BY h.hour, t.name LIMIT ?6`,
          Math.max(from, place.hour),
          to,
          place.hour,
          place.name,
          wanted,
          limit,
        )
        .toArray();
      const last = found.at(-1);
      return {
        files: found.flatMap(({ no, hour, version, name, files }) =>
          this.of(no, { name, files }).map((file) => ({ ...file, table: name, hour, version })),
        ),
        ...(last === undefined || found.length < limit ? {} : { last: { hour: last.hour, name: last.name } }),
      };
    },

    forget: (no: number): void => void sql.exec("DELETE FROM further_files WHERE no = ?", no),
  };
}
