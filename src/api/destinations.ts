import * as z from "zod";
import { CATALOG_LIMITS, ConsentCategory, Name, SettingValues, type Refusal, type Role } from "../core/catalog.ts";
import type { DestinationKind } from "../core/destination-kind.ts";
import type { SubscriptionInput } from "../core/subscription.ts";
import { inParallel } from "../core/pool.ts";
import { err, type Result } from "../core/result.ts";
import { AT_ONCE, createApp, json, PageParams, paginate, Pagination, route, Success, SUCCESS } from "./app.ts";
import { kindOf } from "./catalogue.ts";
import type { ApiDeps } from "./deps.ts";
import { changedSettings, newSettings } from "./destination-settings.ts";
import {
  Destination,
  DestinationAnswer,
  destinationAnswer,
  DestinationParams,
  showDestination,
} from "./destination-view.ts";
import { invalid, unwrap } from "./problem.ts";
import { SourceParams } from "./sources.ts";

const SourceIds = z.array(z.string().max(64)).min(1).max(CATALOG_LIMITS.sourcesPerDestination);
const ConsentCategories = z.array(ConsentCategory).max(CATALOG_LIMITS.consentCategoriesPerDestination);

const ListQuery = PageParams.extend({
  metadata: z
    .enum(["full", "brief"])
    .default("full")
    .describe("`brief` leaves the settings, actions and presets of each kind out."),
});
const List = z.object({ destinations: z.array(Destination), pagination: Pagination });

const list = route({
  method: "get",
  path: "/destinations",
  role: "viewer",
  summary: "All destinations, the oldest first",
  tag: "Destinations",
  request: { query: ListQuery },
  data: List,
});
const listOfSource = route({
  method: "get",
  path: "/sources/{sourceId}/connected-destinations",
  role: "viewer",
  summary: "The destinations that get a source's events",
  tag: "Sources",
  request: { params: SourceParams, query: ListQuery },
  data: List,
});
const create = route({
  method: "post",
  path: "/destinations",
  summary: "Connect a destination to one or several sources; the automatic presets of its kind become subscriptions",
  tag: "Destinations",
  request: {
    body: json(
      z
        .object({
          sourceId: z.string().max(64).optional(),
          sourceIds: SourceIds.optional(),
          metadataId: z.string().max(64),
          name: Name.optional(),
          enabled: z.boolean().default(true),
          consentCategories: ConsentCategories.default([]),
          settings: SettingValues.default({}),
        })
        .refine(({ sourceId, sourceIds }) => sourceId !== undefined || sourceIds !== undefined, {
          message: "A destination needs a source.",
          path: ["sourceId"],
        }),
    ),
  },
  data: DestinationAnswer,
});
const show = route({
  method: "get",
  path: "/destinations/{destinationId}",
  role: "viewer",
  summary: "One destination",
  tag: "Destinations",
  request: { params: DestinationParams },
  data: DestinationAnswer,
});
const update = route({
  method: "patch",
  path: "/destinations/{destinationId}",
  summary:
    "Change a destination; a setting that is named is replaced, null removes it; a source left out takes its filters along, and what waits of it is not delivered any more",
  tag: "Destinations",
  request: {
    params: DestinationParams,
    body: json(
      z.object({
        name: Name.nullable().optional(),
        enabled: z.boolean().optional(),
        sourceIds: SourceIds.optional(),
        consentCategories: ConsentCategories.optional(),
        settings: SettingValues.optional(),
      }),
    ),
  },
  data: DestinationAnswer,
});
const remove = route({
  method: "delete",
  path: "/destinations/{destinationId}",
  summary: "Delete a destination with its subscriptions and filters; what was on its way is not delivered any more",
  tag: "Destinations",
  request: { params: DestinationParams },
  data: Success,
});

/** The automatic presets as subscriptions: off until somebody has looked at them, unless the kind does one thing only. */
const presetSubscriptions = ({ presets, startsEnabled }: DestinationKind): SubscriptionInput[] =>
  presets.flatMap(({ type, trigger, name, actionId, mapping }) =>
    type === "automatic" && trigger !== null ? [{ name, actionId, trigger, mapping, enabled: startsEnabled }] : [],
  );

/** A kind that something new can be made of. */
async function usableKind(deps: ApiDeps, metadataId: string): Promise<DestinationKind> {
  const kind = await deps.kinds.find(metadataId);
  if (kind === undefined) throw invalid(`There is no such kind of destination: ${metadataId}.`, "metadataId");
  if (!kind.available) throw invalid(kind.unavailableReason ?? `${kind.name} cannot run here.`, "metadataId");
  return kind;
}

/** A refusal names the field that was sent: the Catalog knows the list alone. */
function underSourceId<T>(answer: Result<T, Refusal>): Result<T, Refusal> {
  if (answer.ok || answer.error.field !== "sourceIds") return answer;
  return err({ ...answer.error, field: "sourceId" });
}

export const destinationRoutes = (deps: ApiDeps) => {
  const { catalog } = deps;
  const page = async (query: z.infer<typeof ListQuery>, role: Role, sourceId?: string) => {
    const all = await catalog().listDestinations();
    const wanted = all.filter(({ sourceIds }) => sourceId === undefined || sourceIds.includes(sourceId));
    const { items, pagination } = paginate(wanted, query);
    const destinations = await inParallel(items, AT_ONCE, (view) =>
      showDestination(deps, view, role, query.metadata === "brief"),
    );
    return { data: { destinations, pagination } };
  };
  return createApp()
    .openapi(list, async (c) => c.json(await page(c.req.valid("query"), c.get("identity").role), 200))
    .openapi(listOfSource, async (c) => {
      const { id } = unwrap(await catalog().getSource(c.req.valid("param").sourceId));
      return c.json(await page(c.req.valid("query"), c.get("identity").role, id), 200);
    })
    .openapi(create, async (c) => {
      const { sourceId, sourceIds = [], metadataId, name, enabled, consentCategories, settings } = c.req.valid("json");
      const kind = await usableKind(deps, metadataId);
      const input = {
        sourceIds: [...(sourceId === undefined ? [] : [sourceId]), ...sourceIds],
        metadataId,
        integrationName: kind.name,
        name: name ?? kind.name,
        enabled,
        consentCategories,
        ...(await newSettings(deps, kind, settings)),
        subscriptions: presetSubscriptions(kind),
      };
      const created = await catalog().createDestination(input);
      const view = unwrap(sourceIds.length === 0 ? underSourceId(created) : created);
      return c.json(await destinationAnswer(deps, view, "owner"), 200);
    })
    .openapi(show, async (c) => {
      const view = unwrap(await catalog().getDestination(c.req.valid("param").destinationId));
      return c.json(await destinationAnswer(deps, view, c.get("identity").role), 200);
    })
    .openapi(update, async (c) => {
      const { destinationId } = c.req.valid("param");
      const { settings, name, ...rest } = c.req.valid("json");
      const old = unwrap(await catalog().getDestination(destinationId));
      const patch = {
        ...rest,
        ...(name === undefined ? {} : { name: name ?? old.integrationName }),
        ...(settings === undefined
          ? {}
          : await changedSettings(deps, await kindOf(deps, old.metadataId), settings, old)),
      };
      return c.json(
        await destinationAnswer(deps, unwrap(await catalog().updateDestination(destinationId, patch)), "owner"),
        200,
      );
    })
    .openapi(remove, async (c) => {
      const { destinationId } = c.req.valid("param");
      unwrap(await catalog().deleteDestination(destinationId));
      await deps.ledgers.resume(destinationId);
      return c.json(SUCCESS, 200);
    });
};
