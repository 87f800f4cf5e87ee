import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Miniflare } from "miniflare";
import { serve } from "../../scripts/serve.mjs";
import { TEST_SECRETS } from "./secrets.ts";

export interface RunningInlet {
  readonly url: URL;
  readonly adminToken: string;
  readonly stateDir: string;
  /** The runtime, for reading what it keeps (R2 buckets); the product itself is used over HTTP. */
  readonly miniflare: Miniflare;
  /** Calls the control plane as the owner and returns the parsed `data`; throws with the body on a refusal. */
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

/**
 * Starts the bundled Worker (dist/worker, see scripts/build.mjs) on a free port with a fresh state folder, which is
 * removed at the end. A `stateDir` of the caller's is used as it is and stays.
 */
export async function startInlet(
  vars: Record<string, string> = {},
  { stateDir: given }: { readonly stateDir?: string } = {},
): Promise<RunningInlet> {
  const stateDir = given ?? (await mkdtemp(path.join(tmpdir(), "inlet-test-")));
  const server = await serve({
    stateDir,
    vars: { ...TEST_SECRETS, INLET_DEMO: "true", INLET_ALLOW_PRIVATE_HOSTS: "true", ...vars },
    log: "none",
  });
  const adminToken = TEST_SECRETS.INLET_ADMIN_TOKEN;
  return {
    url: server.url,
    adminToken,
    stateDir,
    miniflare: server.miniflare,
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
      if (given === undefined) await rm(stateDir, { recursive: true, force: true });
    },
  };
}
