import * as z from "zod";
import { EventType } from "./event.ts";

/** How much one trace may ask: a workspace may hold thousands of sources and destinations. */
export const TRACE = {
  /** Sources that are searched when none is named. */
  sources: 200,
  /** Destinations of the source that are asked, and others that may have got the event from it earlier. */
  destinations: 200,
  others: 50,
  /** Questions under way at once. */
  atOnce: 24,
  /** One answer may take this long (ms); then it counts as none. */
  answerMs: 3000,
  /** After this long (ms) nothing more is asked. */
  searchMs: 8000,
  /** A segment that was written within this time (ms) may still be on its way to a destination. */
  routingMs: 60_000,
} as const;

const Time = z.iso.datetime();

/** A code, what it means, and what to do about it. */
const Reason = {
  reason: z.string().optional(),
  sentence: z.string().optional(),
  todo: z.string().optional(),
  detail: z.string().optional(),
};

const Attempt = z.object({
  at: Time,
  attempt: z.int(),
  status: z.enum(["delivered", "retry", "abandoned", "dropped"]),
  reason: z.string().optional(),
  sentence: z.string().optional(),
  /** It left no mark: how often that happened; `at` is the last time. */
  uncounted: z.int().optional(),
});

/** What became of the event at one gate or in one mapping. */
const Fate = {
  status: z.enum(["pending", "delivered", "abandoned", "dropped", "passed", "unmatched"]),
  ...Reason,
  failures: z.int(),
  nextAttemptAt: Time.optional(),
  attempts: z.array(Attempt),
  /** Its ledger has forgotten some attempts. */
  attemptsForgotten: z.literal(true).optional(),
};

const Delivery = z.object({
  /** Absent for the first delivery; the id of a re-send or replay. */
  replayId: z.string().optional(),
  gate: z.object(Fate),
  subscriptions: z.array(
    z.object({
      id: z.string(),
      /** Its id again when the mapping is gone. */
      name: z.string(),
      actionId: z.string().optional(),
      deleted: z.literal(true).optional(),
      ...Fate,
    }),
  ),
});

const TracedDestination = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  /** It gets this source's events now. */
  connected: z.boolean(),
  /** `waiting`: not handed to it yet; `unknown`: nobody could say; the sentence says more. */
  state: z.enum(["routed", "waiting", "not_routed", "unknown"]),
  sentence: z.string().optional(),
  deliveries: z.array(Delivery),
});
export type TracedDestination = z.infer<typeof TracedDestination>;

/** `pending`: durable, its segment is written within seconds. */
export const TraceStatus = z.enum(["accepted", "refused", "pending"]);
export type TraceStatus = z.infer<typeof TraceStatus>;

/** What happened to one messageId at one source, from the door to each attempt. */
export const Trace = z.object({
  messageId: z.string(),
  sourceId: z.string(),
  sourceName: z.string(),
  status: TraceStatus,
  receivedAt: Time.optional(),
  library: z.string().optional(),
  /** `sentAt` − `receivedAt`: how far the sender's clock was ahead, less the time the request was under way. */
  skewMs: z.number().optional(),
  /** The event's timestamp was corrected by it: beyond five seconds it is the clock that is wrong. */
  clockCorrected: z.boolean().optional(),
  type: EventType.optional(),
  name: z.string().optional(),
  userId: z.string().optional(),
  anonymousId: z.string().optional(),
  /** As it was stored; of a refused one what was sent, as far as the debugger holds it. */
  event: z.record(z.string(), z.unknown()).optional(),
  /** Why there is no `event`. */
  eventMissing: z.string().optional(),
  /** The latest `times`, the oldest first. `atLeast`: there may be more than `count`. */
  duplicates: z.object({ count: z.int(), times: z.array(Time), atLeast: z.literal(true).optional() }),
  /** The latest, as far as the live debugger still shows them. */
  refusals: z.array(z.object({ at: Time, reason: z.string(), sentence: z.string() })),
  segment: z.object({ key: z.string(), line: z.int(), stored: z.boolean() }).optional(),
  /** What the source's own rules did to it; there are none yet. */
  steps: z.array(z.unknown()).max(0),
  destinations: z.array(TracedDestination),
  /** Destinations without this source that were not asked whether they got it earlier. */
  destinationsUnasked: z.int(),
});
export type Trace = z.infer<typeof Trace>;

/** Another source that knows the same messageId: ids are compared within a source. */
const Sighting = z.object({
  sourceId: z.string(),
  sourceName: z.string(),
  status: TraceStatus,
  receivedAt: Time.optional(),
});

export const TraceAnswer = z.object({
  trace: Trace,
  otherSources: z.array(Sighting),
  search: z.object({
    asked: z.int(),
    /** Sources that were not asked, for there were too many, or no time left. */
    unasked: z.int(),
    unanswered: z.array(z.object({ sourceId: z.string(), sourceName: z.string() })),
  }),
});
export type TraceAnswer = z.infer<typeof TraceAnswer>;
