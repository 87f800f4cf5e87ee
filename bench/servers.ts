import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Miniflare } from "miniflare";
import { ROOT, runtimes, serve } from "../scripts/serve.mjs";

/** Secrets of bench runs; they protect nothing. */
export const VARS = {
  INLET_ADMIN_TOKEN: "bench-admin-token-0000",
  INLET_SEAL_KEY: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
  INLET_DEMO: "true",
  // The webhooks' far end is this machine.
  INLET_ALLOW_PRIVATE_HOSTS: "true",
};

export const WORKERS = {
  inlet: "dist/worker/worker.js",
  bare: "dist/bench/bare/bare-worker.js",
  append: "dist/bench/append/append-worker.js",
  queue: "dist/bench/queue/queue-worker.js",
  counting: "dist/bench/counting/counting-worker.js",
  freePlan: "dist/bench/free-plan/free-plan-worker.js",
  dedup: "dist/bench/dedup/dedup-worker.js",
} as const;

const OWN_WORKERS = ["bare", "append", "queue", "counting", "free-plan", "dedup"];

/** The bench's own Workers, bundled as the product is. */
export function buildBenchWorkers(names: readonly string[] = OWN_WORKERS): void {
  for (const name of names) {
    const args = ["deploy", `bench/${name}-worker.ts`, "--dry-run", "--outdir", `dist/bench/${name}`];
    execFileSync(path.join(ROOT, "node_modules/.bin/wrangler"), args, { cwd: ROOT, stdio: "pipe" });
  }
}

export interface BenchServer {
  readonly url: URL;
  readonly miniflare: Miniflare;
  /** Processor time its runtime has used, ms; undefined where the system does not tell. */
  cpuMs(): number | undefined;
  /** Waits until what the load left behind (drains, deliveries) is done; returns how long that took, ms. */
  settle(): Promise<number>;
  stop(): Promise<void>;
}

/** Linux counts processor time in ticks of 10 ms. */
const TICK_MS = 10;
/** A runtime that uses at most one tick in each of two such steps is idle. */
const STEP_MS = 150;
const SETTLE_LIMIT_MS = 20_000;

function cpuMsOf(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/**
 * Starts one Worker on a free port with fresh state. Without the local asset router, which costs as much as a bare
 * Worker and does not run in the Worker's process in production.
 */
export async function startServer(
  worker: keyof typeof WORKERS,
  { vars = {}, queueWait }: { readonly vars?: Record<string, string>; readonly queueWait?: number } = {},
): Promise<BenchServer> {
  const stateDir = await mkdtemp(path.join(tmpdir(), "inlet-bench-"));
  const before = new Set(runtimes(process.pid));
  const scriptPath = path.join(ROOT, WORKERS[worker]);
  const server = await serve({
    stateDir,
    vars: { ...VARS, ...vars },
    scriptPath,
    assets: false,
    log: "warn",
    ...(queueWait === undefined ? {} : { queueWait }),
  });
  const pid = runtimes(process.pid).find((one) => !before.has(one));
  const cpuMs = () => (pid === undefined ? undefined : cpuMsOf(pid));
  return {
    url: server.url,
    miniflare: server.miniflare,
    cpuMs,
    settle: () => waitUntilIdle(cpuMs),
    async stop() {
      await server.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

async function waitUntilIdle(cpuMs: () => number | undefined): Promise<number> {
  const start = performance.now();
  for (let quiet = 0; quiet < 2 && performance.now() - start < SETTLE_LIMIT_MS;) {
    const before = cpuMs();
    await sleep(STEP_MS);
    const after = cpuMs();
    if (before === undefined || after === undefined) return sleep(2000, 2000);
    quiet = after - before <= TICK_MS ? quiet + 1 : 0;
  }
  return Math.max(0, performance.now() - start - 2 * STEP_MS);
}

/** Posts to a path of the bench Worker, or of the product; the answer, or an error with it. */
export async function callBench(server: BenchServer, path: string, body = ""): Promise<string> {
  const response = await fetch(new URL(path, server.url), { method: "POST", body });
  if (!response.ok) throw new Error(`${path} → ${response.status}: ${await response.text()}`);
  return response.text();
}
