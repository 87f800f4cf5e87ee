import type { FollowerResult, Publication } from "../../core/exports.ts";
import { inParallel } from "../../core/pool.ts";
import { replaceFiles } from "./replace-files.ts";
import type { IcebergDeps } from "./store.ts";

const TABLES_AT_ONCE = 3;

/**
 * The follower "iceberg": after it each table of the publication has exactly its files of that hour, as one snapshot
 * (`warehouse/<schema>/<table>/metadata/`). Again with the same publication it changes nothing, so it keeps no state of
 * its own: the tables say what is in them. What fails is thrown, to be tried again as a whole.
 */
export async function followIceberg(publication: Publication, deps: IcebergDeps): Promise<FollowerResult> {
  const { schema, hour, version, publishedAt, no } = publication;
  const done = await inParallel(publication.tables, TABLES_AT_ONCE, async (table) => {
    const { newColumns } = await replaceFiles(deps, {
      prefix: `warehouse/${schema}/${table.table}`,
      columns: table.columns,
      files: table.files,
      origin: { publication: no, hour, version },
      publishedAt,
    });
    return newColumns.map((column) => `${table.table}.${column}`);
  });
  return {
    status: "success",
    rows: publication.tables.reduce((sum, table) => sum + table.rows, 0),
    newColumns: done.flat(),
    notices: [],
  };
}
