import { setTimeout as sleep } from "node:timers/promises";
import type { Counts } from "./counts.ts";
import type { LoadDriver } from "./load.ts";
import { bodyMaker, pathFor } from "./sample-events.ts";
import { callBench as call, startServer, type BenchServer } from "./servers.ts";
import { startSink } from "./sink.ts";

export interface CountedShape {
  readonly name: string;
  /** What people would call this traffic, where it stands for one of the five kinds that have a bill. */
  readonly traffic?: string;
  readonly callers: number;
  readonly perCall: number;
  readonly calls: number;
  /** Pause of each caller after an answer, ms. Without one the callers send as fast as they are answered. */
  readonly pauseMs?: number;
  /** So many are connected to the source; each gets every event. Shapes come with rising numbers of them. */
  readonly destinations: number;
  /** They take 100 events a request; else one. The same for all shapes that are counted together. */
  readonly batched?: boolean;
}

export interface Operations {
  readonly shape: CountedShape;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly counts: Counts;
  /** Events the destinations received. */
  readonly delivered: number;
  /** From the first call until the last segment was written, and routed. */
  readonly drainedPerSecond: number;
  readonly routedPerSecond: number;
  /** From the first call to the last event received; undefined without destinations. */
  readonly deliveriesPerSecond: number | undefined;
}

/** Whether every destination got every event: the shape's figures are of nothing else. */
export const deliveredAll = ({ shape, events, delivered }: Operations): boolean =>
  delivered === events * shape.destinations;

export interface StoredIds {
  readonly ids: number;
  readonly bytes: number;
}

/** Longer than any pause between two operations of the same events: a drain waits 2 s, a queue batch 1 s. */
const QUIET_MS = 2500;
const LIMIT_MS = 120_000;
const WARM_CALLS = 100;

/** Waits for something that may never come; the report then says so. */
async function until(done: () => boolean): Promise<void> {
  const start = performance.now();
  while (!done() && performance.now() - start < LIMIT_MS) await sleep(100);
}

/** Operations go on after the last answer (drain, routing, delivery): waits until the counts stand still. */
async function finalCounts(server: BenchServer): Promise<Counts> {
  const start = performance.now();
  for (let last = ""; ;) {
    const text = await call(server, "/__bench/counts");
    if (text === last) return JSON.parse(text) as Counts;
    if (performance.now() - start > LIMIT_MS) throw new Error("the counts did not come to rest");
    last = text;
    await sleep(QUIET_MS);
  }
}

/** Sends the shape's calls and returns how long that took, ms. */
async function send(shape: CountedShape, server: BenchServer, driver: LoadDriver, runId: string): Promise<number> {
  const load = await driver.run({ url: server.url.href, ...shape, ms: LIMIT_MS, runId });
  if (load.calls !== shape.calls) throw new Error(`${shape.name}: ${load.calls} of ${shape.calls} calls in time`);
  return load.ms;
}

/**
 * Counts each shape's billable operations on a Worker of its own that has settled before the count begins; what is
 * paid once (tables, the seeded workspace, the first alarm) is therefore not in it.
 */
export async function countOperations(
  shapes: readonly CountedShape[],
  driver: LoadDriver,
  say: (line: string) => void,
): Promise<{ operations: Operations[]; stored: StoredIds }> {
  const server = await startServer("counting");
  const sink = await startSink();
  const operations: Operations[] = [];
  let connected = 0;
  try {
    for (let i = 0; i < WARM_CALLS; i++) await call(server, pathFor(1), bodyMaker(1, `warm${i}`)());
    await finalCounts(server);
    for (const [i, shape] of shapes.entries()) {
      for (; connected < shape.destinations; connected++) {
        const batched = shape.batched === true ? "&batched" : "";
        await call(server, `/__bench/connect?url=${encodeURIComponent(sink.url)}${batched}`);
      }
      await call(server, "/__bench/reset");
      const before = sink.received();
      const start = performance.now();
      const startedAt = Date.now();
      const ms = await send(shape, server, driver, `${shape.calls}c${i}`);
      const events = shape.calls * shape.perCall;
      await until(() => sink.received() - before >= events * shape.destinations);
      const counts = await finalCounts(server);
      const delivered = sink.received() - before;
      operations.push({
        shape,
        events,
        eventsPerSecond: (events / ms) * 1000,
        counts,
        drainedPerSecond: (events * 1000) / (counts.last.drained - startedAt),
        routedPerSecond: (events * 1000) / (counts.last.routed - startedAt),
        delivered,
        deliveriesPerSecond: delivered === 0 ? undefined : (delivered / (sink.lastAt() - start)) * 1000,
      });
      say(`operations: ${shape.name}: done`);
    }
    const stored = JSON.parse(await call(server, "/__bench/stored-ids")) as StoredIds;
    return { operations, stored };
  } finally {
    sink.stop();
    await server.stop();
  }
}
