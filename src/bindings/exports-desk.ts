import type { ExportsDesk } from "../api/exports-desk.ts";

/** The exports of sources and what they have written, for the control plane. */
export function createExportsDesk(env: Env): ExportsDesk {
  const desk = (sourceId: string) => env.EXPORTS.getByName(sourceId);

  return {
    summary: (id) => desk(id).summary(),
    tables: (id) => desk(id).tables(),
    hours: (id, window) => desk(id).hours(window),
    runs: (id, query) => desk(id).runs(query),
    files: (id, query) => desk(id).files(query),
    async run(id, window, rebuild) {
      // The archive tells of an hour some minutes after its end: whoever asks need not wait for that.
      await env.ARCHIVE_INDEX.getByName(id).tellNow(window);
      return desk(id).run({ ...window, rebuild });
    },
    setColumnType: (id, { table, column }, type) => desk(id).setColumnType(table, column, type),
    dropTable: (id, table) => desk(id).dropTable(table),
    refresh: (id) => desk(id).refresh(),
    async findFile(key) {
      const found = await env.ARCHIVE.head(key);
      if (found === null) return null;
      const contentType = found.httpMetadata?.contentType ?? "application/octet-stream";
      return { bytes: found.size, etag: found.httpEtag, contentType };
    },
    async readFile(key, offset, length) {
      const found = await env.ARCHIVE.get(key, { range: { offset, length } });
      return found?.body ?? null;
    },
  };
}
