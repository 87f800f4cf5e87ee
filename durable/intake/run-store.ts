import { DedupFilter } from "../../src/core/dedup-filter.ts";
import type { Block } from "../../src/core/dedup-block.ts";
import type { RunShape } from "../../src/core/dedup-run.ts";

/** `runs` one row a run; its pages and its blocks' filters by place: run × PLACES + number. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS runs (
    run INTEGER PRIMARY KEY, level INTEGER NOT NULL, firstSegment INTEGER NOT NULL, lastSegment INTEGER NOT NULL,
    oldest INTEGER NOT NULL, newest INTEGER NOT NULL, ids INTEGER NOT NULL, blocks INTEGER NOT NULL,
    pagesPerBlock INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS pages (place INTEGER PRIMARY KEY, entries BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS filters (place INTEGER PRIMARY KEY, filter BLOB NOT NULL);
`;
const PLACES = 2 ** 20;

type Row<T> = T & Record<string, SqlStorageValue>;

/**
 * The SQL of runs. A run counts once its row in `runs` is there: pages and filters without one are of a fold that did
 * not finish, or of a run that is gone, and are swept away. The tables come with the first run, as do their rows: most
 * sources never have one.
 */
export function runStore(sql: SqlStorage) {
  const all = <T>(query: string, ...args: SqlStorageValue[]) => sql.exec<Row<T>>(query, ...args).toArray();

  return {
    create: () => void sql.exec(SCHEMA),

    runs: () => all<RunShape>("SELECT * FROM runs ORDER BY run"),
    addRun: (shape: RunShape) =>
      void sql.exec(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        shape.run,
        shape.level,
        shape.firstSegment,
        shape.lastSegment,
        shape.oldest,
        shape.newest,
        shape.ids,
        shape.blocks,
        shape.pagesPerBlock,
      ),
    dropRun: (run: number) => void sql.exec("DELETE FROM runs WHERE run = ?", run),

    addBlock(run: number, block: number, { filter, pages }: Block): void {
      sql.exec("INSERT INTO filters VALUES (?, ?)", run * PLACES + block, filter.stored.buffer);
      for (const { page, entries } of pages) {
        sql.exec("INSERT INTO pages VALUES (?, ?)", run * PLACES + page, entries.buffer);
      }
    },
    /** The filters of a run's blocks, in order. */
    filters: (run: number): DedupFilter[] =>
      all<{ filter: ArrayBuffer }>(
        "SELECT filter FROM filters WHERE place >= ? AND place < ? ORDER BY place",
        run * PLACES,
        (run + 1) * PLACES,
      ).map(({ filter }) => new DedupFilter(new Uint8Array(filter))),
    page(run: number, page: number): Uint8Array | undefined {
      const row = all<{ entries: ArrayBuffer }>("SELECT entries FROM pages WHERE place = ?", run * PLACES + page)[0];
      return row && new Uint8Array(row.entries);
    },

    /** Numbers of all runs of which there is anything: each block has a filter. */
    traces(): number[] {
      const found: number[] = [];
      for (let from = 0; ;) {
        const place = all<{ place: number | null }>("SELECT MIN(place) AS place FROM filters WHERE place >= ?", from)[0]
          ?.place;
        if (place === null || place === undefined) return found;
        const run = Math.floor(place / PLACES);
        found.push(run);
        from = (run + 1) * PLACES;
      }
    },
    /** Deletes up to `limit` pages of a run, then its filters; whether that was all. */
    sweep(run: number, limit: number): boolean {
      const range = [run * PLACES, (run + 1) * PLACES] as const;
      sql.exec(
        "DELETE FROM pages WHERE place IN (SELECT place FROM pages WHERE place >= ? AND place < ? LIMIT ?)",
        ...range,
        limit,
      );
      if (all("SELECT 1 FROM pages WHERE place >= ? AND place < ? LIMIT 1", ...range).length > 0) return false;
      sql.exec("DELETE FROM filters WHERE place >= ? AND place < ?", ...range);
      return true;
    },
  };
}
