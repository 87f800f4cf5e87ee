import { waitUntil } from "cloudflare:workers";
import type { AlertDeps } from "../../queues/alerts.ts";
import type { DeadLettersDeps } from "../../queues/dead-letters.ts";
import type { RoutingDeps } from "../../queues/events.ts";
import type { ExportDeps } from "../../queues/exports.ts";
import type { OverflowDeps } from "../../queues/overflow.ts";
import type { ReplayDeps } from "../../queues/replays.ts";
import type { BeaconDeps } from "../collect/beacon.ts";
import type { DemoDeps } from "../collect/demo/routes.ts";
import type { CollectDeps } from "../collect/routes.ts";
import type { DeliveryDeps } from "../destinations/deliver-job.ts";
import { Settings } from "../env.ts";
import type { WarehouseTrialDeps } from "../warehouse/load/trial.ts";
import { createAcceptDeps } from "./accept-deps.ts";
import { createAlertDeps } from "./alert-deps.ts";
import { appendParked } from "./append.ts";
import { createDeadLettersDeps, createDeliveryDeps, createRoutingDeps, type Workshop } from "./delivery-deps.ts";
import { catalogOf } from "./catalog.ts";
import { createExportDeps } from "./export-deps.ts";
import { DirectoryCache } from "./directory.ts";
import { webHmac } from "./hmac.ts";
import { createLoadDeps, createWarehouseWays } from "./load-deps.ts";
import { OwnHosts } from "./own-hosts.ts";
import { createReplayDeps } from "./replay-deps.ts";
import { withinTime } from "./time-limit.ts";

/** For the directory: a Catalog that hangs counts as unreachable, and the old copy serves on. */
const CATALOG_LIMIT_MS = 5000;

/** Everything the rooms need from outside, made once per isolate. */
export interface Deps {
  readonly settings: Settings;
  readonly directory: DirectoryCache;
  readonly collect: CollectDeps & BeaconDeps;
  /** Whatever is read-only to visitors: library, settings, demo shop, the dashboard's page. */
  readonly cdn: DemoDeps;
  readonly overflow: OverflowDeps;
  readonly routing: RoutingDeps;
  readonly hosts: OwnHosts;
  readonly delivery: DeliveryDeps;
  readonly replays: ReplayDeps;
  readonly exports: ExportDeps;
  /** The way out to warehouses. */
  readonly warehouses: WarehouseTrialDeps;
  readonly deadLetters: DeadLettersDeps;
  readonly alerts: AlertDeps;
}

/**
 * Throws when a setting is missing or malformed: such a deployment must not look alive.
 * @param workshop the catalogue of src/destinations, whose code this room does not import.
 */
export function createDeps(env: Env, workshop: Workshop): Deps {
  const settings = Settings.parse(env);
  const catalog = () => env.CATALOG.getByName("workspace");
  const directory = new DirectoryCache(
    (version) => withinTime(CATALOG_LIMIT_MS, catalog().directory(version)),
    () => Date.now(),
  );
  const hosts = new OwnHosts(
    settings.INLET_HOSTS,
    () => catalogOf(env),
    () => Date.now(),
  );
  const warehouses = createWarehouseWays(env, settings, workshop, hosts);
  const routeOf = async (sourceId: string) => (await directory.reload(sourceId))?.route;
  return {
    settings,
    directory,
    collect: {
      ...createAcceptDeps(env, directory, (work) => waitUntil(work)),
      hmac: webHmac,
      newAnonymousId: () => crypto.randomUUID(),
      waitUntil: (work) => waitUntil(work),
    },
    cdn: {
      findSource: (writeKeys) => directory.findSource(writeKeys),
      asset: (path) => env.ASSETS.fetch(new URL(path, "https://assets.invalid")),
      pathPrefix: settings.INLET_PATH_PREFIX,
      demo: settings.INLET_DEMO,
      newNonce: () => crypto.randomUUID(),
    },
    overflow: {
      routeOf,
      append: (route, events, receivedAt) => appendParked(env, route, events, receivedAt, routeOf),
      note: (sourceId, count, again) =>
        env.LEDGER.getByName(`source:${sourceId}`).count(Date.now(), { [again ? "parked_again" : "parked"]: count }),
    },
    routing: createRoutingDeps(env),
    hosts,
    delivery: createDeliveryDeps(env, settings, workshop, hosts),
    replays: createReplayDeps(env),
    exports: createExportDeps(env, settings, createLoadDeps(env, warehouses, workshop)),
    warehouses,
    deadLetters: createDeadLettersDeps(env),
    alerts: createAlertDeps(env, warehouses.fetch),
  };
}
