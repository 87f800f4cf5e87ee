import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import path from "node:path";
import { ROOT } from "../scripts/serve.mjs";
import type { CoreReport } from "./core-work.ts";
import { measureDashboard, type DashboardFigures } from "./dashboard.ts";
import { measureDedup, type DedupFigures } from "./dedup.ts";
import { measureFreePlan, type FreePlanDay } from "./free-plan.ts";
import { LoadDriver } from "./load.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { countOperations, type Operations, type StoredIds } from "./operations.ts";
import { renderPage } from "./page/page.ts";
import { measureExport, measureRouting, type ExportRate, type RoutingRate } from "./rates.ts";
import { renderReport } from "./report.ts";
import { measureScale, type ScaleReport } from "./scale.ts";
import { buildBenchWorkers } from "./servers.ts";
import { countedShapes, throughputShapes } from "./shapes.ts";
import { measureStartup, type Startup } from "./startup.ts";
import { measureThroughput, type ShapeFigures } from "./throughput.ts";

/** A part of the run that gave no figures, and why. */
export interface NotMeasured {
  readonly what: string;
  readonly why: string;
}

export interface BenchReport {
  readonly at: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly seconds: number;
  readonly loadAfter: number;
  readonly startup: Startup | undefined;
  readonly throughput: readonly ShapeFigures[];
  readonly operations: readonly Operations[];
  readonly stored: StoredIds | undefined;
  readonly core: CoreReport["core"];
  readonly dedup: readonly DedupFigures[];
  readonly routing: RoutingRate | undefined;
  readonly exports: ExportRate | undefined;
  readonly dashboard: DashboardFigures | undefined;
  readonly freePlan: FreePlanDay | undefined;
  readonly scale: ScaleReport | undefined;
  readonly notMeasured: readonly NotMeasured[];
}

type Say = (text: string) => void;

function measureCore(quick: boolean): Promise<CoreReport["core"]> {
  const child = fork(path.join(ROOT, "bench/core-work.ts"), quick ? ["--quick"] : []);
  return new Promise((resolve, reject) => {
    let report: CoreReport | undefined;
    child.once("message", (message) => (report = message as CoreReport));
    child.once("exit", (code) => (report ? resolve(report.core) : reject(new Error(`core-work ended with ${code}`))));
  });
}

async function countAll(quick: boolean, driver: LoadDriver, say: Say) {
  const slowDriver = new LoadDriver();
  try {
    const { load, batched, slow } = countedShapes(quick);
    const [counted, slowly] = await Promise.all([
      countOperations(load, driver, say),
      countOperations(slow, slowDriver, say),
    ]);
    const inBatches = await countOperations(batched, driver, say);
    return {
      operations: [...counted.operations, ...inBatches.operations, ...slowly.operations],
      stored: counted.stored,
    };
  } finally {
    slowDriver.stop();
  }
}

/** Everything, one part after the other; a part that fails is named in the report, and the others go on. */
async function measureAll(quick: boolean, say: Say): Promise<BenchReport> {
  const start = performance.now();
  const machine = describeMachine();
  const notMeasured: NotMeasured[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T> | T): Promise<T | undefined> => {
    try {
      const found = await work();
      say(`${what}: done`);
      return found;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      say(`${what}: NOT MEASURED: ${why}`);
      notMeasured.push({ what, why });
      return undefined;
    }
  };
  const driver = new LoadDriver();
  try {
    const startup = await attempt("start-up", () => measureStartup(quick ? 1 : 5));
    const throughput = await attempt("throughput", () => measureThroughput(throughputShapes(quick), driver, say));
    const core = await attempt("core work", () => measureCore(quick));
    const counted = await attempt("operations", () => countAll(quick, driver, say));
    const routing = await attempt("routing", () => measureRouting(quick ? 200 : 1000));
    const exports = await attempt("exports", () => measureExport(quick ? 10_000 : 100_000));
    const dashboard = await attempt("dashboard", () => measureDashboard(quick ? 1 : 5));
    const dedup = await attempt("dedup", () => measureDedup(quick ? [1e6] : [1e6, 1e7, 5e7], say));
    const freePlan = await attempt("a day on the free plan", () => measureFreePlan(quick, say));
    const scale = await attempt("scale", () => measureScale());
    return {
      at: new Date().toISOString(),
      quick,
      machine,
      seconds: Math.round((performance.now() - start) / 1000),
      loadAfter: loadavg()[0] ?? 0,
      startup,
      throughput: throughput ?? [],
      operations: counted?.operations ?? [],
      stored: counted?.stored,
      core: core ?? [],
      dedup: dedup ?? [],
      routing,
      exports,
      dashboard,
      freePlan,
      scale,
      notMeasured,
    };
  } finally {
    driver.stop();
  }
}

function keep(folder: string, report: BenchReport, text: string | undefined): void {
  const out = path.join(ROOT, folder);
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(path.join(out, "index.html"), renderPage(report));
  if (text !== undefined) writeFileSync(path.join(out, "report.txt"), text);
}

/**
 * Runs everything, prints the report and keeps it in dist/bench, as text, JSON and a page; with `publish` in
 * bench/report too. The exit code is 1 when a part could not be measured.
 */
export async function runBench({
  quick,
  publish,
}: {
  readonly quick: boolean;
  readonly publish: boolean;
}): Promise<number> {
  const start = performance.now();
  const say: Say = (text) => console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`);
  buildBenchWorkers();
  say("bench Workers built");
  const report = await measureAll(quick, say);
  const text = renderReport(report);
  keep("dist/bench", report, text);
  if (publish) keep("bench/report", report, undefined);
  console.log(text);
  return report.notMeasured.length === 0 ? 0 : 1;
}
