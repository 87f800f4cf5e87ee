import * as z from "zod";
import { checkFilter, previewFilter } from "../core/filter.ts";
import { FilterAction, FilterRecord } from "../core/filter-record.ts";
import { createApp, iso, IsoTime, json, PageParams, paginate, Pagination, route, Success, SUCCESS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { DestinationParams } from "./destination-view.ts";
import { invalid, unwrap } from "./problem.ts";

const Params = DestinationParams.extend({ filterId: z.string().max(64) });
const { title, description, if: condition, enabled } = FilterRecord.shape;

/** Clients name every part an action could have, with null for those it has not. */
const Action = z
  .object({
    type: z.enum(["DROP", "SAMPLE", "DROP_PROPERTIES", "ALLOW_PROPERTIES"]),
    percent: z.number().nullable().optional(),
    path: z.string().nullable().optional(),
    fields: z.record(z.string(), z.array(z.string())).nullable().optional(),
  })
  .transform((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)))
  .pipe(FilterAction);
const Actions = z.array(Action).min(1).max(10);

/** A filter as the Public API shows it (quality.md §4.6). */
const Filter = FilterRecord.extend({ createdAt: IsoTime, updatedAt: IsoTime });
const Answer = z.object({ filter: Filter });

const list = route({
  method: "get",
  path: "/destination/{destinationId}/filters",
  role: "viewer",
  summary: "The filters of a destination, the oldest first",
  tag: "Filters",
  request: { params: DestinationParams, query: PageParams },
  data: z.object({ filters: z.array(Filter), pagination: Pagination }),
});
const create = route({
  method: "post",
  path: "/destination/{destinationId}/filters",
  summary: "Put a filter between a source and a destination",
  tag: "Filters",
  request: {
    params: DestinationParams,
    body: json(
      z.object({
        sourceId: z.string().max(64),
        title,
        description: description.nullable(),
        if: condition,
        actions: Actions,
        enabled: enabled.default(true),
      }),
    ),
  },
  data: Answer,
});
const show = route({
  method: "get",
  path: "/destination/{destinationId}/filters/{filterId}",
  role: "viewer",
  summary: "One filter",
  tag: "Filters",
  request: { params: Params },
  data: Answer,
});
const update = route({
  method: "patch",
  path: "/destination/{destinationId}/filters/{filterId}",
  summary: "Change what is named of a filter",
  tag: "Filters",
  request: {
    params: Params,
    body: json(
      z.object({
        title: title.optional(),
        description: description.nullable(),
        if: condition.optional(),
        actions: Actions.optional(),
        enabled: enabled.optional(),
      }),
    ),
  },
  data: Answer,
});
const remove = route({
  method: "delete",
  path: "/destination/{destinationId}/filters/{filterId}",
  summary: "Delete a filter",
  tag: "Filters",
  request: { params: Params },
  data: Success,
});
const preview = route({
  method: "post",
  path: "/destination/filters/preview",
  role: "viewer",
  summary: "What a filter would make of a payload: `result` is null when it is dropped",
  tag: "Filters",
  request: {
    body: json(
      z.object({
        filter: z.object({ if: condition, actions: Actions }),
        payload: z.record(z.string(), z.unknown()),
      }),
    ),
  },
  data: z.object({
    inputPayload: z.record(z.string(), z.unknown()),
    result: z.record(z.string(), z.unknown()).nullable(),
    error: z.string().optional(),
  }),
});

const showFilter = ({ createdAt, updatedAt, ...rest }: FilterRecord): z.infer<typeof Filter> => ({
  ...rest,
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt),
});

/** Refuses a condition that is no FQL; the sentence says where in the text. */
function checkCondition(text: string, field: string): void {
  const problem = checkFilter(text);
  if (problem !== undefined) throw invalid(`${problem.message} (at character ${problem.at + 1})`, field);
}

export const filterRoutes = (deps: ApiDeps) => {
  const { catalog } = deps;
  return createApp()
    .openapi(preview, (c) => {
      const { filter, payload } = c.req.valid("json");
      checkCondition(filter.if, "filter.if");
      return c.json({ data: { inputPayload: payload, ...previewFilter(filter, payload, deps.chance) } }, 200);
    })
    .openapi(list, async (c) => {
      const all = unwrap(await catalog().listFilters(c.req.valid("param").destinationId));
      const { items, pagination } = paginate(all, c.req.valid("query"));
      return c.json({ data: { filters: items.map(showFilter), pagination } }, 200);
    })
    .openapi(create, async (c) => {
      const { description, ...body } = c.req.valid("json");
      checkCondition(body.if, "if");
      const input = { ...body, ...(typeof description === "string" ? { description } : {}) };
      const filter = unwrap(await catalog().createFilter(c.req.valid("param").destinationId, input));
      return c.json({ data: { filter: showFilter(filter) } }, 200);
    })
    .openapi(show, async (c) => {
      const { destinationId, filterId } = c.req.valid("param");
      return c.json({ data: { filter: showFilter(unwrap(await catalog().getFilter(destinationId, filterId))) } }, 200);
    })
    .openapi(update, async (c) => {
      const { destinationId, filterId } = c.req.valid("param");
      const patch = c.req.valid("json");
      if (patch.if !== undefined) checkCondition(patch.if, "if");
      const filter = unwrap(await catalog().updateFilter(destinationId, filterId, patch));
      return c.json({ data: { filter: showFilter(filter) } }, 200);
    })
    .openapi(remove, async (c) => {
      const { destinationId, filterId } = c.req.valid("param");
      unwrap(await catalog().deleteFilter(destinationId, filterId));
      return c.json(SUCCESS, 200);
    });
};
