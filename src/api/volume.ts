import * as z from "zod";
import { sentenceOf } from "../core/debugger.ts";
import type { VolumeReport } from "../core/ledger.ts";
import { inParallel } from "../core/pool.ts";
import { AT_ONCE, createApp, iso, IsoTime, Minutes, route } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { unwrap } from "./problem.ts";
import { SourceParams } from "./sources.ts";

const Totals = z.object({ accepted: z.int(), duplicate: z.int(), refused: z.int() });
const Volume = z.object({
  stepMs: z.int(),
  minutes: z.array(Totals.extend({ at: IsoTime })),
  totals: Totals,
  reasons: z.array(z.object({ reason: z.string(), sentence: z.string(), count: z.int() })),
  lastEventAt: IsoTime.nullable(),
});
const SourceTotals = Totals.extend({ lastEventAt: IsoTime.nullable(), series: z.array(z.int()) });
/** `times`: of the latest copies, the oldest first. `atLeast`: there may be more than `count`. */
const Duplicates = z.object({ count: z.int(), atLeast: z.boolean(), times: z.array(IsoTime) });
const Lookup = z.object({
  segment: z.string(),
  line: z.int(),
  stored: z.boolean(),
  firstSeenAt: IsoTime,
  duplicates: Duplicates,
  event: z.record(z.string(), z.unknown()).optional(),
  eventMissing: z.string().optional().describe("Why there is no event, in a sentence."),
});

const sourceVolume = route({
  method: "get",
  path: "/sources/{sourceId}/volume",
  role: "viewer",
  summary: "What came in over the last minutes, and why some was refused",
  tag: "Volume",
  request: { params: SourceParams, query: Minutes },
  data: z.object({ volume: Volume }),
});
const workspaceVolume = route({
  method: "get",
  path: "/volume",
  role: "viewer",
  summary: "What came in at every source, and with write keys no source has",
  tag: "Volume",
  request: { query: Minutes.extend({ minutes: Minutes.shape.minutes.unwrap().default(1440) }) },
  data: z.object({ sources: z.record(z.string(), SourceTotals), unknown: z.object({ count: z.int() }) }),
});
const lookup = route({
  method: "get",
  path: "/sources/{sourceId}/lookup/{messageId}",
  role: "viewer",
  summary: "Where one event is: its segment and line, and how often it came again",
  tag: "Volume",
  request: { params: SourceParams.extend({ messageId: z.string().min(1).max(300) }) },
  data: z.object({ lookup: Lookup.nullable() }),
});

const lastEventOf = (report: VolumeReport) => (report.lastEventAt === undefined ? null : iso(report.lastEventAt));

const showVolume = (report: VolumeReport): z.infer<typeof Volume> => ({
  stepMs: report.stepMs,
  minutes: report.minutes.map((step) => ({ ...step, at: iso(step.at) })),
  totals: report.totals,
  reasons: report.reasons.map(({ reason, count }) => ({ reason, sentence: sentenceOf(reason), count })),
  lastEventAt: lastEventOf(report),
});

/** Every source's totals, by its id. */
const totalsOf = async (deps: ApiDeps, minutes: number) =>
  inParallel(await deps.catalog().listSources(), AT_ONCE, async ({ id }) => {
    const report = await deps.sourceVolume(id, minutes);
    const series = report.minutes.map((step) => step.accepted);
    return [id, { ...report.totals, lastEventAt: lastEventOf(report), series }] as const;
  });

export const volumeRoutes = (deps: ApiDeps) =>
  createApp()
    .openapi(sourceVolume, async (c) => {
      const { id } = unwrap(await deps.catalog().getSource(c.req.valid("param").sourceId));
      return c.json({ data: { volume: showVolume(await deps.sourceVolume(id, c.req.valid("query").minutes)) } }, 200);
    })
    .openapi(workspaceVolume, async (c) => {
      const { minutes } = c.req.valid("query");
      const [unknown, totals] = await Promise.all([deps.unknownVolume(minutes), totalsOf(deps, minutes)]);
      const data = { sources: Object.fromEntries(totals), unknown: { count: unknown.totals.refused } };
      return c.json({ data }, 200);
    })
    .openapi(lookup, async (c) => {
      const { sourceId, messageId } = c.req.valid("param");
      const found = await deps.lookup(unwrap(await deps.catalog().getSource(sourceId)), messageId);
      if (found === null) return c.json({ data: { lookup: null } }, 200);
      const { segment, line, stored, firstSeenAt, duplicates, event, eventMissing } = found;
      const copies = { ...duplicates, times: duplicates.times.map(iso) };
      const shown = { segment, line, stored, firstSeenAt: iso(firstSeenAt), duplicates: copies };
      const read = {
        ...(event === undefined ? {} : { event }),
        ...(eventMissing === undefined ? {} : { eventMissing }),
      };
      return c.json({ data: { lookup: { ...shown, ...read } } }, 200);
    });
