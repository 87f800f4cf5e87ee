import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { RequestListener } from "node:http";
import path from "node:path";
import type { Miniflare } from "miniflare";
import { serve } from "../../scripts/serve.mjs";
import { callAsOwner } from "./owner-api.ts";
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

export interface StartOptions {
  /** Used as it is, and stays; else a fresh one, which is removed at the end. */
  readonly stateDir?: string;
  /** Code put before the bundle, which it imports as `./worker.js`. */
  readonly entry?: string;
  /** Gets whatever the Worker asks of the network. */
  readonly outbound?: RequestListener;
  /** 0: the runtime's inspector listens on a free port. */
  readonly inspectorPort?: number;
}

/** Starts the bundled Worker (dist/worker, see scripts/build.mjs) on a free port. */
export async function startInlet(
  vars: Record<string, string> = {},
  { stateDir: given, ...wrapping }: StartOptions = {},
): Promise<RunningInlet> {
  const stateDir = given ?? (await mkdtemp(path.join(tmpdir(), "inlet-test-")));
  const server = await serve({
    stateDir,
    vars: { ...TEST_SECRETS, INLET_DEMO: "true", INLET_ALLOW_PRIVATE_HOSTS: "true", ...vars },
    log: "none",
    ...wrapping,
  });
  const adminToken = TEST_SECRETS.INLET_ADMIN_TOKEN;
  return {
    url: server.url,
    adminToken,
    stateDir,
    miniflare: server.miniflare,
    api: (method, pathname, body) => callAsOwner(new URL(pathname, server.url), method, body),
    async stop() {
      await server.stop();
      if (given === undefined) await rm(stateDir, { recursive: true, force: true });
    },
  };
}
