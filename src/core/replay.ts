import * as z from "zod";
import { DAY_MS } from "./durations.ts";
import { EventType } from "./event.ts";
import { EVENT_KINDS } from "./event-kind.ts";
import { FILTER_LIMITS } from "./filter-record.ts";

/** The bounds of replaying, each with the reason it has that size. */
export const REPLAY = {
  destinations: 10,
  /** Track names that one replay may name. */
  events: 200,
  nameChars: 120,
  /** Events a second to one destination. */
  maxRate: 10_000,
  defaultRate: 100,
  /** Replays that may run to one destination at once: its rate is then the one that was asked for. Others wait. */
  runningPerDestination: 1,
  /** Dry runs that read the archive at once. */
  checkingAtOnce: 2,
  /** Replays that are neither finished, cancelled nor failed. */
  unfinished: 100,
  /** How many are remembered, the newest, and for how long. */
  kept: 1000,
  keptMs: 90 * DAY_MS,
  /** Kinds of events a dry run tells apart; what is beyond is counted as `(other)`. */
  kinds: EVENT_KINDS.perSegment,
  /** Reasons of then that it tells apart: a destination's answers are made elsewhere. */
  reasons: 100,
  /** Sends of earlier replays that one which is ready names, the newest. */
  earlier: 20,
} as const;

/** The same id again is the same replay. */
export const ReplayId = z.string().regex(/^[\w-]{1,40}$/, "1 to 40 letters, digits, _ and -");

/**
 * - `checking`: the dry run is under way. `ready`: it is done, and its report is there; nothing has been sent.
 * - `running`: events are being sent, or wait for their turn behind another replay to the same destination.
 * - `paused`: by the user. `cancelled`: what was not sent yet is not. `finished`: all was sent or has another end.
 * - `failed`: the archive could not be read time after time (`error` says why); it can be resumed.
 */
export const ReplayStatus = z.enum(["checking", "ready", "running", "paused", "cancelled", "finished", "failed"]);
export type ReplayStatus = z.infer<typeof ReplayStatus>;

/** What a replay sends: receivedAt in [from, to), ms since epoch. */
export const ReplayCriteria = z.object({
  sourceId: z.string(),
  from: z.int(),
  to: z.int(),
  /** Empty = every type. */
  types: z.array(EventType).max(EventType.options.length),
  /** Names of track calls. Empty = all of them. With names and no `types`, only these track calls are meant. */
  events: z.array(z.string().min(1).max(500)).max(REPLAY.events),
  /** Server FQL that must hold. */
  filter: z.string().trim().min(1).max(FILTER_LIMITS.conditionChars).optional(),
});
export type ReplayCriteria = z.infer<typeof ReplayCriteria>;

/** A new replay; the caller has checked that source, destinations and filter are there and right. */
export const ReplayRequest = ReplayCriteria.extend({
  id: ReplayId,
  name: z.string().trim().min(1).max(REPLAY.nameChars).optional(),
  destinationIds: z.array(z.string()).min(1).max(REPLAY.destinations),
  /** Events a second, to each destination. */
  rate: z.int().min(1).max(REPLAY.maxRate),
});
export type ReplayRequest = z.infer<typeof ReplayRequest>;

const Reasons = z.record(z.string(), z.int());

/** What a dry run says about one destination. */
export const DryRunDestination = z.object({
  destinationId: z.string(),
  /** Deliveries (one per event and subscription) that would be made, by subscription. */
  would: z.array(z.object({ subscriptionId: z.string(), count: z.int() })),
  /** Their sum. */
  wouldSend: z.int(),
  /** Events that would not be sent, by reason (FILTERED_BY_…, NO_MATCHING_MAPPING …). */
  dropped: Reasons,
  /**
   * Titles of sampling filters that draw lots: `would`, `dropped` and `diff` are then what is to be expected, and each
   * run draws anew. Empty: the figures are exact.
   */
  sampledBy: z.array(z.string()),
  /**
   * What became of the same events when they came in. `unknown`: events that no record is left of: they
   * and the destination are older than the 7 days it remembers, or they may still be on their way to it. What it was never
   * handed is not delivered, as `not_connected`.
   */
  before: z.object({ delivered: z.int(), notDelivered: Reasons, unknown: z.int() }),
  /**
   * The deliveries of `would` against those of then, subscription by subscription: delivered then already, not
   * delivered then, not known; they add up to `wouldSend`. `notSentNow`: delivered then, and would not be sent now.
   */
  diff: z.object({ alreadyDelivered: z.int(), newlySent: z.int(), unknown: z.int(), notSentNow: z.int() }),
});
export type DryRunDestination = z.infer<typeof DryRunDestination>;

export const DryRun = z.object({
  /** Events the replay is about, by kind, the most frequent first. */
  events: z.array(z.object({ type: z.string(), name: z.string().optional(), count: z.int() })),
  /** Their sum. */
  matched: z.int(),
  /** Events in the window that the criteria leave out. */
  notMatched: z.int(),
  /** Events over which the filter failed (a value of a wrong type), and lines that are no event: left out. */
  unreadable: z.int(),
  /** Segments that retention took away before they were read, and how many events they held. */
  gone: z.object({ segments: z.int(), events: z.int() }),
  destinations: z.array(DryRunDestination),
});
export type DryRun = z.infer<typeof DryRun>;

/** How far a replay is with one destination. */
export const ReplayTrack = z.object({
  destinationId: z.string(),
  /**
   * `waiting`: another replay to it was started earlier. `held`: the destination is paused by the user or down, so
   * nothing more is opened. `done`: nothing is left to send.
   */
  state: z.enum(["waiting", "sending", "held", "done"]),
  heldBy: z.enum(["destination_paused", "destination_down"]).optional(),
  segmentsDone: z.int(),
  /** Events handed to its ledger, those among them that have no end yet, and of these the ones that failed before. */
  opened: z.int(),
  pending: z.int(),
  retrying: z.int(),
  /** Deliveries, one per event and subscription. */
  delivered: z.int(),
  /** By reason: events stopped before they were sent, and deliveries dropped or given up. */
  dropped: Reasons,
  abandoned: Reasons,
  /** Events in segments that retention took away meanwhile. */
  gone: z.int(),
});
export type ReplayTrack = z.infer<typeof ReplayTrack>;

export const ReplayProgress = z.object({
  /** Segments of the window; 0 until the dry run has counted them. */
  segments: z.int(),
  /** While checking: those read. Later: those that every destination is through with. */
  segmentsDone: z.int(),
  /** Matched so far; of the whole window once the dry run is done. */
  events: z.int(),
  /** While checking: how far in the window the dry run has come (ms since epoch). */
  checkedUntil: z.int().optional(),
  /** Empty until it is started. */
  destinations: z.array(ReplayTrack),
});
export type ReplayProgress = z.infer<typeof ReplayProgress>;

/** What a replay that was started before has delivered to one destination. Times are ms since epoch. */
export const EarlierSend = z.object({
  replayId: ReplayId,
  name: z.string().optional(),
  destinationId: z.string(),
  status: ReplayStatus,
  /** Its window, which overlaps. */
  from: z.int(),
  to: z.int(),
  /** Deliveries so far, of its whole window. */
  delivered: z.int(),
  startedAt: z.int(),
  finishedAt: z.int().optional(),
});
export type EarlierSend = z.infer<typeof EarlierSend>;

/** A replay and how far it is. Times are ms since epoch. */
export const ReplayRecord = ReplayRequest.extend({
  status: ReplayStatus,
  createdAt: z.int(),
  startedAt: z.int().optional(),
  finishedAt: z.int().optional(),
  /** Why it failed, or what it is trying again for. */
  error: z.string().optional(),
  progress: ReplayProgress,
  report: DryRun.optional(),
  /** Only while it is ready: what other replays have sent of its time to its destinations; `report` knows nothing of that. */
  earlier: z.array(EarlierSend).optional(),
});
export type ReplayRecord = z.infer<typeof ReplayRecord>;

export interface ReplayQuery {
  /** 1 to 1000. */
  readonly limit: number;
  readonly cursor?: string;
  readonly sourceId?: string;
  readonly destinationId?: string;
}

/** As lists have it: without its report, which may be long. */
export type ListedReplay = Omit<ReplayRecord, "report" | "earlier">;

/** Newest first. */
export interface ReplayPage {
  readonly replays: readonly ListedReplay[];
  readonly next?: string;
}

/** What a user can do with a replay. */
export const REPLAY_ACTIONS = ["start", "pause", "resume", "cancel"] as const;
export type ReplayAction = (typeof REPLAY_ACTIONS)[number];

/** The jobs of a replay in a ledger, several for a large segment: `replay-<id>-<chunk>`, chunks of a segment from 0. */
export const replayJobId = (id: string, chunk: number): string => `replay-${id}-${chunk}`;

/** The replay a job belongs to; undefined for live traffic and re-sends. */
export const replayIdOf = (jobId: string | undefined): string | undefined =>
  /^replay-([\w-]{1,40})-\d+$/.exec(jobId ?? "")?.[1];
