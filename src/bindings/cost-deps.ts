import type { CostDeps } from "../core/cost-report.ts";
import { HEALTH } from "../core/health.ts";
import { catalogOf } from "./catalog.ts";
import { withinTime } from "./time-limit.ts";

/** Supplies what the cost meter asks; each answer within HEALTH.answerMs, or it fails. */
export function createCostDeps(env: Env, now: () => number): CostDeps {
  const soon = <T>(work: Promise<T>): Promise<Awaited<T>> => withinTime(HEALTH.answerMs, work);
  const ledger = (name: string) => env.LEDGER.getByName(name);
  return {
    sources: () => soon(catalogOf(env).listSources()),
    destinations: () => soon(catalogOf(env).listDestinations()),
    sourceUsage: (id, query) => soon(ledger(`source:${id}`).usage(query)),
    destinationUsage: (id, query) => soon(ledger(`destination:${id}`).usage(query)),
    async stored(id, monthStart) {
      const exports = env.EXPORTS.getByName(id);
      const [archive, tables, objectsWritten] = await soon(
        Promise.all([env.ARCHIVE_INDEX.getByName(id).totals(), exports.summary(), exports.written(monthStart)]),
      );
      return { bytes: archive.bytes + tables.bytes, objectsWritten };
    },
    budget: async () => (await soon(catalogOf(env).workspace())).budgetDollars,
    now,
  };
}
