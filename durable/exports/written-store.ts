import { monthOf } from "../../src/core/cost-report.ts";

/** Tables of publications that are looked at, once, for what an earlier version has written. */
const MOST_LOOKED_AT = 500_000;

/** How many objects publications have written to R2, by UTC month: what the cost meter multiplies. */
export function writtenStore(sql: SqlStorage) {
  const count = (query: string, ...args: unknown[]): number | null =>
    sql.exec<{ n: number | null }>(query, ...args).one().n;

  return {
    /**
     * Publications of an earlier version counted nothing: those of this month that are still known are taken for one
     * file and one manifest for each of their tables, and three objects besides. Once; then counting goes on from there.
     */
    adopt(now: number): void {
      if (count("SELECT COUNT(*) AS n FROM written") !== 0) return;
      if (count("SELECT MAX(no) AS n FROM publications") === null) return;
      const { start } = monthOf(now);
      const first = count("SELECT MIN(no) AS n FROM publications WHERE at >= ?", start);
      const query = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM published WHERE no >= ? LIMIT ?)";
      const tables = first === null ? 0 : count(query, first, MOST_LOOKED_AT)!;
      const hours = count("SELECT COUNT(*) AS n FROM publications WHERE at >= ?", start)!;
      this.add(2 * tables + 3 * hours, now);
    },

    add(objects: number, now: number): void {
      sql.exec(
        "INSERT INTO written VALUES (?1, ?2) ON CONFLICT (month) DO UPDATE SET objects = objects + ?2",
        monthOf(now).start,
        objects,
      );
    },

    /** @param month its start, ms since epoch. */
    of: (month: number): number => count("SELECT SUM(objects) AS n FROM written WHERE month = ?", month) ?? 0,
  };
}
