import { shardOf } from "../../src/core/intake.ts";
import { seededRandom, type Random } from "../../test/support/random.ts";
import { LIMITS_OF_SCALE } from "./limits.ts";

/** Shares of `count` sources, the largest first: the n-th has 1/n^s of the first's. They sum up to 1. */
export function zipfShares(count: number, s: number): number[] {
  const weights = Array.from({ length: count }, (_, n) => 1 / (n + 1) ** s);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Of `shards`, how many a call of `events` reaches on average: one request each. */
export const shardsReached = (events: number, shards: number): number => shards * (1 - (1 - 1 / shards) ** events);

/** Calls a second that each shard gets. */
export const callsOfShard = (eventsPerSecond: number, eventsPerCall: number, shards: number): number =>
  ((eventsPerSecond / eventsPerCall) * shardsReached(eventsPerCall, shards)) / shards;

/** Events a second for which one shard remembers ids over its window. */
export const rememberedPerSecond = (): number =>
  LIMITS_OF_SCALE.shardIds.value / (LIMITS_OF_SCALE.windowHours.value * 3600);

/**
 * The shards a source needs: the least power of two at which a shard holds the window's ids, gets no more calls than an
 * object takes, and no more events than one shard was measured to commit. Beyond 256 there is none: `undefined`.
 */
export function shardsFor(eventsPerSecond: number, eventsPerCall: number, shardEvents: number): number | undefined {
  const { shardsOfSource, objectCalls } = LIMITS_OF_SCALE;
  for (let shards = 1; shards <= shardsOfSource.value; shards *= 2) {
    const each = eventsPerSecond / shards;
    const fits = each <= rememberedPerSecond() && each <= shardEvents;
    if (fits && callsOfShard(eventsPerSecond, eventsPerCall, shards) <= objectCalls.value) return shards;
  }
  return undefined;
}

const HEX = "0123456789abcdef";

/** A messageId as analytics.js makes it. */
function messageId(random: Random): string {
  let id = "ajs-next-1795305600000-";
  for (let n = 0; n < 32; n++) id += HEX[Math.floor(random.next() * 16)];
  return id;
}

export interface HotShard {
  /** Events of the busiest shard ÷ the mean of all. */
  readonly events: number;
  /** Most requests that one shard got in one second. */
  readonly callsInASecond: number;
  /** Requests to shards ÷ calls. */
  readonly reached: number;
}

/** Sends some seconds of calls through the product's own rule for shards, with ids as SDKs make them. */
export function hottestShard(callsPerSecond: number, eventsPerCall: number, shards: number, seconds: number): HotShard {
  const random = seededRandom(7);
  const events = new Float64Array(shards);
  let most = 0;
  let requests = 0;
  let calls = 0;
  for (let second = 0; second < seconds; second++) {
    const reached = new Float64Array(shards);
    const now = poisson(callsPerSecond, random);
    calls += now;
    for (let call = 0; call < now; call++) {
      const touched = new Set<number>();
      for (let n = 0; n < eventsPerCall; n++) {
        const shard = shardOf(messageId(random), shards);
        events[shard]! += 1;
        touched.add(shard);
      }
      for (const shard of touched) reached[shard]! += 1;
      requests += touched.size;
    }
    most = Math.max(most, ...reached);
  }
  const sum = events.reduce((a, b) => a + b, 0);
  return { events: (Math.max(...events) * shards) / sum, callsInASecond: most, reached: requests / calls };
}

/** How many come in a second when `mean` do on average. */
function poisson(mean: number, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.max(1, Math.round(mean + Math.sqrt(mean) * normal));
}
