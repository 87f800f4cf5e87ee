import type { ArchiveDesk } from "../api/archive-desk.ts";
import { archivePrefix } from "../core/archive-key.ts";
import { compileMatch } from "../core/archive-match.ts";
import { readCursor } from "../core/archive-order.ts";
import type { SearchRequest } from "../core/archive-search.ts";
import { err, ok } from "../core/result.ts";
import { downloadArchive, type DownloadEnv } from "./archive-download.ts";
import { searchArchive } from "./archive-search.ts";
import { streamOf } from "./byte-stream.ts";

/** Without a cursor a page begins at an end of the range. */
const startOf = ({ order, cursor, from, to }: SearchRequest) =>
  cursor === undefined ? { at: order === "asc" ? from : to - 1 } : readCursor(order, cursor);

/** The archives of sources, for the control plane. */
export function createArchiveDesk(env: DownloadEnv, now: () => number): ArchiveDesk {
  const index = (sourceId: string) => env.ARCHIVE_INDEX.getByName(sourceId);
  return {
    async exists(sourceId) {
      const { objects } = await env.ARCHIVE.list({ prefix: archivePrefix(sourceId), limit: 1 });
      return objects.length > 0;
    },
    totals: (sourceId) => index(sourceId).totals(),
    days: (sourceId, before, limit) => index(sourceId).latestDays(before, limit),
    day: (sourceId, day, page) => index(sourceId).day(day, page),
    search(sourceId, request, signal) {
      const matches = compileMatch(request);
      if (!matches.ok) return matches;
      const start = startOf(request);
      if (start === undefined) {
        return err({ field: "cursor", message: "The cursor is none that was given out for this order." });
      }
      const cancelled = new AbortController();
      const either = AbortSignal.any([signal, cancelled.signal]);
      const lines = searchArchive(request, { env, sourceId, matches: matches.value, start, signal: either, now });
      return ok(streamOf(lines, () => cancelled.abort()));
    },
    async download(sourceId, window) {
      const first = await index(sourceId).pieces(window);
      if (first.adopting === true) return null;
      return streamOf(downloadArchive(env, sourceId, { window, first }));
    },
    async findFile(key) {
      const found = await env.ARCHIVE.head(key);
      return found === null ? null : { bytes: found.size, etag: found.httpEtag };
    },
    async readFile(key, offset, length) {
      const found = await env.ARCHIVE.get(key, { range: { offset, length } });
      return found?.body ?? null;
    },
  };
}
