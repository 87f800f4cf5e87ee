/** Segment's documented limits (ingest.md §1.5) and our own bounds against hostile input, each with its unit. */
export const LIMITS = {
  /** Bytes of one message, alone or inside a batch. */
  eventBytes: 32 * 1024,
  /** Bytes of one batch request, before and after decompression. */
  batchBytes: 500 * 1024,
  batchItems: 2500,
  /** Characters; longer ids are refused by Segment's Unify. */
  messageIdChars: 100,
  propertiesPerEvent: 10_000,
  /** Levels of nesting kept below the message; deeper values are a bomb, not data. */
  depth: 64,
  /** Bytes of one stored line: a message at its limit plus batch-level context and what the collector adds. */
  lineBytes: 64 * 1024,
  /**
   * Characters of all lines of one request. Batch-level context is copied into each item, so that without a bound
   * 500 kB of input could become gigabytes; an honest batch grows by less than half a kB an item.
   */
  requestLineChars: 4 * 1024 * 1024,
  /** Bytes of a refused message kept for the debugger. */
  sampleBytes: 32 * 1024,
  /** Refused messages of one request that are shown; all are counted. */
  samplesPerRequest: 50,
  /** Write keys looked up for one request, and characters of each. */
  writeKeys: 8,
  writeKeyChars: 200,
  /** Characters of the User-Agent header copied into context. */
  userAgentChars: 1024,
} as const;

/**
 * Seconds a client is told to wait. The rate-limit binding counts whole minutes, so half a minute is the mean time
 * until a full one ends; the durable part comes back within seconds after an eviction or a deploy. SDKs cap
 * Retry-After at 300 s (ingest.md §1.7).
 */
export const RETRY_AFTER_SECONDS = { rate_limited: 30, unavailable: 5 } as const;
