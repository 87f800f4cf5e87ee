import * as z from "zod";
import type { ActionKind } from "../core/destination-kind.ts";
import { Mapping, SubscriptionRecord, Trigger, type SubscriptionPatch } from "../core/subscription.ts";
import { createApp, iso, IsoTime, json, PageParams, paginate, Pagination, route, Success, SUCCESS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { DestinationParams } from "./destination-view.ts";
import { unwrap } from "./problem.ts";
import { actionOf, checkMapping, checkTrigger } from "./subscription-checks.ts";

const Params = DestinationParams.extend({ subscriptionId: z.string().max(64) });
const { name: Name, actionId: ActionId } = SubscriptionRecord.shape;

/** A subscription as the Public API shows it (delivery.md §5.8): `settings` is the mapping. */
const Subscription = z.object({
  id: z.string(),
  name: z.string(),
  actionId: z.string(),
  actionSlug: z.string(),
  destinationId: z.string(),
  enabled: z.boolean(),
  trigger: z.string(),
  settings: Mapping,
  createdAt: IsoTime,
  updatedAt: IsoTime,
});
const Answer = z.object({ subscription: Subscription });
/** The Public API's own word for a new one, beside ours. */
const CreatedAnswer = Answer.extend({ destinationSubscription: Subscription });

const Change = z.object({
  name: Name.optional(),
  enabled: z.boolean().optional(),
  trigger: Trigger.optional(),
  settings: Mapping.optional(),
});

const list = route({
  method: "get",
  path: "/destinations/{destinationId}/subscriptions",
  role: "viewer",
  summary: "The subscriptions (mappings) of a destination, the oldest first",
  tag: "Subscriptions",
  request: { params: DestinationParams, query: PageParams },
  data: z.object({ subscriptions: z.array(Subscription), pagination: Pagination }),
});
const create = route({
  method: "post",
  path: "/destinations/{destinationId}/subscriptions",
  summary: "Add a subscription; without settings it maps what the action's fields have as defaults",
  tag: "Subscriptions",
  request: {
    params: DestinationParams,
    body: json(
      z.object({
        name: Name,
        actionId: ActionId,
        trigger: Trigger,
        enabled: z.boolean().default(false),
        settings: Mapping.optional(),
      }),
    ),
  },
  data: CreatedAnswer,
});
const show = route({
  method: "get",
  path: "/destinations/{destinationId}/subscriptions/{subscriptionId}",
  role: "viewer",
  summary: "One subscription",
  tag: "Subscriptions",
  request: { params: Params },
  data: Answer,
});
const update = route({
  method: "patch",
  path: "/destinations/{destinationId}/subscriptions/{subscriptionId}",
  summary: "Change a subscription; settings are replaced as a whole",
  tag: "Subscriptions",
  // The Public API wraps the change in `input`; both ways work.
  request: { params: Params, body: json(Change.extend({ input: Change.optional() })) },
  data: Answer,
});
const remove = route({
  method: "delete",
  path: "/destinations/{destinationId}/subscriptions/{subscriptionId}",
  summary: "Delete a subscription; what was on its way through it is not delivered any more",
  tag: "Subscriptions",
  request: { params: Params },
  data: Success,
});

const defaultsOf = ({ fields }: ActionKind): Mapping =>
  Object.fromEntries(
    fields.flatMap((field) => (field.defaultValue === undefined ? [] : [[field.id, field.defaultValue]])),
  );

const showAs = (record: SubscriptionRecord, actionSlug: string): z.infer<typeof Subscription> => ({
  id: record.id,
  name: record.name,
  actionId: record.actionId,
  actionSlug,
  destinationId: record.destinationId,
  enabled: record.enabled,
  trigger: record.trigger,
  settings: record.mapping,
  createdAt: iso(record.createdAt),
  updatedAt: iso(record.updatedAt),
});

export const subscriptionRoutes = (deps: ApiDeps) => {
  const { catalog } = deps;
  /** With the slugs of their actions; an action that this version lacks is called by its key. */
  const showAll = async (destinationId: string, records: readonly SubscriptionRecord[]) => {
    const { metadataId } = unwrap(await catalog().getDestination(destinationId));
    const actions = (await deps.kinds.find(metadataId))?.actions ?? [];
    const slugOf = (actionId: string) => actions.find(({ id }) => id === actionId)?.slug ?? actionId;
    return records.map((record) => showAs(record, slugOf(record.actionId)));
  };
  const answer = async (record: SubscriptionRecord) => {
    const [subscription] = await showAll(record.destinationId, [record]);
    return { subscription: subscription ?? showAs(record, record.actionId) };
  };
  return createApp()
    .openapi(list, async (c) => {
      const { destinationId } = c.req.valid("param");
      const all = unwrap(await catalog().listSubscriptions(destinationId));
      const { items, pagination } = paginate(all, c.req.valid("query"));
      return c.json({ data: { subscriptions: await showAll(destinationId, items), pagination } }, 200);
    })
    .openapi(create, async (c) => {
      const { destinationId } = c.req.valid("param");
      const { actionId, settings, ...body } = c.req.valid("json");
      const { metadataId } = unwrap(await catalog().getDestination(destinationId));
      const action = await actionOf(deps, metadataId, actionId);
      const mapping = settings ?? defaultsOf(action);
      checkTrigger(deps, body.trigger);
      await checkMapping(deps, action, mapping);
      const input = { ...body, actionId: action.id, mapping };
      const data = await answer(unwrap(await catalog().createSubscription(destinationId, input)));
      return c.json({ data: { ...data, destinationSubscription: data.subscription } }, 200);
    })
    .openapi(show, async (c) => {
      const { destinationId, subscriptionId } = c.req.valid("param");
      const record = unwrap(await catalog().getSubscription(destinationId, subscriptionId));
      return c.json({ data: await answer(record) }, 200);
    })
    .openapi(update, async (c) => {
      const { destinationId, subscriptionId } = c.req.valid("param");
      const { input, ...bare } = c.req.valid("json");
      const { settings, ...change } = { ...bare, ...input };
      const old = unwrap(await catalog().getSubscription(destinationId, subscriptionId));
      if (change.trigger !== undefined) checkTrigger(deps, change.trigger);
      if (settings !== undefined) {
        const { metadataId } = unwrap(await catalog().getDestination(destinationId));
        await checkMapping(deps, await actionOf(deps, metadataId, old.actionId), settings);
      }
      const patch: SubscriptionPatch = { ...change, ...(settings === undefined ? {} : { mapping: settings }) };
      return c.json(
        { data: await answer(unwrap(await catalog().updateSubscription(destinationId, subscriptionId, patch))) },
        200,
      );
    })
    .openapi(remove, async (c) => {
      const { destinationId, subscriptionId } = c.req.valid("param");
      unwrap(await catalog().deleteSubscription(destinationId, subscriptionId));
      return c.json(SUCCESS, 200);
    });
};
