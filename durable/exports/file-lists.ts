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

    forget: (no: number): void => void sql.exec("DELETE FROM further_files WHERE no = ?", no),
  };
}
