import { CATALOG_LIMITS } from "../../src/core/catalog.ts";
import { DELIVERY } from "../../src/core/delivery.ts";
import { SourceSettings } from "../../src/core/source.ts";

/** A number the simulation counts with, and where it comes from. */
export interface Known {
  readonly value: number;
  readonly source: string;
}

const known = (value: number, source: string): Known => ({ value, source });
const DEFAULTS = SourceSettings.parse({});

/** What a platform or the product allows. */
export const LIMITS_OF_SCALE = {
  /** Calls a second of one object that writes: the guide plans 200 to 500; 1,000 is where it refuses. */
  objectCalls: known(500, "durable-objects/best-practices/rules-of-durable-objects (2026-11-22)"),
  /** Ids that one shard may hold before it asks for more shards. */
  shardIds: known(50e6, "INDEX_LIMIT in durable/intake.ts: 64 MB; bench/dedup.ts measures 50 million below it"),
  queueMessages: known(5000, "queues/platform/limits (2026-11-22): messages a second of one queue"),
  consumers: known(250, "queues/platform/limits (2026-11-22): concurrent invocations of one consumer"),
  /** Requests that wait for their headers at once, of one invocation. */
  sockets: known(DELIVERY.sockets, "workers/platform/limits (2026-11-22), DELIVERY.sockets"),
  /** Jobs of one destination on the queue or in a consumer. */
  jobsOfDestination: known(DELIVERY.window, "DELIVERY.window in src/core/delivery.ts"),
  shardsOfSource: known(256, "`shards` in src/core/source.ts"),
  sources: known(CATALOG_LIMITS.sources, "CATALOG_LIMITS in src/core/catalog.ts"),
  drainMs: known(DEFAULTS.drain.afterMs, "default of `drain` in src/core/source.ts"),
  drainBytes: known(DEFAULTS.drain.afterBytes, "default of `drain` in src/core/source.ts"),
  windowHours: known(DEFAULTS.dedupWindowHours, "default of `dedupWindowHours` in src/core/source.ts"),
  settledLines: known(DELIVERY.chunkLines, "DELIVERY.chunkLines in src/core/delivery.ts"),
} as const satisfies Record<string, Known>;

/** What this machine has measured; the last published run's figures until a run brings its own. */
export interface Measured {
  /** Characters of one stored line. */
  readonly lineBytes: Known;
  /** Events a second through one shard, 20 a call. */
  readonly shardEvents: Known;
  /** Rows that Parquet is made of, a second of processor time; a track is two of them. */
  readonly exportRows: Known;
  /** Rows written for each delivered event of one destination. */
  readonly rowsPerDelivery: Known;
}

export const LAST_MEASURED: Measured = {
  lineBytes: known(1200, "the bench's typical event, as stored"),
  shardEvents: known(20_000, "bench/README.md, run of 2026-11-22"),
  exportRows: known(73_000, "bench/README.md, bench/parquet.ts of 2026-11-22"),
  rowsPerDelivery: known(0.0078, "bench/README.md, run of 2026-11-22"),
};

/** What is assumed of the outside: an answer of a webhook, and how many events one of its requests carries. */
export const ASSUMED = { answerMs: 100, eventsPerRequest: 1, eventsPerCall: 20, zipf: 1 } as const;
