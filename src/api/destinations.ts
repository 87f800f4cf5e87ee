import * as z from "zod";
import { SettingValue, type DestinationView } from "../core/catalog.ts";
import {
  createApp,
  iso,
  IsoTime,
  json,
  Minutes,
  PageParams,
  paginate,
  Pagination,
  route,
  Success,
  SUCCESS,
} from "./app.ts";
import type { ApiDeps, DestinationKind } from "./deps.ts";
import { DeliveryMetrics, showMetrics } from "./delivery-metrics.ts";
import { readSettings } from "./destination-settings.ts";
import { invalid, unwrap } from "./problem.ts";

const Params = z.object({ destinationId: z.string().max(64) });
const Name = z.string().trim().min(1).max(120);
const SettingsBody = z.record(z.string(), SettingValue);
const Settings = z.record(z.string(), SettingValue);

/** A destination; secret settings are never shown, `secrets` says which of them hold a value. */
const Destination = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  metadata: z.object({ id: z.string(), name: z.string() }),
  sourceId: z.string(),
  settings: Settings,
  secrets: z.record(z.string(), z.boolean()),
  createdAt: IsoTime,
  updatedAt: IsoTime,
});
const DestinationAnswer = z.object({ destination: Destination });

const Option = z.object({
  name: z.string(),
  label: z.string(),
  type: z.string(),
  required: z.boolean(),
  description: z.string(),
  secret: z.boolean(),
  choices: z.array(z.string()).optional(),
  defaultValue: z.unknown().optional(),
});
const CatalogEntry = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  options: z.array(Option),
});

const catalogue = route({
  method: "get",
  path: "/catalog/destinations",
  summary: "The kinds of destination there are, with their settings",
  tag: "Destinations",
  request: {},
  data: z.object({ destinationsCatalog: z.array(CatalogEntry) }),
});
const list = route({
  method: "get",
  path: "/destinations",
  summary: "All destinations, the oldest first",
  tag: "Destinations",
  request: { query: PageParams },
  data: z.object({ destinations: z.array(Destination), pagination: Pagination }),
});
const create = route({
  method: "post",
  path: "/destinations",
  summary: "Connect a destination to a source",
  tag: "Destinations",
  request: {
    body: json(
      z.object({
        sourceId: z.string().max(64),
        metadataId: z.string().max(64),
        name: Name.optional(),
        enabled: z.boolean().default(true),
        settings: SettingsBody.default({}),
      }),
    ),
  },
  data: DestinationAnswer,
});
const show = route({
  method: "get",
  path: "/destinations/{destinationId}",
  summary: "One destination",
  tag: "Destinations",
  request: { params: Params },
  data: DestinationAnswer,
});
const update = route({
  method: "patch",
  path: "/destinations/{destinationId}",
  summary: "Change a destination; a setting that is named is replaced, null removes it",
  tag: "Destinations",
  request: {
    params: Params,
    body: json(z.object({ name: Name.optional(), enabled: z.boolean().optional(), settings: SettingsBody.optional() })),
  },
  data: DestinationAnswer,
});
const remove = route({
  method: "delete",
  path: "/destinations/{destinationId}",
  summary: "Delete a destination; what was on its way is not delivered any more",
  tag: "Destinations",
  request: { params: Params },
  data: Success,
});
const metrics = route({
  method: "get",
  path: "/destinations/{destinationId}/delivery-metrics",
  summary: "Delivered, retried and abandoned over the last minutes, with latency and errors",
  tag: "Destinations",
  request: { params: Params, query: Minutes },
  data: z.object({ metrics: DeliveryMetrics }),
});

const showDestination = (view: DestinationView): z.infer<typeof Destination> => ({
  id: view.id,
  name: view.name,
  enabled: view.enabled,
  metadata: { id: view.metadataId, name: view.integrationName },
  sourceId: view.sourceIds[0] ?? "",
  settings: view.settings,
  secrets: { ...view.secrets },
  createdAt: iso(view.createdAt),
  updatedAt: iso(view.updatedAt),
});

const showKind = ({ id, name, slug, description, fields }: DestinationKind): z.infer<typeof CatalogEntry> => ({
  id,
  name,
  slug,
  description,
  options: fields.map(({ choices, ...field }) => ({
    ...field,
    ...(choices === undefined ? {} : { choices: [...choices] }),
  })),
});

export const destinationRoutes = (deps: ApiDeps) => {
  const { catalog, destinations } = deps;
  const kindOf = (metadataId: string) => destinations.find((kind) => kind.id === metadataId);
  return createApp()
    .openapi(catalogue, (c) => c.json({ data: { destinationsCatalog: destinations.map(showKind) } }, 200))
    .openapi(list, async (c) => {
      const { items, pagination } = paginate(await catalog().listDestinations(), c.req.valid("query"));
      return c.json({ data: { destinations: items.map(showDestination), pagination } }, 200);
    })
    .openapi(create, async (c) => {
      const { sourceId, metadataId, name, enabled, settings } = c.req.valid("json");
      const kind = kindOf(metadataId);
      if (kind === undefined) throw invalid("There is no such kind of destination.", "metadataId");
      const parts = readSettings(kind, settings);
      const integrationName = kind.name;
      const input = {
        sourceIds: [sourceId],
        consentCategories: [],
        subscriptions: [],
        metadataId,
        integrationName,
        name: name ?? kind.name,
        enabled,
        ...parts,
      };
      return c.json({ data: { destination: showDestination(unwrap(await catalog().createDestination(input))) } }, 200);
    })
    .openapi(show, async (c) => {
      const destination = unwrap(await catalog().getDestination(c.req.valid("param").destinationId));
      return c.json({ data: { destination: showDestination(destination) } }, 200);
    })
    .openapi(update, async (c) => {
      const { destinationId } = c.req.valid("param");
      const { settings, name, enabled } = c.req.valid("json");
      const old = unwrap(await catalog().getDestination(destinationId));
      const kind = kindOf(old.metadataId);
      if (kind === undefined) throw invalid("This kind of destination does not exist any more.", "metadataId");
      const patch = {
        ...(name === undefined ? {} : { name }),
        ...(enabled === undefined ? {} : { enabled }),
        ...(settings === undefined ? {} : readSettings(kind, settings, old)),
      };
      const destination = unwrap(await catalog().updateDestination(destinationId, patch));
      return c.json({ data: { destination: showDestination(destination) } }, 200);
    })
    .openapi(remove, async (c) => {
      unwrap(await catalog().deleteDestination(c.req.valid("param").destinationId));
      return c.json(SUCCESS, 200);
    })
    .openapi(metrics, async (c) => {
      const { id } = unwrap(await catalog().getDestination(c.req.valid("param").destinationId));
      const summary = await deps.deliverySummary(id, c.req.valid("query").minutes);
      return c.json({ data: { metrics: showMetrics(summary) } }, 200);
    });
};
