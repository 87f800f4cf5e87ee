import type { RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import { SourceInput, SourceKind, SourcePatch, type SourceView } from "../core/catalog.ts";
import { inParallel } from "../core/pool.ts";
import { AT_ONCE, createApp, json, PageParams, paginate, Pagination, roleOf, route, Success, SUCCESS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { unwrap } from "./problem.ts";
import { showSource, Source } from "./source-view.ts";

export const SourceParams = z.object({ sourceId: z.string().max(64) });
export const SourceAnswer = z.object({ source: Source });

/** The Public API needs only a slug and calls the kind `metadataId`; a form needs only a name. */
const NewSource = SourceInput.extend({
  name: SourceInput.shape.name.optional(),
  kind: SourceKind.optional(),
  metadataId: SourceKind.optional(),
}).refine((input) => input.name !== undefined || input.slug !== undefined, {
  message: "A source needs a name or a slug.",
  path: ["name"],
});

const list = route({
  method: "get",
  path: "/sources",
  role: "viewer",
  summary: "All sources, the oldest first",
  tag: "Sources",
  request: { query: PageParams },
  data: z.object({ sources: z.array(Source), pagination: Pagination }),
});
const create = route({
  method: "post",
  path: "/sources",
  summary: "Create a source with its first write key",
  tag: "Sources",
  request: { body: json(NewSource) },
  data: SourceAnswer,
});

/** A route of one source. `path` is what follows its id, `body` what is sent. */
export const sourceRoute = <
  const M extends RouteConfig["method"],
  const P extends string,
  S extends z.ZodType,
  B extends Pick<NonNullable<RouteConfig["request"]>, "body">,
>(
  method: M,
  path: P,
  about: { readonly summary: string; readonly data: S; readonly request?: B; readonly role?: "viewer" },
) =>
  route({
    ...roleOf(about),
    method,
    path: `/sources/{sourceId}${path}` as const,
    summary: about.summary,
    tag: "Sources",
    request: { params: SourceParams, ...(about.request as B) },
    data: about.data,
  });

const show = sourceRoute("get", "", { role: "viewer", summary: "One source", data: SourceAnswer });
const update = sourceRoute("patch", "", {
  summary: "Change a source's name, slug, kind, settings, or whether it is on",
  request: { body: json(SourcePatch) },
  data: SourceAnswer,
});
const remove = sourceRoute("delete", "", {
  summary: "Delete a source with its debugger and the destinations that have no other; archived events stay",
  data: Success,
});

/** Answers with one source. */
export const sourceAnswer = async (deps: ApiDeps, view: SourceView) => ({
  data: { source: showSource(view, (await deps.catalog().workspace()).id) },
});

export const sourceRoutes = (deps: ApiDeps) => {
  return createApp()
    .openapi(list, async (c) => {
      const { id } = await deps.catalog().workspace();
      const { items, pagination } = paginate(await deps.catalog().listSources(), c.req.valid("query"));
      return c.json({ data: { sources: items.map((view) => showSource(view, id)), pagination } }, 200);
    })
    .openapi(create, async (c) => {
      const { metadataId, ...body } = c.req.valid("json");
      const name = body.name ?? body.slug ?? "";
      const kind = body.kind ?? metadataId ?? "javascript";
      const source = unwrap(await deps.catalog().createSource({ ...body, name, kind }));
      return c.json(await sourceAnswer(deps, source), 200);
    })
    .openapi(show, async (c) =>
      c.json(await sourceAnswer(deps, unwrap(await deps.catalog().getSource(c.req.valid("param").sourceId))), 200),
    )
    .openapi(update, async (c) => {
      const { sourceId } = c.req.valid("param");
      const patch = c.req.valid("json");
      const source = unwrap(await deps.catalog().updateSource(sourceId, patch));
      if (patch.settings?.exports !== undefined) await deps.exports.refresh(sourceId);
      return c.json(await sourceAnswer(deps, source), 200);
    })
    .openapi(remove, async (c) => {
      const { sourceId } = c.req.valid("param");
      const gone = unwrap(await deps.catalog().deleteSource(sourceId));
      await inParallel(gone, AT_ONCE, (id) => deps.ledgers.resume(id));
      await deps.clearSamples(sourceId);
      return c.json(SUCCESS, 200);
    });
};
