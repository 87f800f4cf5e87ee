import type { Hono } from "hono";
import { takeAlertTasks } from "../queues/alerts.ts";
import { keepDeadMessages } from "../queues/dead-letters.ts";
import { deliverPointers } from "../queues/deliveries.ts";
import { routeSegments } from "../queues/events.ts";
import { takeExportTasks } from "../queues/exports.ts";
import { replayOverflow } from "../queues/overflow.ts";
import { takeReplaySteps } from "../queues/replays.ts";
import { createApiDeps, type ApiTools } from "./bindings/api-deps.ts";
import { createDeps, type Deps } from "./bindings/deps.ts";
import { signLink } from "./collect/links.ts";
import { collectDoor } from "./collect/routes.ts";
import { renderSnippet } from "./collect/snippet.ts";
import type { DeliveryPointer } from "./core/delivery.ts";
import type { SegmentPointer } from "./core/intake.ts";
import { PLANS } from "./core/plan.ts";
import { REJECTIONS } from "./core/rejection.ts";
import { err } from "./core/result.ts";
import { checkMapping } from "./destinations/check-mapping.ts";
import { checkTrigger } from "./destinations/check-trigger.ts";
import { OWN_KINDS } from "./destinations/own/index.ts";
import { checkHost, createGuardedFetch } from "./destinations/outbound.ts";
import { findDestination } from "./destinations/registry.ts";
import { checkSettings, testAuthentication, testDestination, type TrialDeps } from "./destinations/test-event.ts";
import { connectWarehouse } from "./warehouse/load/connect.ts";
import { siteRoutes } from "./site.ts";
import { tryWarehouse } from "./warehouse/load/trial.ts";

export { ArchiveIndex } from "../durable/archive-index.ts";
export { Catalog } from "../durable/catalog.ts";
export { Debugger } from "../durable/debugger.ts";
export { Exports } from "../durable/exports.ts";
export { Intake } from "../durable/intake.ts";
export { Ledger } from "../durable/ledger.ts";
export { Preferences } from "../durable/preferences.ts";
export { Replays } from "../durable/replays.ts";
export { Watch } from "../durable/watch.ts";

/** What one isolate builds once: the routes and the consumers' dependencies. */
interface Composition {
  readonly deps: Deps;
  readonly app: Hono;
  readonly door: ReturnType<typeof collectDoor>;
}

/** What the control plane borrows from rooms that it may not import. */
function apiTools({ delivery, warehouses }: Deps): ApiTools {
  const trial: TrialDeps = { ...delivery, newMessageId: () => `test-${crypto.randomUUID()}` };
  return {
    renderSnippet,
    kinds: {
      ownKinds: OWN_KINDS.map(({ kind }) => kind),
      checkTrigger,
      checkMapping,
    },
    trials: {
      settings: (settings) => checkSettings(settings, trial),
      credentials: (settings) => testAuthentication(settings, trial),
      subscription: (request) => testDestination(request, trial),
    },
    warehouses: { connect: (trial) => tryWarehouse(trial, warehouses) },
    async signLink(options, hmac) {
      const link = await signLink(options, hmac);
      return link.ok ? link : err(REJECTIONS[link.error]);
    },
  };
}

let composition: Composition | undefined;

function compose(env: Env): Composition {
  if (composition !== undefined) return composition;
  const deps = createDeps(env, { findDestination, createGuardedFetch, checkHost, connectWarehouse });
  const app = siteRoutes({
    collect: deps.collect,
    cdn: deps.cdn,
    api: createApiDeps(env, deps, apiTools(deps)),
  });
  composition = { deps, app, door: collectDoor(deps.collect, deps.settings.INLET_PATH_PREFIX) };
  return composition;
}

export default {
  fetch(request, env, ctx) {
    const { app, door } = compose(env);
    return door(request) ?? app.fetch(request, env, ctx);
  },
  async queue(batch, env) {
    const { deps } = compose(env);
    switch (batch.queue) {
      case "inlet-events":
        return routeSegments(batch as MessageBatch<SegmentPointer>, deps.routing);
      case "inlet-deliveries":
        return deliverPointers(batch as MessageBatch<DeliveryPointer>, deps.delivery, PLANS[deps.settings.INLET_PLAN]);
      case "inlet-alerts":
        return takeAlertTasks(batch, deps.alerts);
      case "inlet-dead-letters":
        return keepDeadMessages(batch, deps.deadLetters);
      case "inlet-overflow":
        return replayOverflow(batch as MessageBatch<string>, deps.overflow);
      case "inlet-exports":
        return takeExportTasks(batch, deps.exports);
      case "inlet-replays":
        return takeReplaySteps(batch, deps.replays);
      default:
        throw new Error(`no consumer for queue ${batch.queue}`);
    }
  },
} satisfies ExportedHandler<Env>;
