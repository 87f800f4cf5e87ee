import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "../scripts/serve.mjs";
import { median } from "./load.ts";
import { bodyMaker, pathFor } from "./sample-events.ts";
import { startServer, WORKERS, type BenchServer } from "./servers.ts";

export interface Startup {
  /** Bytes of the bundled Worker, plain and after gzip. */
  readonly bytes: number;
  readonly gzip: number;
  /** ms from starting the runtime to the first 200, medians; the difference is Inlet's own script. */
  readonly inletMs: number;
  readonly bareMs: number;
  /** Inlet's own part in processor time of the runtime, ms: what a busy machine cannot distort. Linux only. */
  readonly ownCpuMs: number | undefined;
  /** ms from then to the acknowledgement of a first event on empty storage: Catalog and Intake are made for it. */
  readonly firstEventMs: number;
}

/** A path that Inlet answers without reading the body, and a body that the bare Worker can parse. */
const IDLE_CALL = { path: "/v1/m", body: "{}" };

async function post(server: BenchServer, path: string, body: string): Promise<void> {
  const response = await fetch(new URL(path, server.url), { method: "POST", body });
  if (response.status !== 200) throw new Error(`${path} was answered ${response.status}`);
  await response.text();
}

interface Start {
  readonly started: number;
  readonly firstEvent: number;
  readonly cpu: number | undefined;
}

async function timeStart(worker: "inlet" | "bare"): Promise<Start> {
  const start = performance.now();
  const server = await startServer(worker);
  try {
    await post(server, IDLE_CALL.path, IDLE_CALL.body);
    const started = performance.now() - start;
    const cpu = server.cpuMs();
    await post(server, pathFor(1), bodyMaker(1, "first")());
    return { started, cpu, firstEvent: performance.now() - start - started };
  } finally {
    await server.stop();
  }
}

export async function measureStartup(rounds: number): Promise<Startup> {
  const inlet: Start[] = [];
  const bare: Start[] = [];
  for (let i = 0; i < rounds; i++) {
    inlet.push(await timeStart("inlet"));
    bare.push(await timeStart("bare"));
  }
  const bundle = readFileSync(path.join(ROOT, WORKERS.inlet));
  return {
    bytes: bundle.length,
    gzip: gzipSync(bundle).length,
    inletMs: median(inlet.map((one) => one.started)),
    bareMs: median(bare.map((one) => one.started)),
    ownCpuMs: cpuOf(inlet, bare),
    firstEventMs: median(inlet.map((one) => one.firstEvent)),
  };
}

function cpuOf(inlet: readonly Start[], bare: readonly Start[]): number | undefined {
  const own = inlet.flatMap((one, i) => {
    const floor = bare[i]?.cpu;
    return one.cpu === undefined || floor === undefined ? [] : [one.cpu - floor];
  });
  return own.length === 0 ? undefined : median(own);
}
