import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { serve } from "../../scripts/serve.mjs";
import { TEST_SECRETS } from "./secrets.ts";

export interface RunningInlet {
  readonly url: URL;
  readonly adminToken: string;
  readonly stateDir: string;
  /** Calls the control plane as the owner and returns the parsed `data`; throws with the body on a refusal. */
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

/** Starts the bundled Worker (dist/worker, see scripts/build.mjs) on a free port with a fresh state folder. */
export async function startInlet(vars: Record<string, string> = {}): Promise<RunningInlet> {
  const stateDir = await mkdtemp(path.join(tmpdir(), "inlet-test-"));
  const server = await serve({ stateDir, vars: { ...TEST_SECRETS, INLET_DEMO: "true", ...vars }, log: "none" });
  const adminToken = TEST_SECRETS.INLET_ADMIN_TOKEN;
  return {
    url: server.url,
    adminToken,
    stateDir,
    async api<T>(method: string, pathname: string, body?: unknown): Promise<T> {
      const response = await fetch(new URL(pathname, server.url), {
        method,
        headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${pathname} → ${response.status}: ${text}`);
      return (JSON.parse(text) as { data: T }).data;
    },
    async stop() {
      await server.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
