import * as z from "zod";
import { SettingValues, type DestinationView } from "../core/catalog.ts";
import type { DestinationKind } from "../core/destination-kind.ts";
import { explainReason } from "../core/reasons.ts";
import { inspect } from "../core/sanitise.ts";
import { Mapping, Trigger } from "../core/subscription.ts";
import { createApp, json, route } from "./app.ts";
import { kindOf } from "./catalogue.ts";
import type { ApiDeps, Settings, TrialReport } from "./deps.ts";
import { triedSettings } from "./destination-settings.ts";
import { DestinationParams } from "./destination-view.ts";
import { createPace } from "./pace.ts";
import { invalid, unwrap } from "./problem.ts";
import { actionOf, checkMapping, checkTrigger } from "./subscription-checks.ts";

const Headers = z.record(z.string(), z.string());
const Exchange = z.object({
  request: z.object({ method: z.string(), url: z.string(), headers: Headers, body: z.string() }),
  response: z.object({ status: z.int(), headers: Headers, body: z.string() }).optional(),
  error: z.string().optional(),
});
/** Secrets are masked and texts bounded by the destination's engine. */
const Test = z.object({
  trigger: z.object({ fires: z.boolean(), error: z.string().optional() }).optional(),
  payload: z.unknown().optional(),
  payloadError: z.string().optional(),
  exchanges: z.array(Exchange).readonly(),
  outcome: z.object({
    status: z.enum(["delivered", "retry", "abandoned"]),
    reason: z.string().optional(),
    detail: z.string().optional(),
    sentence: z.string().optional(),
    todo: z.string().optional(),
  }),
});
const Authentication = z.object({ valid: z.boolean(), reason: z.string().optional() });
const SettingsBody = z.object({ settings: SettingValues.default({}) });

const TestBody = z
  .object({
    event: z
      .record(z.string(), z.unknown())
      .describe("An event as it is delivered; ids and times that are missing are made up."),
    dryRun: z.boolean().default(true).describe("Nothing is sent: the requests are those that would have gone."),
    subscriptionId: z.string().max(64).optional(),
    actionId: z.string().max(100).optional(),
    trigger: Trigger.optional(),
    settings: Mapping.optional(),
  })
  .refine(({ subscriptionId, actionId }) => (subscriptionId === undefined) !== (actionId === undefined), {
    message: "Name a subscription, or an action with its trigger and settings.",
    path: ["subscriptionId"],
  })
  .refine(({ event }) => typeof event["type"] === "string" && event["type"] !== "", {
    message: "An event has a type, such as track.",
    path: ["event", "type"],
  });

const test = route({
  method: "post",
  path: "/destinations/{destinationId}/test",
  summary: "Try one event with one subscription, past the filters: what it is mapped to, what is sent and answered",
  tag: "Destinations",
  request: { params: DestinationParams, body: json(TestBody) },
  data: z.object({ test: Test }),
});
const authenticate = route({
  method: "post",
  path: "/destinations/{destinationId}/test-authentication",
  summary: "Ask the destination whether it takes the credentials, with changed settings if any are named",
  tag: "Destinations",
  request: { params: DestinationParams, body: { ...json(SettingsBody), required: false } },
  data: z.object({ authentication: Authentication }),
});
const authenticateNew = route({
  method: "post",
  path: "/catalog/destinations/{metadataId}/test-authentication",
  summary: "Ask a destination that is not connected yet whether it takes these credentials",
  tag: "Catalogue",
  request: { params: z.object({ metadataId: z.string().max(64) }), body: json(SettingsBody) },
  data: z.object({ authentication: Authentication }),
});

function showReport({ outcome, ...report }: TrialReport): z.infer<typeof Test> {
  if (outcome.status === "delivered") return { ...report, outcome: { status: "delivered" } };
  const { status, reason, detail } = outcome;
  const { sentence, todo } = explainReason(reason);
  return { ...report, outcome: { status, reason, sentence, todo, ...(detail === undefined ? {} : { detail }) } };
}

export const trialRoutes = (deps: ApiDeps) => {
  const { catalog } = deps;
  const pace = createPace(deps.now);
  /** What is to be run: a stored subscription, or one that is being written. */
  const subject = async (view: DestinationView, body: z.infer<typeof TestBody>) => {
    if (body.subscriptionId !== undefined) {
      const stored = unwrap(await catalog().getSubscription(view.id, body.subscriptionId));
      return { actionId: stored.actionId, trigger: stored.trigger, mapping: stored.mapping };
    }
    const action = await actionOf(deps, view.metadataId, body.actionId ?? "");
    const mapping = body.settings ?? {};
    await checkMapping(deps, action, mapping);
    if (body.trigger === undefined) return { actionId: action.id, mapping };
    checkTrigger(deps, body.trigger);
    return { actionId: action.id, trigger: body.trigger, mapping };
  };
  const authentication = async (kind: DestinationKind, given: Settings, old?: DestinationView) => {
    if (!kind.available) throw invalid(kind.unavailableReason ?? `${kind.name} cannot run here.`, "metadataId");
    if (!kind.testsAuthentication) throw invalid(`${kind.name} has no way to test its credentials.`, "metadataId");
    pace();
    const verdict = unwrap(await deps.trials.credentials(triedSettings(kind, given, old)));
    const shown = verdict.ok ? { valid: true } : { valid: false, reason: verdict.error };
    return { data: { authentication: shown } };
  };
  return createApp()
    .openapi(test, async (c) => {
      const body = c.req.valid("json");
      const { event, dryRun } = body;
      if (inspect(event).tooDeep) throw invalid("The event is nested too deeply.", "event");
      const view = unwrap(await catalog().getDestination(c.req.valid("param").destinationId));
      const request = { destinationId: view.id, ...(await subject(view, body)), event, dryRun };
      if (!dryRun) pace();
      const report = unwrap(await deps.trials.subscription(request));
      return c.json({ data: { test: showReport(report) } }, 200);
    })
    .openapi(authenticate, async (c) => {
      const view = unwrap(await catalog().getDestination(c.req.valid("param").destinationId));
      const { settings = {} } = c.req.valid("json") ?? {};
      return c.json(await authentication(await kindOf(deps, view.metadataId), settings, view), 200);
    })
    .openapi(authenticateNew, async (c) => {
      const kind = await kindOf(deps, c.req.valid("param").metadataId);
      return c.json(await authentication(kind, c.req.valid("json").settings), 200);
    });
};
