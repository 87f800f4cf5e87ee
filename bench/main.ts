import { fork } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import path from "node:path";
import { ROOT } from "../scripts/serve.mjs";
import type { CoreReport } from "./core-work.ts";
import { measureDedup, type DedupFigures } from "./dedup.ts";
import { LoadDriver } from "./load.ts";
import { countOperations, type CountedShape, type Operations, type StoredIds } from "./operations.ts";
import { renderReport } from "./report.ts";
import { buildBenchWorkers } from "./servers.ts";
import { measureStartup, type Startup } from "./startup.ts";
import { measureThroughput, type Shape, type ShapeFigures } from "./throughput.ts";

export interface BenchReport {
  readonly at: string;
  readonly quick: boolean;
  readonly machine: {
    readonly cores: number;
    readonly model: string;
    readonly memoryGb: number;
    readonly node: string;
    readonly workerd: string;
    /** Load average when the run began: above 0.5 somebody else was using the machine. */
    readonly loadBefore: number;
  };
  readonly seconds: number;
  readonly startup: Startup;
  readonly throughput: readonly ShapeFigures[];
  readonly operations: readonly Operations[];
  readonly stored: StoredIds;
  readonly core: CoreReport;
  readonly dedup: readonly DedupFigures[];
}

function throughputShapes(quick: boolean): Shape[] {
  return [1, 20].flatMap((perCall) =>
    (quick ? [1, 64] : [1, 16, 64]).map((callers) => {
      const main = callers === 64;
      if (quick) return { perCall, callers, ms: main ? 800 : 400, rounds: main ? 2 : 1 };
      return { perCall, callers, ms: main ? 2000 : 1000, rounds: main ? 4 : 2 };
    }),
  );
}

/** The slow shapes need time but no processor: they run beside the others on a Worker of their own. */
function countedShapes(quick: boolean): Record<"load" | "batched" | "slow", CountedShape[]> {
  const size = quick ? 0.25 : 1;
  const plain: CountedShape[] = [
    { name: "1 a call, 50 callers", callers: 50, perCall: 1, calls: 8000, destinations: 0 },
    { name: "20 a call, 50 callers", callers: 50, perCall: 20, calls: 2000, destinations: 0 },
  ];
  return {
    load: [
      ...(quick ? [] : plain),
      { name: "1 a call, 50 callers, a webhook", callers: 50, perCall: 1, calls: 4000 * size, destinations: 1 },
      { name: "20 a call, 50 callers, a webhook", callers: 50, perCall: 20, calls: 200 * size, destinations: 1 },
      { name: "1 a call, 50 callers, 5 webhooks", callers: 50, perCall: 1, calls: 4000 * size, destinations: 5 },
      { name: "20 a call, 50 callers, 5 webhooks", callers: 50, perCall: 20, calls: 200 * size, destinations: 5 },
    ],
    batched: [
      {
        name: "20 a call, 50 callers, one that takes batches",
        callers: 50,
        perCall: 20,
        calls: 400 * size,
        destinations: 1,
        batched: true,
      },
    ],
    slow: [
      ...(quick
        ? []
        : [
            { name: "1 a call, callers who rest", callers: 20, perCall: 1, calls: 1500, pauseMs: 100, destinations: 0 },
          ]),
      { name: "1 a call, a trickle", callers: 1, perCall: 1, calls: quick ? 1 : 8, pauseMs: 4000, destinations: 0 },
    ],
  };
}

function measureCore(quick: boolean): Promise<CoreReport> {
  const child = fork(path.join(ROOT, "bench/core-work.ts"), quick ? ["--quick"] : []);
  return new Promise((resolve, reject) => {
    let report: CoreReport | undefined;
    child.once("message", (message) => (report = message as CoreReport));
    child.once("exit", (code) => (report ? resolve(report) : reject(new Error(`core-work ended with ${code}`))));
  });
}

const machine = () => ({
  cores: cpus().length,
  model: cpus()[0]?.model ?? "unknown",
  memoryGb: Math.round(totalmem() / 1e9),
  node: process.version,
  workerd: (
    JSON.parse(readFileSync(path.join(ROOT, "node_modules/workerd/package.json"), "utf8")) as { version: string }
  ).version,
  loadBefore: loadavg()[0] ?? 0,
});

/** Runs everything, prints the report and keeps it as dist/bench/report.json and report.txt. */
export async function runBench({ quick }: { readonly quick: boolean }): Promise<void> {
  const start = performance.now();
  const facts = machine();
  const say = (text: string) =>
    console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`);
  buildBenchWorkers();
  say("bench Workers built");
  const driver = new LoadDriver();
  const slowDriver = new LoadDriver();
  try {
    const startup = await measureStartup(quick ? 1 : 5);
    say("start-up: done");
    const throughput = await measureThroughput(throughputShapes(quick), driver, say);
    const { load, batched, slow } = countedShapes(quick);
    // Counts do not care who else uses the processor; a full run leaves core's own figures undisturbed all the same.
    const early = quick ? measureCore(quick) : undefined;
    const [counted, slowly] = await Promise.all([
      countOperations(load, driver, say),
      countOperations(slow, slowDriver, say),
    ]);
    const inBatches = await countOperations(batched, driver, say);
    const core = await (early ?? measureCore(quick));
    const dedup = await measureDedup(quick ? [1e6] : [1e6, 1e7, 5e7], say);
    const report: BenchReport = {
      at: new Date().toISOString(),
      quick,
      machine: facts,
      seconds: Math.round((performance.now() - start) / 1000),
      startup,
      throughput,
      operations: [...counted.operations, ...inBatches.operations, ...slowly.operations],
      stored: counted.stored,
      core,
      dedup,
    };
    const text = renderReport(report);
    const out = path.join(ROOT, "dist/bench");
    mkdirSync(out, { recursive: true });
    writeFileSync(path.join(out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(path.join(out, "report.txt"), text);
    console.log(text);
  } finally {
    driver.stop();
    slowDriver.stop();
  }
}
