/** Segment's documented limits (ingest.md §1.5) and our own bounds against hostile input, each with its unit. */
export const LIMITS = {
  /** Bytes of one message, alone or inside a batch. */
  eventBytes: 32 * 1024,
  /** Bytes of one batch request, after decompression. */
  batchBytes: 500 * 1024,
  batchItems: 2500,
  /** Characters; longer ids are refused by Segment's Unify. */
  messageIdChars: 100,
  propertiesPerEvent: 10_000,
  /** Levels of nesting kept below the message; deeper values are a bomb, not data. */
  depth: 64,
} as const;
