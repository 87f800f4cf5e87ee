import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { archivePrefix } from "../core/archive-key.ts";
import { createApp, FOR_VIEWERS, iso, REFUSALS } from "./app.ts";
import type { ReceivedWindow } from "./archive-desk.ts";
import { findArchive } from "./archive.ts";
import type { ApiDeps } from "./deps.ts";
import { notThere, Problem } from "./problem.ts";
import { SourceParams } from "./sources.ts";
import { sendStored } from "./stored-file.ts";
import { TimeWindow, windowOf } from "./time-window.ts";

const download = createRoute({
  ...FOR_VIEWERS,
  method: "get",
  path: "/sources/{sourceId}/archive/download",
  summary: "All events of a time range as one gzip file, an event a line",
  description:
    "The window is of receivedAt. gzip of several members, in no order. An answer that could not be made whole ends within a member.",
  tags: ["Archive"],
  request: { params: SourceParams, query: TimeWindow },
  responses: { 200: { description: "gzip NDJSON" }, ...REFUSALS },
});
const file = createRoute({
  ...FOR_VIEWERS,
  method: "get",
  path: "/sources/{sourceId}/archive/file",
  summary: "One object of the archive as it is stored, or (with Range) some of its bytes",
  tags: ["Archive"],
  request: { params: SourceParams, query: z.object({ key: z.string().min(1).max(1024) }) },
  responses: {
    200: { description: "gzip NDJSON" },
    206: { description: "The bytes asked for" },
    416: { description: "The object has no such bytes" },
    ...REFUSALS,
  },
});

/** A segment or a compacted file of this source, and nothing else in the bucket. */
const isOf = (key: string, sourceId: string): boolean =>
  key.startsWith(archivePrefix(sourceId)) && /^\d{1,15}\/[\w-]+\.gz$/.test(key.slice(archivePrefix(sourceId).length));

const NO_OBJECT = "There is no such object in this source's archive.";
const ADOPTING = "The archive's index still takes in what an earlier version has archived; try again in a minute.";

const timeInName = (at: number): string => iso(at).slice(0, 19).replaceAll(":", "");

/** Ids are letters, digits, - and _ (findArchive), so the name needs no quoting. */
function fileName(sourceId: string, { from, to }: ReceivedWindow, now: number): string {
  return `${sourceId}_${timeInName(from)}Z_${timeInName(Math.min(to, now))}Z.ndjson.gz`;
}

const attachment = (name: string) => ({ "content-disposition": `attachment; filename="${name}"` });

/** The events themselves: of a time range, or an object of the archive. */
export const archiveFileRoutes = (deps: ApiDeps) =>
  createApp()
    .openapi(download, async (c) => {
      const window = windowOf(c.req.valid("query"));
      const { id } = await findArchive(deps, c.req.valid("param").sourceId);
      const headers = { "content-type": "application/gzip", ...attachment(fileName(id, window, deps.now())) };
      const body = await deps.archive.download(id, window);
      if (body === null) throw new Problem(409, [{ type: "conflict", message: ADOPTING }]);
      return c.body(body, 200, headers);
    })
    .openapi(file, async (c) => {
      const { key } = c.req.valid("query");
      const { id } = await findArchive(deps, c.req.valid("param").sourceId);
      const found = isOf(key, id) ? await deps.archive.findFile(key) : null;
      if (found === null) throw notThere(NO_OBJECT);
      const name = `${id}_${key.slice(archivePrefix(id).length).replace("/", "_")}`;
      const read = (offset: number, length: number) => deps.archive.readFile(key, offset, length);
      const sent = await sendStored(c, { ...found, contentType: "application/gzip", read }, attachment(name));
      if (sent === null) throw notThere(NO_OBJECT);
      return sent;
    });
