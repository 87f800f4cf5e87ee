import type { RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import type { ArchiveObject, DayFacts } from "../core/archive-index.ts";
import type { ArchiveTotals } from "../core/archive-listing.ts";
import { isFileKey } from "../core/compaction.ts";
import { RetentionDays, retentionOf } from "../core/retention.ts";
import {
  createApp,
  iso,
  isoField,
  IsoTime,
  NUMBER_CURSOR,
  openPage,
  OpenPagination,
  openPagination,
  PageParams,
  route,
} from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { notThere, unwrap } from "./problem.ts";
import { SourceParams } from "./sources.ts";

/** Names told of each day in a list; the day itself tells all it knows. */
const KINDS_LISTED = 10;

const Kind = z.object({ type: z.string(), name: z.string().optional(), count: z.int() });
const counts = {
  segments: z.int().describe("How many were written; those that were compacted since count as well."),
  files: z.int().describe("Compacted files."),
  events: z.int(),
  bytes: z.int().describe("Of the objects as they are stored."),
};
const Day = z.object({
  day: z.iso.date().describe("UTC; of the commits, so an event may have been received a moment before it."),
  ...counts,
  firstAt: IsoTime,
  lastAt: IsoTime,
  kinds: z.array(Kind).describe("The most frequent first; `(other)` where there were too many names."),
});
const Totals = z.object({
  ...counts,
  days: z.int(),
  firstAt: IsoTime.optional(),
  lastAt: IsoTime.optional(),
  adopting: z.boolean().describe("Segments of an earlier version are still being taken in: there may be more."),
  retention: z.object({ days: RetentionDays.describe("0: for ever"), from: z.enum(["source", "workspace"]) }),
  deleted: z.boolean().describe("The source is gone, its archive is still there."),
});
const Obj = z.object({
  key: z.string().describe("For `file?key=`."),
  compacted: z.boolean(),
  segments: z.int(),
  events: z.int(),
  bytes: z.int(),
  firstAt: IsoTime,
  lastAt: IsoTime,
});

/** A route of one source's archive. `path` is what follows `/archive`. */
const archiveRoute = <const P extends string, R extends NonNullable<RouteConfig["request"]>, S extends z.ZodType>(
  path: P,
  about: { readonly summary: string; readonly request: R; readonly data: S },
) =>
  route({
    method: "get",
    path: `/sources/{sourceId}/archive${path}` as const,
    role: "viewer",
    summary: about.summary,
    tag: "Archive",
    request: about.request,
    data: about.data,
  });

const show = archiveRoute("", {
  summary: "What a source's archive holds, and how long it is kept",
  request: { params: SourceParams },
  data: z.object({ archive: Totals }),
});
const days = archiveRoute("/days", {
  summary: "The days that hold events, the newest first",
  request: { params: SourceParams, query: PageParams },
  data: z.object({ days: z.array(Day), pagination: OpenPagination }),
});
const day = archiveRoute("/days/{day}", {
  summary: "One day, and the objects that hold its events",
  request: { params: SourceParams.extend({ day: z.iso.date() }), query: PageParams },
  data: z.object({ day: Day, objects: z.array(Obj), pagination: OpenPagination }),
});

/**
 * The source whose archive is asked for. One that was deleted is answered as long as anything is left of it: its events
 * are the workspace's, and nobody could get at them otherwise.
 */
export async function findArchive(deps: ApiDeps, sourceId: string) {
  const found = await deps.catalog().getSource(sourceId);
  if (found.ok) return { id: sourceId, own: found.value.settings.archive.retentionDays, deleted: false };
  const left = found.error.type === "not_found" && /^[\w-]+$/.test(sourceId) && (await deps.archive.exists(sourceId));
  if (!left) unwrap(found);
  return { id: sourceId, own: null, deleted: true };
}

const dateOf = (at: number): string => iso(at).slice(0, 10);

const showDay = ({ day: at, firstAt, lastAt, kinds, ...sums }: DayFacts, most = kinds.length): z.infer<typeof Day> => ({
  day: dateOf(at),
  ...sums,
  firstAt: iso(firstAt),
  lastAt: iso(lastAt),
  kinds: kinds.slice(0, most).map(({ kind: { type, name }, count }) => ({
    type,
    ...(name === undefined ? {} : { name }),
    count,
  })),
});

const showObject = ({ firstAt, lastAt, ...rest }: ArchiveObject): z.infer<typeof Obj> => ({
  ...rest,
  compacted: isFileKey(rest.key),
  firstAt: iso(firstAt),
  lastAt: iso(lastAt),
});

const showTotals = ({ firstAt, lastAt, ...rest }: ArchiveTotals) => ({
  ...rest,
  ...isoField("firstAt", firstAt),
  ...isoField("lastAt", lastAt),
});

/** What there is in the archive of a source. */
export const archiveRoutes = (deps: ApiDeps) =>
  createApp()
    .openapi(show, async (c) => {
      const { id, own, deleted } = await findArchive(deps, c.req.valid("param").sourceId);
      const [totals, workspace] = await Promise.all([deps.archive.totals(id), deps.catalog().workspace()]);
      const from = own === null ? ("workspace" as const) : ("source" as const);
      const retention = { days: retentionOf(own, workspace.retentionDays), from };
      return c.json({ data: { archive: { ...showTotals(totals), retention, deleted } } }, 200);
    })
    .openapi(days, async (c) => {
      const { id } = await findArchive(deps, c.req.valid("param").sourceId);
      const page = openPage(c.req.valid("query"), NUMBER_CURSOR);
      const found = await deps.archive.days(id, Number(page.cursor ?? Number.MAX_SAFE_INTEGER), page.limit);
      const last = found.more ? found.days.at(-1) : undefined;
      const pagination = openPagination(page, last && String(last.day));
      return c.json({ data: { days: found.days.map((one) => showDay(one, KINDS_LISTED)), pagination } }, 200);
    })
    .openapi(day, async (c) => {
      const { sourceId, day: date } = c.req.valid("param");
      const { id } = await findArchive(deps, sourceId);
      const page = openPage(c.req.valid("query"), NUMBER_CURSOR);
      const offset = Number(page.cursor ?? 0);
      const { objects, more, ...facts } = await deps.archive.day(id, Date.parse(date), { offset, limit: page.limit });
      if (facts.segments === 0) throw notThere("The archive holds nothing of that day.");
      const pagination = openPagination(page, more ? String(offset + objects.length) : undefined);
      return c.json({ data: { day: showDay(facts), objects: objects.map(showObject), pagination } }, 200);
    });
