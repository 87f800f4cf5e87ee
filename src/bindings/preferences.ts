import type { ApiDeps } from "../api/deps.ts";
import { Preferences, toHeaderJson } from "../core/preferences.ts";

/** The typed client of durable/preferences.ts, which has no RPC: itty-durable's calls are GET requests by name. */
export function createPreferencesClient(env: Env): ApiDeps["preferences"] {
  const call = async (method: "read" | "write", args: readonly unknown[]): Promise<Preferences> => {
    const response = await env.PREFERENCES.getByName("owner").fetch(`https://preferences/do/call/${method}`, {
      headers: { "do-content": toHeaderJson(args) },
    });
    if (!response.ok) throw new Error(`preferences ${method}: ${response.status} ${await response.text()}`);
    return Preferences.parse(await response.json());
  };
  return { get: () => call("read", []), put: (patch) => call("write", [patch]) };
}
