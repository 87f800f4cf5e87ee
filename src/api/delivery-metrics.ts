import * as z from "zod";
import type { DestinationView } from "../core/catalog.ts";
import { MINUTE_MS } from "../core/durations.ts";
import type { DeliverySummary, ErrorGroup, ReportWindow } from "../core/ledger.ts";
import { overviewProblem } from "../core/overview.ts";
import { createApp, iso, IsoTime, Minutes, QueryTime, route, Success, SUCCESS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { DestinationParams } from "./destination-view.ts";
import { invalid, unwrap } from "./problem.ts";

/** One failed exchange; what could let somebody in is masked by the destination before it is kept. */
const ErrorSample = z.object({ at: IsoTime, sent: z.string(), request: z.string(), response: z.string() });
const Group = z.object({
  status: z.enum(["retry", "abandoned", "dropped"]),
  reason: z.string(),
  detail: z.string(),
  sentence: z.string(),
  who: z.enum(["user", "destination", "operator", "nobody"]),
  todo: z.string(),
  count: z.int(),
  lastAt: IsoTime,
  samples: z.array(ErrorSample),
});
const Step = z.object({
  at: IsoTime,
  delivered: z.int(),
  dropped: z.int(),
  retried: z.int(),
  abandoned: z.int(),
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
});

/** A destination's deliveries; meanings at core/ledger `DeliverySummary`. */
const DeliveryMetrics = z.object({
  stepMs: z.int(),
  minutes: z.array(Step),
  delivered: z.int(),
  dropped: z.int(),
  abandoned: z.int(),
  resent: z.int(),
  retried: z.int(),
  retrying: z.int(),
  waiting: z.int(),
  replayed: z.object({ delivered: z.int(), dropped: z.int(), retried: z.int(), abandoned: z.int() }),
  paused: z.boolean(),
  pausedAt: IsoTime.optional(),
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
  errors: z.array(Group),
  nextAttemptAt: IsoTime.optional(),
  pausedUntil: IsoTime.optional(),
  probeAt: IsoTime.optional(),
});

/** The Public API's summary: totals with what they are made of. */
const Breakdown = z.object({ metricName: z.string(), value: z.int() });
const Summary = z.object({
  sourceId: z.string(),
  destinationMetadataId: z.string(),
  metrics: z.array(z.object({ metricName: z.string(), total: z.int(), breakdown: z.array(Breakdown) })),
});

const Window = z.object({
  minutes: Minutes.shape.minutes,
  sourceId: z.string().max(64).optional(),
  startTime: QueryTime.optional(),
  endTime: QueryTime.optional(),
  granularity: z.enum(["MINUTE", "HOUR", "DAY"]).optional(),
});

const metrics = route({
  method: "get",
  path: "/destinations/{destinationId}/delivery-metrics",
  role: "viewer",
  summary: "Delivered, retried and abandoned over the last minutes or in a window, with latency and errors",
  tag: "Destinations",
  request: { params: DestinationParams, query: Window },
  data: z.object({ metrics: DeliveryMetrics, deliveryMetricsSummary: Summary }),
});
const pause = route({
  method: "post",
  path: "/destinations/{destinationId}/pause",
  summary: "Stop sending: events wait, without limit and without using up attempts",
  tag: "Destinations",
  request: { params: DestinationParams },
  data: Success,
});
const resume = route({
  method: "post",
  path: "/destinations/{destinationId}/resume",
  summary: "Send again, what waited first",
  tag: "Destinations",
  request: { params: DestinationParams },
  data: Success,
});

const time = <K extends string>(key: K, at: number | undefined) =>
  at === undefined ? {} : ({ [key]: iso(at) } as Record<K, string>);

const showGroup = ({ lastAt, samples, status, reason, detail, sentence, who, todo, count }: ErrorGroup) => ({
  status,
  reason,
  detail,
  sentence,
  who,
  todo,
  count,
  lastAt: iso(lastAt),
  samples: samples.map(({ at, sent, request, response }) => ({ at: iso(at), sent, request, response })),
});

/** A summary with its times as ISO-8601. */
function showMetrics(summary: DeliverySummary): z.infer<typeof DeliveryMetrics> {
  const { nextAttemptAt, pausedUntil, probeAt, pausedAt, minutes, errors, ...rest } = summary;
  return {
    ...rest,
    minutes: minutes.map((step) => ({ ...step, at: iso(step.at) })),
    errors: errors.map(showGroup),
    ...time("nextAttemptAt", nextAttemptAt),
    ...time("pausedUntil", pausedUntil),
    ...time("probeAt", probeAt),
    ...time("pausedAt", pausedAt),
  };
}

/** Totals of one outcome, and of each reason in Segment's names (delivery.md §5.4). */
function metricOf(
  summary: DeliverySummary,
  metricName: string,
  total: number,
  status: ErrorGroup["status"],
  prefix: string,
) {
  const counts = new Map<string, number>();
  for (const group of summary.errors.filter((one) => one.status === status)) {
    counts.set(group.reason, (counts.get(group.reason) ?? 0) + group.count);
  }
  const breakdown = [...counts].map(([reason, value]) => ({ metricName: `${prefix}${reason}`, value }));
  return { metricName, total, breakdown };
}

const showSummary = (view: DestinationView, summary: DeliverySummary, sourceId: string): z.infer<typeof Summary> => ({
  sourceId,
  destinationMetadataId: view.metadataId,
  metrics: [
    { metricName: "successes", total: summary.delivered, breakdown: [] },
    metricOf(summary, "retried", summary.retried, "retry", "errors.awaiting-retry."),
    metricOf(summary, "discarded", summary.abandoned, "abandoned", "errors.discarded."),
    metricOf(summary, "filtered", summary.dropped, "dropped", "filtered."),
  ],
});

/** The window that a query means: the last minutes, unless it names when it starts or ends. */
function windowOf(query: z.infer<typeof Window>, now: number): ReportWindow {
  const { minutes, startTime, endTime, granularity = "MINUTE" } = query;
  if (startTime === undefined && endTime === undefined) return { minutes, now };
  const to = endTime === undefined ? now : Date.parse(endTime);
  const from = startTime === undefined ? to - minutes * MINUTE_MS : Date.parse(startTime);
  const problem = overviewProblem({ from, to, granularity }, now);
  if (problem !== undefined) throw invalid(problem.message, problem.field);
  // A report ends with the step that `now` lies in, and the end of a window is no part of it.
  return { minutes: Math.ceil((to - from) / MINUTE_MS), now: to - 1 };
}

/** What comes of a destination's deliveries, and stopping them. */
export const deliveryRoutes = (deps: ApiDeps) => {
  const find = async (id: string) => unwrap(await deps.catalog().getDestination(id));
  return createApp()
    .openapi(metrics, async (c) => {
      const query = c.req.valid("query");
      const view = await find(c.req.valid("param").destinationId);
      const summary = await deps.ledgers.summary(view.id, windowOf(query, deps.now()));
      const sourceId = query.sourceId ?? view.sourceIds[0] ?? "";
      const deliveryMetricsSummary = showSummary(view, summary, sourceId);
      return c.json({ data: { metrics: showMetrics(summary), deliveryMetricsSummary } }, 200);
    })
    .openapi(pause, async (c) => {
      const { id } = await find(c.req.valid("param").destinationId);
      await deps.ledgers.pause(id);
      return c.json(SUCCESS, 200);
    })
    .openapi(resume, async (c) => {
      const { id } = await find(c.req.valid("param").destinationId);
      await deps.ledgers.resume(id);
      return c.json(SUCCESS, 200);
    });
};
