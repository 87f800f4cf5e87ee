import type { ExportsDesk, HourWindow } from "../api/exports-desk.ts";
import { hourOf } from "../core/archive-index.ts";
import { HOUR_MS } from "../core/durations.ts";

/** The exports of sources and what they have written, for the control plane. */
export function createExportsDesk(env: Env, now: () => number): ExportsDesk {
  const desk = (sourceId: string) => env.EXPORTS.getByName(sourceId);

  /** The archive tells of an hour some minutes after its end: whoever asks need not wait for that. */
  async function tellNewest(sourceId: string, { from, to }: HourWindow): Promise<void> {
    const open = hourOf(now());
    const newest = [open - HOUR_MS, open].filter((hour) => hour + HOUR_MS > from && hour < to);
    const index = env.ARCHIVE_INDEX.getByName(sourceId);
    const listed = await Promise.all(newest.map(async (hour) => ({ hour, ...(await index.hour(hour)) })));
    const changed = listed.filter(({ segments }) => segments.length > 0).map(({ hour, seq }) => ({ hour, seq }));
    await desk(sourceId).changed(changed);
  }

  return {
    summary: (id) => desk(id).summary(),
    tables: (id) => desk(id).tables(),
    hours: (id, window) => desk(id).hours(window),
    runs: (id, query) => desk(id).runs(query),
    files: (id, query) => desk(id).files(query),
    async run(id, window, rebuild) {
      await tellNewest(id, window);
      return desk(id).run({ ...window, rebuild });
    },
    setColumnType: (id, { table, column }, type) => desk(id).setColumnType(table, column, type),
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
