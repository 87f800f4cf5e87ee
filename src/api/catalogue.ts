import * as z from "zod";
import { SourceKind } from "../core/catalog.ts";
import { ActionField, ActionKind, DestinationKind, KindSummary } from "../core/destination-kind.ts";
import { inParallel } from "../core/pool.ts";
import { AT_ONCE, createApp, PageParams, paginate, Pagination, route } from "./app.ts";
import { Metadata, showKind } from "./catalogue-view.ts";
import type { ApiDeps } from "./deps.ts";
import { notThere } from "./problem.ts";
import { showSourceKind, SourceMetadata } from "./source-kinds.ts";

/** An object's own fields are described as objects: the description cannot say that they are fields again. */
const DescribedField = ActionField.extend({ properties: z.array(z.looseObject({ id: z.string() })).optional() });
const DescribedKind = DestinationKind.extend({
  actions: z.array(ActionKind.extend({ fields: z.array(DescribedField) })),
});

const KindParams = z.object({ metadataId: z.string().max(64) });

const listKinds = route({
  method: "get",
  path: "/catalog/destinations",
  role: "viewer",
  summary: "The kinds of destination there are, with settings, actions and presets, by name",
  tag: "Catalogue",
  request: { query: PageParams },
  data: z.object({ destinationsCatalog: z.array(Metadata), pagination: Pagination }),
});
const showOne = route({
  method: "get",
  path: "/catalog/destinations/{metadataId}",
  role: "viewer",
  summary: "One kind of destination as the Public API shows it",
  tag: "Catalogue",
  request: { params: KindParams },
  data: z.object({ destinationMetadata: Metadata }),
});
const index = route({
  method: "get",
  path: "/catalog/destination-index",
  role: "viewer",
  summary: "Every kind of destination in short, by name: for choosing one",
  tag: "Catalogue",
  request: {},
  data: z.object({ kinds: z.array(KindSummary) }),
});
const whole = route({
  method: "get",
  path: "/catalog/destination-index/{metadataId}",
  role: "viewer",
  summary: "Everything known of one kind: also groups of settings, conditions, and what it cannot do here",
  tag: "Catalogue",
  request: { params: KindParams },
  data: z.object({ kind: DescribedKind }),
});
const listSources = route({
  method: "get",
  path: "/catalog/sources",
  role: "viewer",
  summary: "The kinds of source there are; `id` is what a new source calls metadataId",
  tag: "Catalogue",
  request: { query: PageParams },
  data: z.object({ sourcesCatalog: z.array(SourceMetadata), pagination: Pagination }),
});
const showSource = route({
  method: "get",
  path: "/catalog/sources/{metadataId}",
  role: "viewer",
  summary: "One kind of source",
  tag: "Catalogue",
  request: { params: KindParams },
  data: z.object({ sourceMetadata: SourceMetadata }),
});

const byName = (a: KindSummary, b: KindSummary): number => a.name.localeCompare(b.name, "en");

/** The kind of that id; a request for one that does not exist is refused. */
export async function kindOf(deps: ApiDeps, id: string): Promise<DestinationKind> {
  const kind = await deps.kinds.find(id);
  if (kind === undefined) throw notThere(`There is no such kind of destination: ${id}.`);
  return kind;
}

export const catalogueRoutes = (deps: ApiDeps) =>
  createApp()
    .openapi(listKinds, async (c) => {
      const all = (await deps.kinds.list()).toSorted(byName);
      const { items, pagination } = paginate(all, c.req.valid("query"));
      const destinationsCatalog = await inParallel(items, AT_ONCE, async ({ id }) => showKind(await kindOf(deps, id)));
      return c.json({ data: { destinationsCatalog, pagination } }, 200);
    })
    .openapi(showOne, async (c) => {
      const destinationMetadata = showKind(await kindOf(deps, c.req.valid("param").metadataId));
      return c.json({ data: { destinationMetadata } }, 200);
    })
    .openapi(index, async (c) => c.json({ data: { kinds: (await deps.kinds.list()).toSorted(byName) } }, 200))
    .openapi(whole, async (c) => c.json({ data: { kind: await kindOf(deps, c.req.valid("param").metadataId) } }, 200))
    .openapi(listSources, (c) => {
      const { items, pagination } = paginate(SourceKind.options, c.req.valid("query"));
      return c.json({ data: { sourcesCatalog: items.map(showSourceKind), pagination } }, 200);
    })
    .openapi(showSource, (c) => {
      const kind = SourceKind.safeParse(c.req.valid("param").metadataId);
      if (!kind.success) throw notThere("There is no such kind of source.");
      return c.json({ data: { sourceMetadata: showSourceKind(kind.data) } }, 200);
    });
