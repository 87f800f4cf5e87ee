import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { SearchLine, SearchRequest } from "../core/archive-search.ts";
import { EventType } from "../core/event.ts";
import { createApp, FOR_VIEWERS, REFUSALS } from "./app.ts";
import { findArchive } from "./archive.ts";
import type { ApiDeps } from "./deps.ts";
import { invalid } from "./problem.ts";
import { SourceParams } from "./sources.ts";
import { TimeWindow, windowOf } from "./time-window.ts";

/** A parameter that may be given several times. */
const many = <S extends z.ZodType<readonly unknown[]>>(list: S) =>
  z.preprocess((given) => (given === undefined ? [] : Array.isArray(given) ? given : [given]), list);

const Query = TimeWindow.extend({
  text: SearchRequest.shape.text.describe("Occurs in the event's JSON, whatever the case."),
  filter: SearchRequest.shape.filter.describe("FQL, for example `properties.total > 100`."),
  types: many(z.array(EventType).max(EventType.options.length)).describe("May be repeated; none: all."),
  events: many(SearchRequest.shape.events).describe("Names of track calls; may be repeated; none: all."),
  userId: SearchRequest.shape.userId.describe("Exactly this."),
  order: SearchRequest.shape.order.describe("By receivedAt; desc: the newest first."),
  limit: z.coerce.number().pipe(SearchRequest.shape.limit.unwrap()).default(SearchRequest.shape.limit.parse(undefined)),
  cursor: SearchRequest.shape.cursor.describe("Of the `end` of an earlier answer; with the same criteria."),
});

const search = createRoute({
  ...FOR_VIEWERS,
  method: "get",
  path: "/sources/{sourceId}/archive/search",
  summary: "Search a source's archive; the answer streams while it is read",
  description:
    "NDJSON, one line each: `{event, at}` in exact order over all pages; `{progress}` now and then; `{end}` last. " +
    "The window is of receivedAt. A request reads so much (256 MB, 20 s), then ends with reason `budget` and a cursor to go on.",
  tags: ["Archive"],
  request: { params: SourceParams, query: Query },
  responses: {
    200: { description: "NDJSON, each line an ArchiveSearchLine" },
    ...REFUSALS,
  },
});

/** A source's archive, searched. */
export function archiveSearchRoutes(deps: ApiDeps) {
  const app = createApp();
  // The answer is text, so its lines are described apart. Only what is made in this room can be registered.
  app.openAPIRegistry.register("ArchiveSearchLine", z.union(SearchLine.options));
  return app.openapi(search, async (c) => {
    const { startTime, endTime, ...rest } = c.req.valid("query");
    const request = SearchRequest.parse({ ...rest, ...windowOf({ startTime, endTime }) });
    const { id } = await findArchive(deps, c.req.valid("param").sourceId);
    const found = deps.archive.search(id, request, c.req.raw.signal);
    if (!found.ok) throw invalid(found.error.message, found.error.field);
    return c.body(found.value, 200, { "content-type": "application/x-ndjson; charset=utf-8" });
  });
}
