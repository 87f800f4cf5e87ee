import * as z from "zod";
import {
  OVERVIEW_DIMENSIONS,
  overviewProblem,
  type OverviewDimension,
  type OverviewMetric,
  type OverviewQuery,
  type OverviewRow,
} from "../core/overview.ts";
import { createApp, iso, IsoTime, PageParams, paginate, Pagination, QueryTime, route } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { invalid, unwrap } from "./problem.ts";

const METRICS = [
  "successfully-received",
  "failed-on-ingest",
  "filtered-at-source",
  "filtered-at-destination",
  "failed-delivery",
  "successful-delivery",
] as const satisfies readonly OverviewMetric[];
/** Booked at a source's ledger; the others at a destination's. */
const OF_SOURCE: ReadonlySet<OverviewMetric> = new Set(METRICS.slice(0, 3));

/** A value, or several; clients write lists as `groupBy=a,b`, `groupBy[]=a` and `groupBy[0]=a`. */
const Values = z.union([z.string(), z.array(z.string())]);
const Query = PageParams.extend({
  sourceId: z.string().max(64),
  destinationConfigId: z.string().max(64).optional().describe("The destination; needed for what happens at one."),
  startTime: QueryTime.describe("Inclusive."),
  endTime: QueryTime.describe("Exclusive."),
  granularity: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(["MINUTE", "HOUR", "DAY"])),
  groupBy: Values.optional().describe(`One or several of ${OVERVIEW_DIMENSIONS.join(", ")}, separated by commas.`),
  subscriptionId: z.string().max(64).optional(),
}).catchall(Values);

const Dataset = z.object({
  eventName: z.string().optional(),
  eventType: z.string().optional(),
  appVersion: z.string().optional(),
  discardReason: z.string().optional(),
  subscriptionId: z.string().optional(),
  sourceId: z.string().optional(),
  total: z.int(),
  totalRetryCount: z.int().optional(),
  series: z.array(z.object({ time: IsoTime, count: z.int(), retryCount: z.int().optional() })),
});

const overview = route({
  method: "get",
  path: "/delivery-overview/{metric}",
  role: "viewer",
  summary: "Events by minute, hour or day at one step of the pipeline, grouped and filtered",
  tag: "Delivery overview",
  request: { params: z.object({ metric: z.enum(METRICS) }), query: Query },
  data: z.object({ total: z.int(), dataset: z.array(Dataset), pagination: Pagination }),
});

const isDimension = (name: string): name is OverviewDimension => OVERVIEW_DIMENSIONS.some((one) => one === name);

function dimension(name: string, field: string): OverviewDimension {
  if (isDimension(name)) return name;
  throw invalid(
    `There is nothing to group or filter by that is called so; there is ${OVERVIEW_DIMENSIONS.join(", ")}.`,
    field,
  );
}

type Given = Readonly<Record<string, unknown>>;

/** Every value given under `name`, `name[]` or `name[0]`, in that order. */
function valuesOf(query: Given, name: string): string[] {
  const named = Object.entries(query).filter(
    ([key]) => key === name || (key.startsWith(`${name}[`) && /^\[\d*\]$/.test(key.slice(name.length))),
  );
  return named.flatMap(([, value]) => (Array.isArray(value) ? value : [value])).map(String);
}

const groupsOf = (query: Given): OverviewDimension[] => {
  const names = valuesOf(query, "groupBy").flatMap((text) => text.split(","));
  const wanted = names.map((name) => name.trim()).filter((name) => name !== "");
  return [...new Set(wanted.map((name) => dimension(name, "groupBy")))];
};

/** `filter[eventName][0]=…` and the like; several values of one dimension are alternatives. */
function filtersOf(query: Given): Partial<Record<OverviewDimension, string[]>> {
  const found = Object.keys(query).flatMap((key) => /^filter\[(\w+)\]/.exec(key)?.[1] ?? []);
  return Object.fromEntries(
    [...new Set(found)].map((name) => [dimension(name, "filter"), valuesOf(query, `filter[${name}]`)] as const),
  );
}

const showRow = ({ series, totalRetries, ...row }: OverviewRow): z.infer<typeof Dataset> => ({
  ...row,
  ...(totalRetries === undefined ? {} : { totalRetryCount: totalRetries }),
  series: series.map(({ at, count, retries }) => ({
    time: iso(at),
    count,
    ...(retries === undefined ? {} : { retryCount: retries }),
  })),
});

function readQuery(
  metric: OverviewMetric,
  query: z.infer<typeof Query>,
  of: OverviewQuery["filter"],
  now: number,
): OverviewQuery {
  const { subscriptionId, startTime, endTime, granularity } = query;
  const read: OverviewQuery = {
    metric,
    from: Date.parse(startTime),
    to: Date.parse(endTime),
    granularity,
    groupBy: groupsOf(query),
    filter: {
      ...filtersOf(query),
      ...(subscriptionId === undefined ? {} : { subscriptionId: [subscriptionId] }),
      ...of,
    },
  };
  const problem = overviewProblem(read, now);
  if (problem !== undefined) throw invalid(problem.message, problem.field);
  return read;
}

export const deliveryOverviewRoutes = (deps: ApiDeps) => {
  const { catalog, ledgers } = deps;
  /**
   * Whose ledger has the answer, and which part of it. A source that was taken away from a destination is still asked
   * about. What says no source (counts of an earlier version, the rarest of a busy hour) is of the only one there is.
   */
  const ledgerOf = async (metric: OverviewMetric, { sourceId, destinationConfigId }: z.infer<typeof Query>) => {
    unwrap(await catalog().getSource(sourceId));
    if (OF_SOURCE.has(metric)) return { ledger: { sourceId }, part: {} };
    if (destinationConfigId === undefined) throw invalid("Name the destination.", "destinationConfigId");
    const { id, sourceIds } = unwrap(await catalog().getDestination(destinationConfigId));
    const isOnlyOne = sourceIds.every((one) => one === sourceId);
    return { ledger: { destinationId: id }, part: { sourceId: isOnlyOne ? [sourceId, ""] : [sourceId] } };
  };
  return createApp().openapi(overview, async (c) => {
    const { metric } = c.req.valid("param");
    const query = c.req.valid("query");
    const { ledger, part } = await ledgerOf(metric, query);
    const rows = await ledgers.overview(ledger, readQuery(metric, query, part, deps.now()));
    const { items, pagination } = paginate(rows, query);
    const total = rows.reduce((sum, row) => sum + row.total, 0);
    return c.json({ data: { total, dataset: items.map(showRow), pagination } }, 200);
  });
};
