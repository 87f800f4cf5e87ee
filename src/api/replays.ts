import * as z from "zod";
import type { SourceView } from "../core/catalog.ts";
import { defined } from "../core/defined.ts";
import { parseFilterCondition } from "../core/filter.ts";
import { inParallel } from "../core/pool.ts";
import { explainReason } from "../core/reasons.ts";
import {
  EarlierSend,
  REPLAY,
  REPLAY_ACTIONS,
  ReplayId,
  ReplayRecord,
  ReplayRequest,
  type ReplayAction,
} from "../core/replay.ts";
import {
  AT_ONCE,
  createApp,
  iso,
  isoField,
  IsoTime,
  json,
  openPage,
  OpenPagination,
  openPagination,
  PageParams,
  QueryTime,
  route,
} from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { invalid, notThere, unwrap } from "./problem.ts";

const Times = { createdAt: IsoTime, startedAt: IsoTime.optional(), finishedAt: IsoTime.optional() };
const Progress = ReplayRecord.shape.progress.extend({ checkedUntil: IsoTime.optional() });
const Earlier = z
  .array(
    EarlierSend.omit({ from: true, to: true }).extend({
      startTime: IsoTime,
      endTime: IsoTime,
      startedAt: IsoTime,
      finishedAt: IsoTime.optional(),
    }),
  )
  .meta({
    description:
      "While it is ready: what other replays of this source, whose window overlaps, have delivered to the same destinations, the newest first (20 at most). The report does not know of it.",
  });
const Replay = ReplayRecord.omit({ from: true, to: true })
  .extend({ startTime: IsoTime, endTime: IsoTime, ...Times, progress: Progress, earlier: Earlier.optional() })
  .meta({ description: "A replay and how far it is; core/replay says what each figure counts." });
const Reasons = z
  .record(z.string(), z.object({ sentence: z.string(), todo: z.string() }))
  .meta({ description: "What the reasons in it mean, and what to do about each." });
const Answer = z.object({ replay: Replay, reasons: Reasons });

const NewReplay = ReplayRequest.omit({ from: true, to: true }).extend({
  id: ReplayId.optional().describe("The same id again is the same replay: it is answered as it is, nothing changes."),
  startTime: QueryTime.describe("Inclusive; of receivedAt."),
  endTime: QueryTime.describe("Exclusive; at the latest the moment of this call."),
  types: ReplayRequest.shape.types.default([]),
  events: ReplayRequest.shape.events.default([]).describe("Names of track calls; none: all."),
  rate: ReplayRequest.shape.rate.default(REPLAY.defaultRate).describe("Events a second, to each destination."),
});

const Params = z.object({ replayId: ReplayId });
/** When the last replay of the page before was made, and its id. */
const REPLAY_CURSOR = /^\d{1,16}\.[\w-]{1,40}$/;

const create = route({
  method: "post",
  path: "/replays",
  summary: "Prepare a replay: its dry run begins at once, nothing is sent before it is started",
  tag: "Replays",
  request: { body: json(NewReplay) },
  data: Answer,
});
const list = route({
  method: "get",
  path: "/replays",
  role: "viewer",
  summary: "Replays, the newest first, without their reports",
  tag: "Replays",
  request: {
    query: PageParams.extend({
      sourceId: z.string().max(64).optional(),
      destinationId: z.string().max(64).optional(),
    }),
  },
  data: z.object({ replays: z.array(Replay), pagination: OpenPagination }),
});
const show = route({
  method: "get",
  path: "/replays/{replayId}",
  role: "viewer",
  summary: "One replay, how far it is, and the report of its dry run",
  tag: "Replays",
  request: { params: Params },
  data: Answer,
});
const SUMMARIES: Readonly<Record<ReplayAction, string>> = {
  start: "Send what the dry run has found",
  pause: "Send nothing more until it is resumed",
  resume: "Go on with a replay that was paused or has failed",
  cancel: "Send nothing more; what waits is dropped as replay_cancelled",
};
const act = route({
  method: "post",
  path: "/replays/{replayId}/{action}",
  summary: Object.entries(SUMMARIES)
    .map(([action, summary]) => `${action}: ${summary}`)
    .join(". "),
  tag: "Replays",
  request: { params: Params.extend({ action: z.enum(REPLAY_ACTIONS) }) },
  data: Answer,
});

const showEarlier = ({ from, to, startedAt, finishedAt, ...rest }: EarlierSend) => ({
  ...rest,
  startTime: iso(from),
  endTime: iso(to),
  startedAt: iso(startedAt),
  ...isoField("finishedAt", finishedAt),
});

/** A replay with its times as ISO-8601. */
export function showReplay({ from, to, createdAt, startedAt, finishedAt, progress, earlier, ...rest }: ReplayRecord) {
  const { checkedUntil, ...figures } = progress;
  return {
    ...rest,
    startTime: iso(from),
    endTime: iso(to),
    createdAt: iso(createdAt),
    ...isoField("startedAt", startedAt),
    ...isoField("finishedAt", finishedAt),
    progress: { ...figures, ...isoField("checkedUntil", checkedUntil) },
    ...defined("earlier", earlier?.map(showEarlier)),
  } satisfies z.infer<typeof Replay>;
}

/** A replay on its own, with every reason explained that its report or its progress names. */
function answerOf(replay: ReplayRecord): z.infer<typeof Answer> {
  const tallies = [
    ...replay.progress.destinations.flatMap(({ dropped, abandoned }) => [dropped, abandoned]),
    ...(replay.report?.destinations ?? []).flatMap(({ dropped, before }) => [dropped, before.notDelivered]),
  ];
  const codes = new Set(tallies.flatMap((tally) => Object.keys(tally)));
  const explained = [...codes].map((code) => {
    const { sentence, todo } = explainReason(code);
    return [code, { sentence, todo }] as const;
  });
  return { replay: showReplay(replay), reasons: Object.fromEntries(explained) };
}

/**
 * The source; refuses whatever makes a replay impossible from the start. A destination may be disabled, but must be of
 * this source.
 */
async function checkRequest(deps: ApiDeps, { sourceId, destinationIds, filter }: ReplayRequest): Promise<SourceView> {
  const condition = filter === undefined ? undefined : parseFilterCondition(filter);
  if (condition?.ok === false) {
    throw invalid(`The filter is no FQL: ${condition.error.message} (at ${condition.error.at})`, "filter");
  }
  if (new Set(destinationIds).size < destinationIds.length) {
    throw invalid("A destination is named twice.", "destinationIds");
  }
  const catalog = deps.catalog();
  const source = unwrap(await catalog.getSource(sourceId));
  await inParallel(destinationIds, AT_ONCE, async (id) => {
    const { name, sourceIds } = unwrap(await catalog.getDestination(id));
    if (!sourceIds.includes(sourceId)) throw invalid(`${name} is not connected to this source.`, "destinationIds");
  });
  return source;
}

/** Times as ms; a window that is none, or that has not begun yet, is refused. */
function windowOf({ startTime, endTime }: { startTime: string; endTime: string }, now: number) {
  const [from, to] = [Date.parse(startTime), Math.min(Date.parse(endTime), now)];
  if (from >= now) throw invalid("The window lies in the future.", "startTime");
  if (from >= to) throw invalid("The window is empty.", "endTime");
  return { from, to };
}

export const replayRoutes = (deps: ApiDeps) =>
  createApp()
    .openapi(create, async (c) => {
      const { id = deps.newReplayId(), name, filter, startTime, endTime, ...rest } = c.req.valid("json");
      const known = await deps.replays.get(id);
      if (known !== null) return c.json({ data: answerOf(known) }, 200);
      const window = windowOf({ startTime, endTime }, deps.now());
      const request = { id, ...rest, ...window, ...defined("name", name), ...defined("filter", filter) };
      const { settings } = await checkRequest(deps, request);
      return c.json({ data: answerOf(unwrap(await deps.replays.create(request, settings.drain.afterMs))) }, 200);
    })
    .openapi(list, async (c) => {
      const { sourceId, destinationId, ...query } = c.req.valid("query");
      const page = openPage(query, REPLAY_CURSOR);
      const wanted = { ...defined("sourceId", sourceId), ...defined("destinationId", destinationId) };
      const found = await deps.replays.list({ ...page, ...wanted });
      const pagination = openPagination(page, found.next);
      return c.json({ data: { replays: found.replays.map(showReplay), pagination } }, 200);
    })
    .openapi(show, async (c) => {
      const found = await deps.replays.get(c.req.valid("param").replayId);
      if (found === null) throw notThere("There is no such replay.");
      return c.json({ data: answerOf(found) }, 200);
    })
    .openapi(act, async (c) => {
      const { replayId, action } = c.req.valid("param");
      return c.json({ data: answerOf(unwrap(await deps.replays.act(replayId, action))) }, 200);
    });
