import { budgetFindings, costReport, type CostDeps } from "../core/cost-report.ts";
import type { HealthDeps, HealthSource } from "../core/health-check.ts";
import { HEALTH, type Finding } from "../core/health.ts";
import type { SourceView } from "../core/catalog.ts";
import { intakeName } from "../core/intake.ts";
import { catalogOf } from "./catalog.ts";
import { createCostDeps } from "./cost-deps.ts";
import { withinTime } from "./time-limit.ts";

/** Replays that are looked at: what has stopped is among the latest. */
const LATEST_REPLAYS = 100;

/** Shards of before a change may still hold segments that nobody has confirmed. */
const healthSource = ({ id, name, settings, previous }: SourceView): HealthSource => ({
  id,
  name,
  shards: Math.max(settings.shards, previous?.shards ?? 1),
  drainMs: settings.drain.afterMs,
  exports: settings.exports.enabled,
});

async function budgetOf(cost: CostDeps): Promise<Finding[]> {
  if ((await cost.budget()) === null) return [];
  return budgetFindings(await costReport(cost));
}

/**
 * Supplies what looking at the workspace's health asks; each answer within HEALTH.answerMs, or it fails. The cost meter,
 * which asks many itself, has HEALTH.totalMs.
 */
export function createHealthDeps(env: Env, now: () => number): HealthDeps {
  const soon = <T>(work: Promise<T>): Promise<Awaited<T>> => withinTime(HEALTH.answerMs, work);
  const ledger = (name: string) => env.LEDGER.getByName(name);
  return {
    sources: async () => (await soon(catalogOf(env).listSources())).map(healthSource),
    destinations: () => soon(catalogOf(env).listDestinations()),
    warehouses: () => soon(catalogOf(env).listWarehouses()),
    intake: (sourceId, shard) => soon(env.INTAKE.getByName(intakeName(sourceId, shard)).standing()),
    source: (sourceId) => soon(ledger(`source:${sourceId}`).sourceStanding()),
    destination: (destinationId) => soon(ledger(`destination:${destinationId}`).standing()),
    exports: (sourceId) => soon(env.EXPORTS.getByName(sourceId).summary()),
    workspace: () => soon(ledger("workspace").workspaceStanding()),
    replays: async () => (await soon(env.REPLAYS.getByName("workspace").list({ limit: LATEST_REPLAYS }))).replays,
    clientSkew: async (sourceId) => (await soon(env.DEBUGGER.getByName(sourceId).clientSkew())) ?? undefined,
    costs: () => withinTime(HEALTH.totalMs, budgetOf(createCostDeps(env, now))),
    now,
  };
}
