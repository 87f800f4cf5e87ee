import type { OutboundOptions } from "../destinations/outbound.ts";
import type { Settings } from "../env.ts";
import type { LoadDeps } from "../warehouse/load/follow.ts";
import type { WarehouseTrialDeps } from "../warehouse/load/trial.ts";
import { catalogOf } from "./catalog.ts";
import { timeLimit, type Workshop } from "./delivery-deps.ts";
import type { OwnHosts } from "./own-hosts.ts";
import { withinTime } from "./time-limit.ts";

const hasConnection = (binding: unknown): binding is { readonly connectionString: string } =>
  typeof binding === "object" &&
  binding !== null &&
  "connectionString" in binding &&
  typeof binding.connectionString === "string";

/** Out of here, by the rules for destinations. Hyperdrive goes where the owner has set it to go. */
export function createWarehouseWays(
  env: Env,
  settings: Settings,
  { createGuardedFetch, checkHost }: Pick<Workshop, "createGuardedFetch" | "checkHost">,
  hosts: OwnHosts,
): WarehouseTrialDeps {
  const rules: Pick<OutboundOptions, "isOwnHost" | "allowPrivate"> = {
    isOwnHost: (host, anyPort) => hosts.has(host, anyPort),
    allowPrivate: settings.INLET_ALLOW_PRIVATE_HOSTS,
  };
  const bindings: Readonly<Record<string, unknown>> = { ...env };
  return {
    openWarehouse: (id) => catalogOf(env).openWarehouse(id),
    fetch: createGuardedFetch({ ...rules, fetch: (url, init) => fetch(url, init) }),
    checkHost: (host, port) => checkHost(host, port, rules),
    hyperdrive(name) {
      const binding = bindings[name];
      return hasConnection(binding) ? binding.connectionString : undefined;
    },
    within: (ms, work) => withinTime(ms, work),
    timeLimit,
  };
}

export const createLoadDeps = (env: Env, ways: WarehouseTrialDeps, { connectWarehouse }: Workshop): LoadDeps => ({
  openWarehouse: ways.openWarehouse,
  connect: (warehouse, schema) => connectWarehouse(warehouse, schema, ways),
  async read(key) {
    const object = await env.ARCHIVE.get(key);
    return object === null ? null : new Uint8Array(await object.arrayBuffer());
  },
  now: () => Date.now(),
});
