import type { Trace } from "../../src/core/trace.ts";
import { waitFor } from "../support/archive.ts";
import type { RunningInlet } from "../support/server.ts";
import type { Connected } from "./connect.ts";

/** What a person sees of a destination; see src/api/delivery-metrics.ts. */
export interface Metrics {
  readonly delivered: number;
  readonly dropped: number;
  readonly abandoned: number;
  readonly retried: number;
  readonly retrying: number;
  readonly waiting: number;
  readonly pausedUntil?: string;
  readonly probeAt?: string;
  readonly p50Ms?: number;
  readonly errors: readonly {
    readonly status: string;
    readonly reason: string;
    readonly sentence: string;
    readonly count: number;
    readonly samples: readonly { readonly request: string; readonly response: string }[];
  }[];
}

export async function metricsOf(inlet: RunningInlet, { id }: Connected): Promise<Metrics> {
  const path = `/api/destinations/${id}/delivery-metrics?minutes=2880`;
  return (await inlet.api<{ metrics: Metrics }>("GET", path)).metrics;
}

/** Until nothing is on its way at these destinations: each event is delivered, dropped or given up. */
export async function untilSettled(inlet: RunningInlet, destinations: readonly Connected[]): Promise<void> {
  for (const one of destinations) {
    await waitFor(`${one.name} to have nothing waiting`, async () => (await metricsOf(inlet, one)).waiting === 0);
  }
}

export async function traceOf(inlet: RunningInlet, sourceId: string, messageId: string): Promise<Trace> {
  const path = `/api/trace/${encodeURIComponent(messageId)}?sourceId=${sourceId}`;
  return (await inlet.api<{ trace: Trace }>("GET", path)).trace;
}

type Delivery = Trace["destinations"][number]["deliveries"][number];

/** The deliveries of an event at one destination: the first, and re-sends. */
export async function deliveriesOf(
  inlet: RunningInlet,
  sourceId: string,
  messageId: string,
  { id }: Connected,
): Promise<readonly Delivery[]> {
  const { destinations } = await traceOf(inlet, sourceId, messageId);
  return destinations.find((one) => one.id === id)?.deliveries ?? [];
}

export interface Overview {
  readonly total: number;
  readonly dataset: readonly Readonly<Record<string, unknown>>[];
}

/** One metric of the delivery overview, by the hour, around `now` (ms). */
export async function overviewOf(
  inlet: RunningInlet,
  metric: string,
  sourceId: string,
  { destination, groupBy, now }: { destination?: Connected; groupBy: string; now: number },
): Promise<Overview> {
  const query = new URLSearchParams({
    sourceId,
    granularity: "HOUR",
    startTime: new Date(now - 86_400_000).toISOString(),
    endTime: new Date(now + 3_600_000).toISOString(),
    ...(destination === undefined ? {} : { destinationConfigId: destination.id }),
    groupBy,
  });
  return inlet.api<Overview>("GET", `/api/delivery-overview/${metric}?${query.toString()}`);
}
