import type { RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import { defined } from "../core/defined.ts";
import { HourState, type ExportSummary, type FollowerView, type HourView } from "../core/export-views.ts";
import { RunStatus, type Run } from "../core/exports.ts";
import { Notice } from "../core/warehouse/notices.ts";
import {
  createApp,
  iso,
  isoField,
  IsoTime,
  json,
  NUMBER_CURSOR,
  openPage,
  OpenPagination,
  openPagination,
  PageParams,
  roleOf,
  route,
} from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { Problem, unwrap } from "./problem.ts";
import { SourceParams } from "./sources.ts";
import { TimeWindow, windowOf } from "./time-window.ts";

const Follower = z.object({
  name: z.string().describe("snapshot, iceberg or load:<warehouse id>"),
  behind: z.int().describe("Publications it has not worked through yet."),
  running: z.boolean(),
  error: z.string().optional(),
  retryAt: IsoTime.optional(),
});
const Summary = z.object({
  enabled: z.boolean(),
  schema: z.string().nullable(),
  tables: z.int(),
  rows: z.int(),
  events: z.int(),
  bytes: z.int(),
  publishedHours: z.int(),
  waitingHours: z.int(),
  oldestWaitingHour: IsoTime.optional(),
  newestHour: IsoTime.optional(),
  lastPublishedAt: IsoTime.optional(),
  running: z
    .object({ hour: IsoTime, startedAt: IsoTime, segments: z.int(), done: z.int(), publishing: z.boolean() })
    .optional(),
  followers: z.array(Follower),
});
const Hour = z.object({
  hour: IsoTime,
  state: HourState,
  version: z.int(),
  publishedAt: IsoTime.optional(),
  rows: z.int(),
  events: z.int(),
  bytes: z.int(),
  error: z.string().optional(),
  retryAt: IsoTime.optional(),
});
const RunEntry = z.object({
  id: z.int(),
  target: z.string(),
  hour: IsoTime,
  version: z.int(),
  status: RunStatus,
  startedAt: IsoTime,
  finishedAt: IsoTime.optional(),
  rows: z.int(),
  newColumns: z.array(z.string()),
  notices: z.array(Notice),
  error: z.string().optional(),
});

/** A route of one source's exports. `path` is what follows `/exports`. */
export const exportRoute = <
  const M extends RouteConfig["method"],
  const P extends string,
  S extends z.ZodType,
  Q extends Pick<NonNullable<RouteConfig["request"]>, "body" | "query">,
>(
  method: M,
  path: P,
  about: { readonly summary: string; readonly data: S; readonly request: Q; readonly role?: "viewer" },
) =>
  route({
    ...roleOf(about),
    method,
    path: `/sources/{sourceId}/exports${path}` as const,
    summary: about.summary,
    tag: "Exports",
    request: { params: SourceParams, ...about.request },
    data: about.data,
  });

const show = exportRoute("get", "", {
  role: "viewer",
  summary: "How far a source's warehouse tables are, and who follows them",
  request: {},
  data: z.object({ exports: Summary }),
});
const start = exportRoute("post", "/run", {
  summary: "Export now whatever is due, the open hour too; `rebuild` makes all hours of the window again",
  request: { body: { ...json(TimeWindow.extend({ rebuild: z.boolean().optional() })), required: false } },
  data: z.object({ rebuilt: z.int(), exports: Summary }),
});
const hours = exportRoute("get", "/hours", {
  role: "viewer",
  summary: "Hours with events, the oldest first: which are published, wait or have failed",
  request: { query: TimeWindow },
  data: z.object({ hours: z.array(Hour) }),
});
const runs = exportRoute("get", "/runs", {
  role: "viewer",
  summary: "Sync history, the newest first: the latest 1000 runs",
  request: { query: PageParams.extend({ target: z.string().max(100).optional() }) },
  data: z.object({ runs: z.array(RunEntry), pagination: OpenPagination }),
});

const showFollower = ({ retryAt, ...rest }: FollowerView): z.infer<typeof Follower> => ({
  ...rest,
  ...isoField("retryAt", retryAt),
});

function showSummary(summary: ExportSummary): z.infer<typeof Summary> {
  const { oldestWaitingHour, newestHour, lastPublishedAt, running, followers, ...rest } = summary;
  return {
    ...rest,
    ...isoField("oldestWaitingHour", oldestWaitingHour),
    ...isoField("newestHour", newestHour),
    ...isoField("lastPublishedAt", lastPublishedAt),
    ...(running === undefined
      ? {}
      : { running: { ...running, hour: iso(running.hour), startedAt: iso(running.startedAt) } }),
    followers: followers.map(showFollower),
  };
}

const showHour = ({ hour, publishedAt, retryAt, ...rest }: HourView): z.infer<typeof Hour> => ({
  ...rest,
  hour: iso(hour),
  ...isoField("publishedAt", publishedAt),
  ...isoField("retryAt", retryAt),
});

const showRun = ({ hour, startedAt, finishedAt, ...rest }: Run): z.infer<typeof RunEntry> => ({
  ...rest,
  hour: iso(hour),
  startedAt: iso(startedAt),
  ...isoField("finishedAt", finishedAt),
});

/** A source's exports: how far they are, what they did, and to begin at once. */
export const exportRoutes = (deps: ApiDeps) => {
  const idOf = async (sourceId: string) => unwrap(await deps.catalog().getSource(sourceId)).id;
  return createApp()
    .openapi(show, async (c) => {
      const id = await idOf(c.req.valid("param").sourceId);
      return c.json({ data: { exports: showSummary(await deps.exports.summary(id)) } }, 200);
    })
    .openapi(start, async (c) => {
      const { rebuild = false, ...window } = c.req.valid("json") ?? {};
      const { id, settings } = unwrap(await deps.catalog().getSource(c.req.valid("param").sourceId));
      if (!settings.exports.enabled) {
        throw new Problem(409, [{ type: "conflict", message: "Exports of this source are switched off." }]);
      }
      const rebuilt = await deps.exports.run(id, windowOf(window), rebuild);
      return c.json({ data: { rebuilt, exports: showSummary(await deps.exports.summary(id)) } }, 200);
    })
    .openapi(hours, async (c) => {
      const id = await idOf(c.req.valid("param").sourceId);
      const found = await deps.exports.hours(id, windowOf(c.req.valid("query")));
      return c.json({ data: { hours: found.map(showHour) } }, 200);
    })
    .openapi(runs, async (c) => {
      const { target, ...query } = c.req.valid("query");
      const id = await idOf(c.req.valid("param").sourceId);
      const page = openPage(query, NUMBER_CURSOR);
      const found = await deps.exports.runs(id, { ...page, ...defined("target", target) });
      return c.json({ data: { runs: found.runs.map(showRun), pagination: openPagination(page, found.next) } }, 200);
    });
};
