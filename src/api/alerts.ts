import * as z from "zod";
import { statusOfMessage } from "../core/alert-state.ts";
import {
  AlertRule,
  ALERTS,
  ChannelKind,
  MessageKind,
  type AlertInput,
  type AlertState,
  type AlertView,
  type Notification,
} from "../core/alert.ts";
import { Name } from "../core/catalog.ts";
import { defined } from "../core/defined.ts";
import {
  createApp,
  iso,
  isoField,
  IsoTime,
  json,
  PageParams,
  paginate,
  Pagination,
  route,
  Success,
  SUCCESS,
} from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { notThere, unwrap } from "./problem.ts";

const TAG = "Alerts";
const Message = z.object({
  id: z.string(),
  kind: MessageKind,
  at: IsoTime,
  sentence: z.string(),
  status: z.enum(["waiting", "sent", "failed"]),
  attempts: z.array(z.object({ at: IsoTime, ok: z.boolean(), words: z.string() })),
  nextAt: IsoTime.optional(),
});
const State = z.object({
  status: z.enum(["ok", "firing"]),
  since: IsoTime,
  checkedAt: IsoTime,
  sentence: z.string(),
  /** Nobody could say: it stands as it stood. */
  unknown: z.boolean(),
  /** While firing: since when nothing is wrong any more; it is over once that has lasted ten minutes. */
  goodSince: IsoTime.optional(),
});
const Alert = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  rule: AlertRule,
  /** Of the address, which is secret, only the host. */
  channel: z.object({ kind: ChannelKind, host: z.string(), signed: z.boolean() }),
  /** Absent before the first look, and while it is off. */
  state: State.optional(),
  /** The latest, the newest first. */
  messages: z.array(Message),
  createdAt: IsoTime,
  updatedAt: IsoTime,
});
export type AlertAnswer = z.infer<typeof Alert>;

const Address = z
  .string()
  .max(2000)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, password } = new URL(text);
    return /^https?:$/.test(protocol) && username === "" && password === "";
  }, "must be an http or https URL without a user name");
const Secret = z.string().min(1).max(500).nullable();

const NewChannel = z.strictObject({ kind: ChannelKind, url: Address, sharedSecret: Secret.optional() });
const ChannelPatch = NewChannel.partial({ url: true });
const NewAlert = z.strictObject({
  name: Name,
  enabled: z.boolean().default(true),
  rule: AlertRule,
  channel: NewChannel,
});
const AlertPatch = z.strictObject({
  name: Name.optional(),
  enabled: z.boolean().optional(),
  rule: AlertRule.optional(),
  channel: ChannelPatch.optional(),
});
const Params = z.object({ alertId: z.string().max(64) });
const Answer = z.object({ alert: Alert });

const list = route({
  method: "get",
  path: "/alerts",
  summary: "All alert rules, the oldest first, with how they stand and what was told of them",
  tag: TAG,
  role: "viewer",
  request: { query: PageParams },
  data: z.object({ alerts: z.array(Alert), pagination: Pagination }),
});
const create = route({
  method: "post",
  path: "/alerts",
  summary: "Add an alert rule; it is looked at every five minutes",
  tag: TAG,
  request: { body: json(NewAlert) },
  data: Answer,
});
const show = route({
  method: "get",
  path: "/alerts/{alertId}",
  summary: "One alert rule",
  tag: TAG,
  role: "viewer",
  request: { params: Params },
  data: Answer,
});
const update = route({
  method: "patch",
  path: "/alerts/{alertId}",
  summary: "Change an alert rule; an address or secret that is not named stays, a secret of null is removed",
  tag: TAG,
  request: { params: Params, body: json(AlertPatch) },
  data: Answer,
});
const remove = route({
  method: "delete",
  path: "/alerts/{alertId}",
  summary: "Remove an alert rule; what waits for its channel is not sent any more",
  tag: TAG,
  request: { params: Params },
  data: Success,
});
const test = route({
  method: "post",
  path: "/alerts/{alertId}/test",
  summary: "Send a message that says it is a test, at once, and say what came back",
  tag: TAG,
  request: { params: Params },
  data: z.object({ message: Message }),
});

const showMessage = (message: Notification): z.infer<typeof Message> => ({
  id: message.id,
  kind: message.kind,
  at: iso(message.at),
  sentence: message.sentence,
  status: statusOfMessage(message),
  attempts: message.attempts.map(({ at, ok, words }) => ({ at: iso(at), ok, words })),
  ...isoField("nextAt", message.nextAt),
});

const showState = ({ status, since, checkedAt, sentence, unknown, goodSince }: AlertState): z.infer<typeof State> => ({
  status,
  since: iso(since),
  checkedAt: iso(checkedAt),
  sentence,
  unknown: unknown === true,
  ...isoField("goodSince", goodSince),
});

type Watched = Awaited<ReturnType<ApiDeps["alerts"]["view"]>>;

function showAlert({ id, name, enabled, rule, channel, signed, createdAt, updatedAt }: AlertView, watched: Watched) {
  const state = enabled ? watched.states[id] : undefined;
  const messages = watched.messages.filter(({ ruleId }) => ruleId === id).slice(0, ALERTS.shown);
  return {
    id,
    name,
    enabled,
    rule,
    channel: { ...channel, signed },
    ...defined("state", state === undefined ? undefined : showState(state)),
    messages: messages.map(showMessage),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  };
}

/** The channel's plain part, and its secrets apart from it. A Slack address needs no signature. */
function channelParts({ kind, url, sharedSecret }: z.infer<typeof ChannelPatch>, host: string) {
  return {
    channel: { kind, host: url === undefined ? host : new URL(url).host },
    secrets: {
      ...defined("url", url),
      ...(kind === "slack" ? { sharedSecret: null } : sharedSecret === undefined ? {} : { sharedSecret }),
    },
  } satisfies Pick<AlertInput, "channel" | "secrets">;
}

/** Rules of what somebody wants to be told of. */
export const alertRoutes = ({ catalog, alerts }: ApiDeps) => {
  const answer = async (view: AlertView) => ({ data: { alert: showAlert(view, await alerts.view()) } });
  return createApp()
    .openapi(list, async (c) => {
      const all = await catalog().listAlerts();
      const { items, pagination } = paginate(all, c.req.valid("query"));
      const watched = await alerts.view();
      // The request that made the rule ended before Watch was told.
      if (!watched.awake && all.some(({ enabled: on }) => on)) await alerts.refresh();
      return c.json({ data: { alerts: items.map((view) => showAlert(view, watched)), pagination } }, 200);
    })
    .openapi(create, async (c) => {
      const { channel, ...rest } = c.req.valid("json");
      const input = { ...rest, ...channelParts(channel, ""), consoleUrl: new URL(c.req.url).origin };
      const view = unwrap(await catalog().createAlert(input));
      await alerts.refresh();
      return c.json(await answer(view), 200);
    })
    .openapi(show, async (c) =>
      c.json(await answer(unwrap(await catalog().getAlert(c.req.valid("param").alertId))), 200),
    )
    .openapi(update, async (c) => {
      const { alertId } = c.req.valid("param");
      const { channel, name, enabled, rule } = c.req.valid("json");
      const old = unwrap(await catalog().getAlert(alertId));
      const patch = {
        ...defined("name", name),
        ...defined("enabled", enabled),
        ...defined("rule", rule),
        ...(channel === undefined ? {} : channelParts(channel, old.channel.host)),
        consoleUrl: new URL(c.req.url).origin,
      };
      const view = unwrap(await catalog().updateAlert(alertId, patch));
      // Another rule stands as nobody has looked yet; the same again, beside a new name, goes on as it stands.
      const same = view.enabled === old.enabled && JSON.stringify(view.rule) === JSON.stringify(old.rule);
      await alerts.refresh(same ? undefined : alertId);
      return c.json(await answer(view), 200);
    })
    .openapi(remove, async (c) => {
      const { alertId } = c.req.valid("param");
      unwrap(await catalog().deleteAlert(alertId));
      await alerts.refresh(alertId);
      return c.json(SUCCESS, 200);
    })
    .openapi(test, async (c) => {
      const message = await alerts.test(c.req.valid("param").alertId, "Somebody tries whether this channel works.");
      if (message === null) throw notThere("There is no such alert.");
      return c.json({ data: { message: showMessage(message) } }, 200);
    });
};
