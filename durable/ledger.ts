import { DurableObject } from "cloudflare:workers";
import type { LetterPage, LetterQuery, ResendRecord, ResendRequest } from "../src/core/dead-letter.ts";
import { DELIVERY, type DeliveryPointer } from "../src/core/delivery.ts";
import { DAY_MS, HOUR_MS } from "../src/core/durations.ts";
import type { RefusedKind } from "../src/core/event-kind.ts";
import type { TalliedKind } from "../src/core/kind-counts.ts";
import type { DeliverySummary, ReportWindow, VolumeReport } from "../src/core/ledger-reports.ts";
import type {
  Claim,
  ClaimRequest,
  CountedSegment,
  JobOpening,
  LaneTrace,
  Settlement,
  SettleResult,
} from "../src/core/ledger.ts";
import type { LiveOutcomes, ReplayAtDestination, ReplayOpening } from "../src/core/replay-ledger.ts";
import { overviewRows, type OverviewQuery, type OverviewRow } from "../src/core/overview.ts";
import { REPLAY, replayIdOf } from "../src/core/replay.ts";
import { volumeReport } from "../src/core/reports.ts";
import type { IngestCounts } from "../src/core/sample.ts";
import type { DestinationStanding, SourceStanding, WorkspaceStanding } from "../src/core/standing.ts";
import type { Usage, UsageQuery, UsageReport } from "../src/core/usage.ts";
import { createRoom, type LedgerRoom } from "./ledger/room.ts";
import { destinationStanding, sourceStanding, workspaceStanding } from "./ledger/standing.ts";
import { deliverySummary } from "./ledger/summary.ts";
import { UsageTally } from "./usage.ts";
import { logError } from "../src/log/log.ts";
import { AlarmClock } from "./alarm-clock.ts";

const SWEEP_EVERY_MS = 6 * HOUR_MS;
const ALARM_FAILED_MS = 30_000;
/** Steps of a re-send at a time, so that deliveries get their turn in between; the alarm goes on with it. */
const RESEND_STEPS = 10;
const RESEND_AGAIN_MS = 1000;

/**
 * Counts and outcomes: one object per source (`source:<id>`), per destination (`destination:<id>`), `workspace`.
 * A destination's ledger alone knows what became of each line and decides what is sent when; the DELIVERIES
 * queue only carries its pointers, so one that is lost or comes twice does no harm.
 */
export class Ledger extends DurableObject<Env> {
  readonly #room: LedgerRoom;
  readonly #used = new UsageTally();
  readonly #alarm: AlarmClock;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const queue = env.DELIVERIES as Queue<DeliveryPointer>;
    this.#alarm = new AlarmClock(this.#used.countingAlarm(ctx.storage));
    this.#room = createRoom(ctx.storage, {
      send: async (pointers) => {
        await queue.sendBatch(pointers.map((body) => ({ body })));
        this.#used.add("pointers", pointers.length);
      },
      arm: (at) => this.#alarm.wakeBy(at),
      now: () => Date.now(),
      random: () => Math.random(),
      used: this.#used,
    });
    void ctx.blockConcurrencyWhile(() => this.#alarm.read());
  }

  /**
   * Adds ingest counts to the minute of `at`. Keys: `accepted` (by the segment: see countSegment), `duplicate`,
   * `refused:<reason>`, which `kinds` breaks down as far as that is known. Not idempotent: a caller that repeats
   * counts twice.
   */
  async count(at: number, counts: IngestCounts, kinds: readonly RefusedKind[] = [], usage: Usage = {}): Promise<void> {
    this.#used.addAll({ ...usage, requests: 1 + (usage.requests ?? 0) });
    const tallied = kinds.map(({ kind, reason, count }): TalliedKind => ({
      metric: "refused",
      ...kind,
      reason,
      count,
    }));
    const seenAt = (counts["accepted"] ?? 0) > 0 ? at : undefined;
    this.#room.counters.add([{ at, counts, kinds: tallied, seenAt }]);
  }

  /** Adds the events of a segment once: a repeated one, and any before it of the same shard, counts nothing. */
  async countSegment({ shard, segment, at, accepted, kinds = [], usage = {} }: CountedSegment): Promise<void> {
    this.#used.addAll({ ...usage, requests: 1 + (usage.requests ?? 0) });
    const { counters } = this.#room;
    const mark = { shard, segment };
    if (counters.hasCounted(mark)) return;
    const tallied = kinds.map(({ kind, count }): TalliedKind => ({ metric: "accepted", ...kind, count }));
    this.ctx.storage.transactionSync(() => {
      counters.add([{ at, counts: { accepted }, kinds: tallied, seenAt: at }], mark);
    });
  }

  async volume(window: ReportWindow): Promise<VolumeReport> {
    const { counters } = this.#room;
    return volumeReport(counters.series(window), window, counters.lastSeenAt());
  }

  /** One metric of Segment's delivery overview. The caller has checked the window (core/overview overviewProblem). */
  async overview(query: OverviewQuery): Promise<OverviewRow[]> {
    const from = Math.floor(query.from / DAY_MS) * DAY_MS;
    return overviewRows(this.#room.counters.hours(query.granularity === "DAY" ? from : query.from, query.to), query);
  }

  /** Durable once it returns; the pointer follows as soon as the destination's pacing allows. Idempotent. */
  async open(opening: JobOpening): Promise<void> {
    const { meta, jobs, pump } = this.#room;
    this.#used.add("requests");
    const now = Date.now();
    if (meta.get("destinationId") === undefined) meta.set("destinationId", opening.destinationId);
    if (jobs.open(opening, now)) await pump.run(now);
  }

  /** The cells to decide and send now, held for DELIVERY.leaseMs; see Claim. */
  async claim(request: ClaimRequest): Promise<Claim> {
    const { deliveries, meta, pump } = this.#room;
    this.#used.add("requests");
    const claim = deliveries.claim(request);
    if (claim.status === "granted") this.#used.add("claims");
    if (claim.status === "granted") pump.held(request, Date.now() + DELIVERY.leaseMs);
    // Its pointer is used up; when the user resumes, a new one follows at once.
    else if (meta.hold().pausedAt !== undefined) pump.held(request, undefined);
    return claim;
  }

  /** Books what became of the cells; once the job is let go, the next pointers go out. */
  async settle(settlement: Settlement): Promise<SettleResult> {
    const { deliveries, pump } = this.#room;
    this.#used.add("requests");
    const { proceed, released } = deliveries.settle(settlement);
    const now = Date.now();
    if (proceed) pump.held(settlement, now + DELIVERY.leaseMs);
    if (released) {
      pump.held(settlement, undefined);
      this.#endCancelled(now);
      await pump.run(now);
    }
    return { proceed };
  }

  async summary(window: ReportWindow): Promise<DeliverySummary> {
    return deliverySummary(this.#room, window);
  }

  /** For whoever looks at the workspace's health: of a destination's ledger, a source's, the workspace's. */
  async standing(): Promise<DestinationStanding> {
    return destinationStanding(this.#room, Date.now());
  }
  async sourceStanding(): Promise<SourceStanding> {
    return sourceStanding(this.#room, Date.now());
  }
  async workspaceStanding(): Promise<WorkspaceStanding> {
    return workspaceStanding(this.#room, Date.now());
  }

  /** For the cost meter. */
  async usage(query: UsageQuery): Promise<UsageReport> {
    return this.#room.counters.usage(query);
  }

  /** What became of one line of a segment here; empty when it was never routed here or is forgotten by now. */
  async lineTrace(key: string, line: number): Promise<LaneTrace[]> {
    return this.#room.jobs.trace(key, line);
  }

  /**
   * The user stops all deliveries: what is under way is booked, nothing new is sent, no attempt is used and nothing is
   * given up, however long it takes.
   */
  async pause(): Promise<void> {
    const { meta } = this.#room;
    if (meta.hold().pausedAt === undefined) meta.setHold({ ...meta.hold(), pausedAt: Date.now() });
  }

  /** Whether the user has stopped all deliveries; far cheaper than a summary. */
  async isPaused(): Promise<boolean> {
    return this.#room.meta.hold().pausedAt !== undefined;
  }

  /** Everything that waits goes out as the destination's own pacing allows. */
  async resume(): Promise<void> {
    const { meta, pump } = this.#room;
    const now = Date.now();
    if (meta.hold().pausedAt !== undefined) meta.setHold({ resumedAt: now });
    await pump.run(now);
  }

  /** Dead letters of the last 90 days, newest first. */
  async deadLetters(query: LetterQuery): Promise<LetterPage> {
    return this.#room.letters.list(query, Date.now() - DELIVERY.lettersKeptMs);
  }

  /**
   * Sends dead letters again, as jobs of their own; those that come while it is under way are not among them.
   * Idempotent by `id`. Throws for an `id` that cannot be one.
   */
  async resend(request: ResendRequest): Promise<ResendRecord> {
    if (!/^\w{1,40}$/.test(request.id)) throw new Error("a re-send's id is 1 to 40 letters, digits or _");
    const { resends } = this.#room;
    const now = Date.now();
    if (resends.find(request.id) === undefined) {
      const [oldest, newest] = [now - DELIVERY.lettersKeptMs, now + 1];
      const { from = oldest, to = newest } = request;
      resends.add({ ...request, from: Math.max(from, oldest), to: Math.min(to, newest) }, now);
      await this.#sendAgain(now);
    }
    return resends.find(request.id)!;
  }

  /** The latest re-sends, newest first. */
  async resends(): Promise<ResendRecord[]> {
    return this.#room.resends.list();
  }

  /** Opens a job for the lines that a replay sends here, once; says how the replay stands. */
  async openReplay(opening: ReplayOpening): Promise<ReplayAtDestination> {
    const { meta, replaying, pump } = this.#room;
    const now = Date.now();
    if (meta.get("destinationId") === undefined) meta.set("destinationId", opening.destinationId);
    if (replaying.open(opening, now)) await pump.run(now);
    return replaying.state(replayIdOf(opening.replayId) ?? "", now);
  }

  async replayState(id: string): Promise<ReplayAtDestination> {
    return this.#room.replaying.state(id, Date.now());
  }

  /** Drops what waits of a replay as `replay_cancelled`, and lets it open nothing more. Idempotent. */
  async cancelReplay(id: string): Promise<ReplayAtDestination> {
    const { replays, replaying } = this.#room;
    const now = Date.now();
    replays.cancel(id, now);
    this.#endCancelled(now);
    return replaying.state(id, now);
  }

  /** What became of a segment's lines when they came in; null when this ledger knows of none, or no longer. */
  async outcomesOf(key: string): Promise<LiveOutcomes | null> {
    return this.#room.replaying.liveOutcomes(key) ?? null;
  }

  #endCancelled(now: number): void {
    this.#alarm.wakeBy(this.#room.replaying.endCancelled(now));
  }

  /** Alarms are dropped after six failures, so nothing may leave this without the next one armed. */
  override async alarm(): Promise<void> {
    this.#alarm.rang();
    this.#used.add("requests");
    const now = Date.now();
    try {
      this.#sweep(now);
      this.#endCancelled(now);
      await this.#sendAgain(now);
    } catch (error) {
      logError("ledger_alarm_failed", { object: this.ctx.id.name }, error);
      this.#alarm.wakeBy(now + ALARM_FAILED_MS);
    }
  }

  /** Goes on with re-sends and sends what is due. */
  async #sendAgain(now: number): Promise<void> {
    const { resending, pump, resends } = this.#room;
    // Before anything is done: an object that dies in the middle must be woken again.
    if (resends.unfinished() !== undefined) this.#alarm.wakeBy(now + RESEND_AGAIN_MS);
    resending.proceed(now, RESEND_STEPS);
    await pump.run(now);
  }

  #sweep(now: number): void {
    const { meta, jobs, letters, resends, replays } = this.#room;
    if (now - Number(meta.get("sweptAt") ?? 0) < SWEEP_EVERY_MS) return;
    jobs.forgetFinished(now - DELIVERY.finishedKeptMs);
    letters.forget(now - DELIVERY.lettersKeptMs);
    resends.forget(now - DELIVERY.lettersKeptMs);
    replays.forget(now - REPLAY.keptMs);
    meta.set("sweptAt", String(now));
  }
}
