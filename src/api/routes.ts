import * as z from "zod";
import { createRoute } from "@hono/zod-openapi";
import { alertRoutes } from "./alerts.ts";
import { createApp } from "./app.ts";
import { archiveFileRoutes } from "./archive-files.ts";
import { archiveSearchRoutes } from "./archive-search.ts";
import { archiveRoutes } from "./archive.ts";
import { refuseTraps } from "./body-check.ts";
import { catalogueRoutes } from "./catalogue.ts";
import { constantText } from "./constant-text.ts";
import { deadLetterRoutes } from "./dead-letters.ts";
import { costRoutes } from "./cost.ts";
import { debuggerRoutes } from "./debugger.ts";
import type { ApiDeps } from "./deps.ts";
import { deliveryRoutes } from "./delivery-metrics.ts";
import { deliveryOverviewRoutes } from "./delivery-overview.ts";
import { destinationRoutes } from "./destinations.ts";
import { exportFileRoutes } from "./export-files.ts";
import { exportTableRoutes } from "./export-tables.ts";
import { exportStatementRoutes } from "./export-statements.ts";
import { exportRoutes } from "./exports.ts";
import { filterRoutes } from "./filters.ts";
import {
  answerAsData,
  limitBody,
  noteChanges,
  readAsJson,
  requireIdentity,
  requireRole,
  SESSION_COOKIE,
} from "./guard.ts";
import { healthRoutes } from "./health.ts";
import { notFound, onError } from "./problem.ts";
import { replayRoutes } from "./replays.ts";
import { sessionRoutes, signInRoutes } from "./session.ts";
import { setupRoutes } from "./setup.ts";
import { sourcePartRoutes } from "./source-parts.ts";
import { sourceRoutes } from "./sources.ts";
import { subscriptionRoutes } from "./subscriptions.ts";
import { trialRoutes } from "./trials.ts";
import { traceRoutes } from "./trace.ts";
import { volumeRoutes } from "./volume.ts";
import { warehouseRoutes } from "./warehouses.ts";
import { warehouseSyncRoutes } from "./warehouse-syncs.ts";
import { warehouseTrialRoutes } from "./warehouse-trials.ts";
import { preferenceRoutes, tokenRoutes, workspaceRoutes } from "./workspace.ts";

const INFO = {
  openapi: "3.1.0",
  info: {
    title: "Inlet control plane",
    version: "1",
    description:
      "Resource paths, envelopes and names follow Segment's Public API; what it lacks (debugger, volume, lookup, setup) is in the same style. `x-role: viewer` marks what viewers may do; everything else is the owners'.",
  },
  servers: [{ url: "/api" }],
  security: [{ token: [] }, { session: [] }],
};

const describeApi = createRoute({
  method: "get",
  path: "/openapi.json",
  summary: "This description",
  tags: ["Description"],
  security: [],
  responses: {
    200: {
      description: "OpenAPI 3.1, with an ETag",
      content: { "application/json": { schema: z.looseObject({ openapi: z.string() }) } },
    },
    304: { description: "If-None-Match names the description as it is" },
  },
});

/** Everything behind the sign-in check. */
const guardedRoutes = (deps: ApiDeps) =>
  createApp()
    .route("/", sessionRoutes(deps))
    .route("/", workspaceRoutes(deps))
    .route("/", healthRoutes(deps))
    .route("/", costRoutes(deps))
    .route("/", alertRoutes(deps))
    .route("/", sourceRoutes(deps))
    .route("/", sourcePartRoutes(deps))
    .route("/", setupRoutes(deps))
    .route("/", debuggerRoutes(deps))
    .route("/", volumeRoutes(deps))
    .route("/", traceRoutes(deps))
    .route("/", tokenRoutes(deps))
    .route("/", catalogueRoutes(deps))
    .route("/", destinationRoutes(deps))
    .route("/", subscriptionRoutes(deps))
    .route("/", filterRoutes(deps))
    .route("/", trialRoutes(deps))
    .route("/", deliveryRoutes(deps))
    .route("/", deadLetterRoutes(deps))
    .route("/", deliveryOverviewRoutes(deps))
    .route("/", replayRoutes(deps))
    .route("/", archiveRoutes(deps))
    .route("/", archiveSearchRoutes(deps))
    .route("/", archiveFileRoutes(deps))
    .route("/", exportRoutes(deps))
    .route("/", exportStatementRoutes(deps))
    .route("/", exportTableRoutes(deps))
    .route("/", exportFileRoutes(deps))
    .route("/", warehouseRoutes(deps))
    .route("/", warehouseTrialRoutes(deps))
    .route("/", warehouseSyncRoutes(deps))
    .route("/", preferenceRoutes(deps));

/**
 * The control plane, to be mounted with `app.mount("/api", apiRoutes(deps).fetch)` after the SDK routes (one of
 * which, `/api/s/…`, lies under it); `route` would make `/api/` and `/api` different paths. Two routes answer
 * without sign-in: signing in, and this API's description. Everything else, known or not, is 401.
 */
export function apiRoutes(deps: ApiDeps) {
  const app = createApp();
  // Written once: strangers may ask for it, and writing it is the most work that any of them could ask for.
  const describe = constantText(() => JSON.stringify(app.getOpenAPI31Document(INFO)));
  app.use(limitBody, readAsJson, refuseTraps, answerAsData);
  app.openAPIRegistry.registerPath(describeApi);
  const open = app.route("/", signInRoutes(deps));
  open.get(describeApi.getRoutingPath(), describe);
  open.use(
    requireIdentity(deps),
    requireRole(() => app.openAPIRegistry.definitions),
    noteChanges(deps),
  );
  const api = open.route("/", guardedRoutes(deps));
  api.notFound(notFound);
  api.onError(onError(deps.newRequestId));
  const registry = api.openAPIRegistry;
  registry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  registry.registerComponent("securitySchemes", "session", { type: "apiKey", in: "cookie", name: SESSION_COOKIE });
  return api;
}
