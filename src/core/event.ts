import * as z from "zod";

/** The six calls of Segment's spec; each collecting path implies one of them. */
export const EventType = z.enum(["identify", "track", "page", "screen", "group", "alias"]);
export type EventType = z.infer<typeof EventType>;

const TYPES: ReadonlySet<unknown> = new Set(EventType.options);
/** Cheaper than the schema: asked of every event. */
export const isEventType = (value: unknown): value is EventType => TYPES.has(value);

const Json = z.record(z.string(), z.unknown());

/**
 * One accepted event as it stands in a segment line: the client's message plus what the collector adds
 * (spec: messages.md §2.1, §2.7). All times are ISO-8601 UTC strings; unknown top-level keys are kept.
 */
export const Event = z.looseObject({
  type: EventType,
  messageId: z.string(),
  userId: z.string().nullish(),
  anonymousId: z.string().nullish(),
  event: z.string().optional(),
  name: z.string().nullish(),
  category: z.string().nullish(),
  groupId: z.string().optional(),
  previousId: z.string().optional(),
  properties: Json.optional(),
  traits: Json.optional(),
  context: Json,
  integrations: Json,
  /** receivedAt − (sentAt − originalTimestamp): when it happened, by the collector's clock. */
  timestamp: z.string(),
  /** The client's own `timestamp`, verbatim. */
  originalTimestamp: z.unknown().optional(),
  sentAt: z.unknown().optional(),
  receivedAt: z.string(),
  channel: z.enum(["client", "server"]),
  version: z.literal(2),
  projectId: z.string(),
});
export type Event = z.infer<typeof Event>;
