// A day of a site on Cloudflare's free plan: what it uses of each quota. `node bench/free-plan.ts` runs it alone.
import { DAY_MS, HOUR_MS } from "../src/core/durations.ts";
import { PLANS } from "../src/core/plan.ts";
import { OBJECT_GB } from "../src/core/prices.ts";
import { sumOf, type Counts } from "./counts.ts";
import { CLASS_A, CLASS_B, objectRequests, pick, queueOperations } from "./dollars.ts";
import { HttpCaller } from "./http-caller.ts";
import { startSink } from "./sink.ts";
import { eventTexts } from "./sample-events.ts";
import { buildBenchWorkers, callBench, startServer, type BenchServer } from "./servers.ts";
import { siteDay, type SiteCall, type SiteDay } from "./site-day.ts";

/** One quota and what a day takes of it. */
export interface QuotaUse {
  readonly what: string;
  readonly used: number;
  readonly quota: number;
  readonly unit: string;
}

export interface FreePlanDay {
  /** Of a whole day. */
  readonly events: number;
  readonly visits: number;
  readonly calls: number;
  /** What was driven; the rest is in proportion. */
  readonly hours: number;
  readonly drivenEvents: number;
  readonly deliveredEvents: number;
  readonly quotas: readonly QuotaUse[];
  /** Events a day at which the first quota is used up. */
  readonly mostEvents: number;
  readonly bindsFirst: string;
  /** The same site with every event in a call of its own; from what a call costs beside what an event costs. */
  readonly alone: { readonly mostEvents: number; readonly bindsFirst: string };
  /** Processor time of the whole local runtime by invocation of Worker and objects, ms: a mean, not what each may take. */
  readonly cpuPerInvocation: number | undefined;
  readonly counts: Counts;
}

/** Of a day; what Cloudflare counts by the month is a thirtieth of it. Sources: bench/README.md. */
const QUOTAS = {
  workerRequests: 100_000,
  objectRequests: 100_000,
  objectGbSeconds: 13_000,
  rowsWritten: 100_000,
  rowsRead: 5_000_000,
  queueOperations: 10_000,
  classA: 1_000_000 / 30,
  classB: 10_000_000 / 30,
} as const;
/** What an object's call keeps it in memory for when nothing else does, ms (15 were measured at low concurrency). */
const CALL_MS = 15;
/** Of the library and the settings, each once a visit: as if nobody's browser kept them. */
const LIBRARY_CALLS = 2;
const EVENTS_A_DAY = 50_000;
const QUICK_HOURS = [3, 14, 18];

interface Driven {
  readonly day: SiteDay;
  readonly counts: Counts;
  readonly cpuMs: number | undefined;
  readonly delivered: number;
}

const SAMPLE = JSON.parse(eventTexts("typical", 1)[0]!) as Record<string, unknown>;

function bodyOf({ events }: SiteCall, writeKey: string, callNo: number): string {
  const batch = Array.from({ length: events }, (_, n) => ({ ...SAMPLE, messageId: `ajs-next-site-${callNo}-${n}` }));
  return JSON.stringify({ writeKey, batch });
}

const startOfDay = (): number => Math.ceil(Date.now() / DAY_MS) * DAY_MS;
const passTo = (server: BenchServer, at: number) => callBench(server, `/__bench/pass?until=${Math.round(at)}`);

/** A new source on the free plan, and one webhook that gets all of it. */
async function connect(server: BenchServer, url: string): Promise<string> {
  const made = JSON.parse(await callBench(server, "/__bench/source?name=A+site")) as { id: string; writeKey: string };
  await callBench(server, `/__bench/connect?sourceId=${made.id}&url=${encodeURIComponent(url)}`);
  return made.writeKey;
}

/** Drives `hours` of the day, one call after the other at the time it is due; alarms go off in between. */
async function drive(server: BenchServer, hours: readonly number[], say: (text: string) => void): Promise<Driven> {
  const sink = await startSink();
  const { batching } = PLANS.free.newSource;
  const day = siteDay(EVENTS_A_DAY, hours, { size: batching!.size!, timeoutMs: batching!.timeoutMs! });
  const start = startOfDay();
  const caller = await HttpCaller.open(server.url, "/v1/b");
  try {
    const writeKey = await connect(server, sink.url);
    await passTo(server, start + hours[0]! * HOUR_MS);
    await callBench(server, "/__bench/reset");
    const before = server.cpuMs();
    for (const [n, call] of day.calls.entries()) {
      await passTo(server, start + call.at);
      const status = await caller.post(bodyOf(call, writeKey, n));
      if (status !== 200) throw new Error(`call ${n} was answered ${status}`);
      if (n % 5000 === 4999) say(`free plan: ${n + 1} of ${day.calls.length} calls`);
    }
    await passTo(server, start + (hours.at(-1)! + 1) * HOUR_MS + HOUR_MS);
    const counts = JSON.parse(await callBench(server, "/__bench/counts")) as Counts;
    const after = server.cpuMs();
    const cpuMs = after === undefined || before === undefined ? undefined : after - before;
    return { day, counts, cpuMs, delivered: sink.received() };
  } finally {
    caller.close();
    sink.stop();
  }
}

const quotasOf = ({ counts, day }: Driven, scale: number): QuotaUse[] => {
  const objects = sumOf(objectRequests(counts));
  const gbSeconds = ((sumOf(counts.timerMs) + objects * CALL_MS) / 1000) * OBJECT_GB;
  const line = (what: string, used: number, quota: number, unit: string): QuotaUse => ({
    what,
    used: used * scale,
    quota,
    unit,
  });
  return [
    line(
      "Worker requests: calls, library, queue batches",
      counts.worker.fetch + counts.worker.queue + day.visits * LIBRARY_CALLS,
      QUOTAS.workerRequests,
      "a day",
    ),
    line("object requests", objects, QUOTAS.objectRequests, "a day"),
    line("object duration", gbSeconds, QUOTAS.objectGbSeconds, "GB-s a day"),
    line("rows written", sumOf(counts.rowsWritten), QUOTAS.rowsWritten, "a day"),
    line("rows read", sumOf(counts.rowsRead), QUOTAS.rowsRead, "a day"),
    line("queue operations", queueOperations(counts), QUOTAS.queueOperations, "a day"),
    line("R2 class A", pick(counts.r2, CLASS_A), QUOTAS.classA, "a day (1 M a month)"),
    line("R2 class B", pick(counts.r2, CLASS_B), QUOTAS.classB, "a day (10 M a month)"),
  ];
};

const tightest = (quotas: readonly QuotaUse[]): QuotaUse =>
  quotas.reduce((most, one) => (one.used / one.quota > most.used / most.quota ? one : most));

/** Each call is one request, one object call with its report, and the rows of a commit, its clearing and the report. */
function alone(quotas: readonly QuotaUse[], events: number, calls: number): FreePlanDay["alone"] {
  const more = events - calls;
  const extra: Record<string, number> = { "rows written": 3 * more, "object requests": 2 * more };
  const each = quotas.map((one) => ({
    ...one,
    used: one.used + (extra[one.what] ?? (one.what.startsWith("Worker requests") ? more : 0)),
  }));
  const first = tightest(each);
  return { mostEvents: Math.floor((events * first.quota) / first.used), bindsFirst: first.what };
}

/** Drives a day (two of its hours when `quick`) through the counting Worker on the free plan's settings. */
export async function measureFreePlan(quick: boolean, say: (text: string) => void): Promise<FreePlanDay> {
  const hours = quick ? QUICK_HOURS : Array.from({ length: 24 }, (_, hour) => hour);
  // Batches wait for real seconds, in which the day would be over.
  const server = await startServer("freePlan", { vars: { INLET_PLAN: "free" }, queueWait: 0 });
  try {
    const driven = await drive(server, hours, say);
    const { day, counts, cpuMs, delivered } = driven;
    const scale = EVENTS_A_DAY / day.events;
    const quotas = quotasOf(driven, scale);
    const first = tightest(quotas);
    const calls = Math.round(day.calls.length * scale);
    const invocations = counts.worker.fetch + counts.worker.queue + sumOf(objectRequests(counts));
    say("free plan: done");
    return {
      events: EVENTS_A_DAY,
      visits: Math.round(day.visits * scale),
      calls,
      hours: hours.length,
      drivenEvents: day.events,
      deliveredEvents: delivered,
      quotas,
      mostEvents: Math.floor((EVENTS_A_DAY * first.quota) / first.used),
      bindsFirst: first.what,
      alone: alone(quotas, EVENTS_A_DAY, calls),
      cpuPerInvocation: cpuMs === undefined ? undefined : cpuMs / invocations,
      counts,
    };
  } finally {
    await server.stop();
  }
}

if (import.meta.main) {
  buildBenchWorkers(["free-plan"]);
  const { counts, ...day } = await measureFreePlan(process.argv.includes("--quick"), console.error);
  console.log(JSON.stringify({ ...day, rows: counts.rowsWritten, requests: counts.requests, queues: counts.queues }));
}
