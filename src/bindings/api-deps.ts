import type { ApiDeps, SnippetRequest, TrialDesk, WarehouseDesk } from "../api/deps.ts";
import type { Hmac, LinkOptions } from "../collect/links.ts";
import { err, type Result } from "../core/result.ts";
import type { Settings } from "../env.ts";
import { createAlertDesk } from "./alert-deps.ts";
import { createArchiveDesk } from "./archive-desk.ts";
import { catalogOf } from "./catalog.ts";
import { createCostDeps } from "./cost-deps.ts";
import type { Deps } from "./deps.ts";
import type { DirectoryCache } from "./directory.ts";
import { createHealthDeps } from "./health-deps.ts";
import { webHmac } from "./hmac.ts";
import { createExportsDesk } from "./exports-desk.ts";
import { createKindDesk, type KindTools } from "./kinds.ts";
import { createLedgerDesk } from "./ledger-desk.ts";
import { findEvent } from "./lookup.ts";
import type { OwnHosts } from "./own-hosts.ts";
import { createSessionCookies } from "./session-cookies.ts";
import { createPreferencesClient } from "./preferences.ts";
import { createReplayDesk } from "./replay-deps.ts";
import { sampleHash } from "./sample-hash.ts";
import { createTraceDeps } from "./trace-deps.ts";
import { logError } from "../log/log.ts";

/** What the control plane borrows from rooms that neither it nor this room may import: worker.ts hands it over. */
export interface ApiTools {
  renderSnippet(request: SnippetRequest): string;
  signLink(options: LinkOptions, hmac: Hmac): Promise<Result<string, string>>;
  readonly kinds: KindTools;
  /** Runs a destination's code with the means of a delivery. */
  readonly trials: TrialDesk;
  readonly warehouses: WarehouseDesk;
}

interface ApiNeeds {
  readonly settings: Settings;
  readonly directory: DirectoryCache;
  readonly hosts: OwnHosts;
  /** The guarded way out, for tests of alerts. */
  readonly warehouses: Pick<Deps["warehouses"], "fetch">;
}

/** Supplies what the control plane needs from this Worker's bindings. */
export function createApiDeps(
  env: Env,
  { settings, directory, hosts, warehouses: ways }: ApiNeeds,
  { renderSnippet, signLink, kinds, trials, warehouses }: ApiTools,
): ApiDeps {
  const ledger = (name: string) => env.LEDGER.getByName(name);
  const samples = (sourceId: string) => env.DEBUGGER.getByName(sourceId);
  const now = () => Date.now();
  return {
    pathPrefix: settings.INLET_PATH_PREFIX,
    demo: settings.INLET_DEMO,
    catalog: () => catalogOf(env),
    sessionCookies: createSessionCookies(settings.INLET_SEAL_KEY),
    kinds: createKindDesk((path) => env.ASSETS.fetch(new URL(path, "https://assets.invalid")), kinds),
    trials,
    warehouses,
    ledgers: createLedgerDesk(env),
    replays: createReplayDesk(env),
    exports: createExportsDesk(env),
    archive: createArchiveDesk(env, now),
    chance: { random: () => Math.random(), hash: sampleHash },
    preferences: createPreferencesClient(env),
    listSamples: (sourceId, filter, count) => samples(sourceId).list(filter, count),
    openLive: (sourceId, request) => samples(sourceId).fetch(request),
    clearSamples: (sourceId) => samples(sourceId).clear(),
    sourceVolume: (sourceId, minutes) => ledger(`source:${sourceId}`).volume({ minutes, now: now() }),
    unknownVolume: (minutes) => ledger("workspace").volume({ minutes, now: now() }),
    lookup: (source, messageId) => findEvent(env, source, messageId, now()),
    trace: createTraceDeps(env, now),
    health: createHealthDeps(env, now),
    cost: createCostDeps(env, now),
    alerts: createAlertDesk(env, ways.fetch),
    renderSnippet,
    async signLink({ sourceId, ...request }) {
      const isIt = (source: { readonly id: string }) => source.id === sourceId;
      // A source made a moment ago is not in this isolate's copy yet.
      const source = (await directory.get()).sources.find(isIt) ?? (await directory.reload(sourceId));
      if (source === undefined) return err("The source is gone.");
      return signLink({ ...request, pathPrefix: settings.INLET_PATH_PREFIX, linkKey: source.linkKey }, webHmac);
    },
    async noteChange(host) {
      directory.expire();
      await hosts.note(host).catch((error: unknown) => logError("own_host_not_noted", {}, error));
    },
    newResendId: () => crypto.randomUUID().replaceAll("-", ""),
    newReplayId: () => crypto.randomUUID().replaceAll("-", ""),
    now,
    newRequestId: () => crypto.randomUUID(),
  };
}
