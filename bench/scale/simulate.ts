import { ASSUMED_CPU, OBJECT_GB, PRICES } from "../../src/core/prices.ts";
import { ASSUMED, LIMITS_OF_SCALE as LIMITS, type Measured } from "./limits.ts";
import { callsOfShard, hottestShard, shardsFor, zipfShares, type HotShard } from "./sharding.ts";

/** How much of one limit is used; above 1 it is exceeded. */
export interface Load {
  readonly what: string;
  readonly share: number;
  readonly text: string;
}

export interface ScaleRow {
  readonly eventsPerSecond: number;
  readonly sources: number;
  /** Events a second of the largest source, and its shards; undefined when not even 256 do. */
  readonly largest: number;
  readonly largestShards: number | undefined;
  readonly shards: number;
  readonly hot: HotShard;
  /** Of one queue message each: EVENTS, and DELIVERIES with one destination a source. */
  readonly segmentsPerSecond: number;
  readonly r2WritesPerSecond: number;
  /** The fullest first. */
  readonly loads: readonly Load[];
  readonly dollarsPerDay: number;
  readonly dollarsPerMillion: number;
}

/** A sharded source in one second. */
interface SourceLoad {
  readonly rate: number;
  readonly shards: number;
  readonly shardCalls: number;
  readonly segments: number;
}

/** Commits gather for 5 ms when a shard is busy (durable/intake/group-commit.ts). */
const GATHER_SECONDS = 0.005;
/** A report to the debugger keeps the shard in memory until it is sent (durable/intake/reporter.ts), a second on average. */
const REPORT_SECONDS = 1;
/** Rows of a segment beyond its commits, of one each: its own, its confirmation, its expiry, the alarm; index and ledgers (counted). */
const ROWS_PER_SEGMENT = 10;
/** A page for 2,000 ids, written twice and deleted twice (bench/README.md, "A shard's ids"). */
const ROWS_PER_ID = 0.002;
/** Objects' calls of a segment: alarm, count, index, confirm; and of a job: open, claim, settle. */
const CALLS_PER_SEGMENT = 4;
const CALLS_PER_JOB = 3;
const OPERATIONS_PER_MESSAGE = 3;
const SECONDS_A_DAY = 86_400;

function loadOf(rate: number, { lineBytes, shardEvents }: Measured): SourceLoad {
  const shards = shardsFor(rate, ASSUMED.eventsPerCall, shardEvents.value) ?? LIMITS.shardsOfSource.value;
  const each = rate / shards;
  // A shard drains when a segment is full, or 2 s after the first event that waits.
  const full = (each * lineBytes.value) / LIMITS.drainBytes.value;
  const timed = 1 / (LIMITS.drainMs.value / 1000 + 1 / each);
  const shardCalls = callsOfShard(rate, ASSUMED.eventsPerCall, shards);
  return { rate, shards, shardCalls, segments: shards * Math.max(full, timed) };
}

/** Dollars a second at list prices; nothing that is included free is deducted. */
function dollarsOf(one: SourceLoad, { rowsPerDelivery }: Measured): number {
  const { rate, shards, shardCalls, segments } = one;
  const calls = rate / ASSUMED.eventsPerCall;
  const commits = shards * (shardCalls / (1 + shardCalls * GATHER_SECONDS));
  const rows = commits + segments * ROWS_PER_SEGMENT + rate * (ROWS_PER_ID + rowsPerDelivery.value);
  const objects = shards * shardCalls + segments * (CALLS_PER_SEGMENT + CALLS_PER_JOB);
  const cpuMs = calls * ASSUMED_CPU.requestMs + rate * (ASSUMED_CPU.eventMs + ASSUMED_CPU.deliveredEventMs);
  const activeSeconds = shards * Math.min(1, shardCalls * REPORT_SECONDS);
  const perMillion =
    calls * PRICES.workerRequest.dollars +
    cpuMs * PRICES.workerCpu.dollars +
    objects * PRICES.objectRequest.dollars +
    rows * PRICES.rowWritten.dollars +
    activeSeconds * OBJECT_GB * PRICES.objectDuration.dollars +
    segments * (PRICES.r2ClassA.dollars + PRICES.r2ClassB.dollars) +
    segments * 2 * OPERATIONS_PER_MESSAGE * PRICES.queueOperation.dollars;
  return perMillion / 1e6;
}

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

function loadsOf(largest: SourceLoad, all: readonly SourceLoad[], hot: HotShard, measured: Measured): Load[] {
  const segments = all.reduce((sum, one) => sum + one.segments, 0);
  const rate = all.reduce((sum, one) => sum + one.rate, 0);
  const load = (what: string, used: number, limit: number, unit: string): Load => ({
    what,
    share: used / limit,
    text: `${whole(used)} of ${whole(limit)} ${unit}`,
  });
  const perSocket = (1000 / ASSUMED.answerMs) * ASSUMED.eventsPerRequest * LIMITS.sockets.value;
  const ids = (largest.rate / largest.shards) * LIMITS.windowHours.value * 3600;
  return [
    load("calls of the busiest shard", hot.callsInASecond, LIMITS.objectCalls.value, "a second"),
    load("ids of the busiest shard", ids * hot.events, LIMITS.shardIds.value, "ids"),
    load("one webhook, one event a request", largest.rate, LIMITS.jobsOfDestination.value * perSocket, "events/s"),
    load("all webhooks together", rate, LIMITS.consumers.value * perSocket, "events/s"),
    load("EVENTS queue", segments, LIMITS.queueMessages.value, "messages/s"),
    load("DELIVERIES queue, one destination a source", segments, LIMITS.queueMessages.value, "messages/s"),
    load("archive index of the largest source", largest.segments, LIMITS.objectCalls.value, "calls/s"),
    load("exports of the largest source", largest.rate * 2, measured.exportRows.value, "rows/s"),
  ].toSorted((a, b) => b.share - a.share);
}

/** How many sources such a workspace has: one at one event a second, at most as many as there may be. */
const sourcesAt = (rate: number): number =>
  Math.min(LIMITS.sources.value, Math.max(1, Math.round(Math.sqrt(rate) * 2)));

/** One second of traffic at `rate` events/s that sources send in Zipf's proportions, 20 events a call. */
export function simulateScale(rate: number, measured: Measured): ScaleRow {
  const sources = sourcesAt(rate);
  const all = zipfShares(sources, ASSUMED.zipf).map((share) => loadOf(rate * share, measured));
  const largest = all[0]!;
  const hot = hottestShard(largest.rate / ASSUMED.eventsPerCall, ASSUMED.eventsPerCall, largest.shards, 3);
  const segments = all.reduce((sum, one) => sum + one.segments, 0);
  const dollarsPerSecond = all.reduce((sum, one) => sum + dollarsOf(one, measured), 0);
  return {
    eventsPerSecond: rate,
    sources,
    largest: largest.rate,
    largestShards: shardsFor(largest.rate, ASSUMED.eventsPerCall, measured.shardEvents.value),
    shards: all.reduce((sum, one) => sum + one.shards, 0),
    hot,
    segmentsPerSecond: segments,
    r2WritesPerSecond: segments,
    loads: loadsOf(largest, all, hot, measured),
    dollarsPerDay: dollarsPerSecond * SECONDS_A_DAY,
    dollarsPerMillion: (dollarsPerSecond / rate) * 1e6,
  };
}
