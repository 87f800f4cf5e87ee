// The load, in a process of its own: `fork`ed by load.ts, one message per round, one answer each.
import { setTimeout as sleep } from "node:timers/promises";
import { HttpCaller } from "./http-caller.ts";
import { bodyMaker, pathFor } from "./sample-events.ts";

export interface LoadOrder {
  readonly url: string;
  readonly callers: number;
  readonly perCall: number;
  /** Ends after this many ms, or after `calls` calls when given. */
  readonly ms: number;
  readonly calls?: number;
  /** Each caller rests this long after an answer: a rate that the callers set, not the Worker. */
  readonly pauseMs?: number;
  /** Part of every messageId: two rounds never share one. */
  readonly runId: string;
}

export interface LoadResult {
  readonly calls: number;
  readonly events: number;
  /** Answers by status; anything but 200 makes the round worthless. */
  readonly refused: Readonly<Record<number, number>>;
  readonly ms: number;
  /** Latency of each call, ms, ascending. */
  readonly latencies: readonly number[];
  /** Processor time of this process over the round, as a share of one core. */
  readonly driverShare: number;
}

async function runLoad(order: LoadOrder): Promise<LoadResult> {
  const { callers, perCall, ms, calls = Number.POSITIVE_INFINITY, pauseMs = 0 } = order;
  const next = bodyMaker(perCall, order.runId);
  const lines = await Promise.all(
    Array.from({ length: callers }, () => HttpCaller.open(new URL(order.url), pathFor(perCall))),
  );
  const latencies: number[] = [];
  const refused: Record<number, number> = {};
  let begun = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(
    lines.map(async (line, i) => {
      if (pauseMs > 0) await sleep((pauseMs * i) / callers);
      while (begun < calls && performance.now() - start < ms) {
        begun++;
        const sent = performance.now();
        const status = await line.post(next());
        latencies.push(performance.now() - sent);
        if (status !== 200) refused[status] = (refused[status] ?? 0) + 1;
        if (pauseMs > 0) await sleep(pauseMs);
      }
    }),
  );
  const took = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  for (const line of lines) line.close();
  const events = latencies.length * perCall;
  const driverShare = (user + system) / 1000 / took;
  return {
    calls: latencies.length,
    events,
    refused,
    ms: took,
    latencies: latencies.toSorted((a, b) => a - b),
    driverShare,
  };
}

process.on("message", (order: LoadOrder) => {
  runLoad(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
