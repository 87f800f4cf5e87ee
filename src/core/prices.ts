/** A marginal price in US dollars on the Workers Paid plan; nothing that is included free is deducted. */
export interface Price {
  readonly dollars: number;
  readonly per: string;
  /** Page of Cloudflare's documentation, and when it was read. */
  readonly source: string;
  readonly asOf: string;
}

const price = (dollars: number, per: string, source: string, asOf: string): Price => ({ dollars, per, source, asOf });

/** The day on which all of them were read. */
export const PRICES_AS_OF = "2026-11-22";

/** Every price that the bench and the cost meter use. Read them again before you publish a number. */
export const PRICES = {
  workerRequest: price(0.3, "million requests", "workers/platform/pricing", PRICES_AS_OF),
  workerCpu: price(0.02, "million CPU ms", "workers/platform/pricing", PRICES_AS_OF),
  objectRequest: price(0.15, "million requests", "durable-objects/platform/pricing", PRICES_AS_OF),
  objectDuration: price(12.5, "million GB-s, at 128 MB an object", "durable-objects/platform/pricing", PRICES_AS_OF),
  rowWritten: price(1, "million rows", "durable-objects/platform/pricing", PRICES_AS_OF),
  rowRead: price(0.001, "million rows", "durable-objects/platform/pricing", PRICES_AS_OF),
  r2ClassA: price(4.5, "million operations", "r2/pricing", PRICES_AS_OF),
  r2ClassB: price(0.36, "million operations", "r2/pricing", PRICES_AS_OF),
  r2Stored: price(0.015, "GB-month", "r2/pricing", PRICES_AS_OF),
  queueOperation: price(0.4, "million operations of 64 kB", "queues/platform/pricing", PRICES_AS_OF),
  workersLog: price(0.6, "million log events", "workers/observability/logs/workers-logs", PRICES_AS_OF),
} as const satisfies Record<string, Price>;

/**
 * What cannot be counted on this machine and is assumed: Cloudflare bills processor time of its own machines.
 * `requestMs` and `eventMs` are Inlet's own CPU at the door; `deliveredEventMs` is the consumer's.
 */
export const ASSUMED_CPU = { requestMs: 1, eventMs: 0.2, deliveredEventMs: 0.2 } as const;

/** Share of invocations that wrangler.toml sends to Workers Logs (head_sampling_rate). */
export const LOG_SHARE = 0.1;

export const OBJECT_GB = 0.128;
