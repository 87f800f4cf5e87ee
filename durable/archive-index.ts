import { DurableObject } from "cloudflare:workers";
import {
  knowsKinds,
  type DayFacts,
  type DayObjects,
  type HourSegments,
  type SegmentList,
  type SegmentPlace,
  type SegmentQuery,
} from "../src/core/archive-index.ts";
import type { ArchiveTotals, HoursQuery, PieceList, PieceQuery, SearchedHours } from "../src/core/archive-listing.ts";
import type { BuiltFile, CompactionClaim, FileName } from "../src/core/compaction.ts";
import type { ExportTask } from "../src/core/exports.ts";
import type { SegmentPointer } from "../src/core/intake.ts";
import { Plan, PLANS } from "../src/core/plan.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { readFacts } from "./archive-index/read-facts.ts";
import { Duties } from "./archive-index/duties.ts";
import { createRoom, dutiesOf, type ArchiveRoom } from "./archive-index/room.ts";
import { tellNow } from "./archive-index/telling.ts";
import { logError } from "../src/log/log.ts";

/**
 * Which segments a source has in the archive: `getByName(sourceId)`. Told of each by queues/events before Intake is
 * let off; it tells the exports which hours have changed, and keeps an index object per day in R2. It outlives its
 * source: who deletes a source keeps the events, as retention allows.
 */
export class ArchiveIndex extends DurableObject<Env> {
  readonly #room: ArchiveRoom;
  readonly #duties: Duties;
  readonly #alarm: AlarmClock;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#room = createRoom(ctx.storage, {
      sourceId: ctx.id.name ?? "",
      archive: env.ARCHIVE,
      retentionDays: () => env.CATALOG.getByName("workspace").retentionOf(ctx.id.name ?? ""),
      tellExports: (hours) => env.EXPORTS.getByName(ctx.id.name ?? "").changed(hours),
      askToCompact: async () =>
        void (await (env.EXPORT_TASKS as Queue<ExportTask>).send({ sourceId: ctx.id.name ?? "", task: "compact" })),
      compacts: PLANS[Plan.default("paid").parse(env.INLET_PLAN)].compacts,
      now: () => Date.now(),
    });
    this.#duties = new Duties(dutiesOf(this.#room));
    this.#alarm = new AlarmClock(ctx.storage);
    void ctx.blockConcurrencyWhile(async () => {
      await this.#alarm.read();
      const { adoption, hours, dayMarks, retention } = this.#room;
      if (!adoption.isDone()) this.#alarm.wakeBy(Date.now());
      else if (!this.#alarm.isSet()) {
        this.#alarm.wakeBy(hours.nextDue() ?? dayMarks.nextDue() ?? (retention.isEmpty() ? undefined : Date.now()));
      }
    });
  }

  /** Durable once it returns; the same segment again changes nothing. */
  async add({ facts, key, shard, segment, count }: SegmentPointer): Promise<void> {
    const { adding, archive, now } = this.#room;
    const told = facts === undefined ? null : { ...facts, key, shard, segment, count };
    const known = told !== null && knowsKinds(told) ? told : ((await readFacts(archive, key)) ?? told);
    if (known === null) {
      logError("segment_not_in_archive", { key });
      return;
    }
    this.#alarm.wakeBy(adding.add([known], now()));
  }

  /** Tells the exports of all changes within `[from, to)` (ms) at once, those of the open hour too. */
  async tellNow(window: { readonly from: number; readonly to: number }): Promise<void> {
    await tellNow(window, this.#room);
  }

  /** Where a compacted segment's lines are; null when it is an object of its own, or gone. */
  async locate(key: string): Promise<SegmentPlace | null> {
    return this.#room.listing.locate(key);
  }

  /** Segments that may hold events received in a range, each once; see SegmentQuery. */
  async list(query: SegmentQuery): Promise<SegmentList> {
    return this.#told(this.#room.listing.list(query));
  }

  /** Every segment that holds events received in the hour that starts at `hour`, ordered by shard and number. */
  async hour(hour: number): Promise<HourSegments> {
    return this.#room.listing.hour(hour);
  }

  /** The days (of commits) within `[from, to)` that hold anything, the oldest first. */
  async days({ from = 0, to = Number.MAX_SAFE_INTEGER }: { from?: number; to?: number } = {}): Promise<DayFacts[]> {
    return [...this.#room.days.between(from, to)];
  }

  /** Days before `before` that hold anything, the newest first. */
  async latestDays(before: number, limit: number): Promise<{ days: DayFacts[]; more: boolean }> {
    return this.#room.searching.latestDays(before, limit);
  }

  async totals(): Promise<ArchiveTotals> {
    return { ...this.#room.searching.totals(), adopting: !this.#room.adoption.isDone() };
  }

  /** Segments to be searched, by the hour in which their events were received. */
  async searchedHours(query: HoursQuery): Promise<SearchedHours> {
    return this.#told(this.#room.searching.hours(query));
  }

  /** Where all events of a range are; each stands in one piece. */
  async pieces(query: PieceQuery): Promise<PieceList> {
    return this.#told(this.#room.pieces.list(query));
  }

  /** The next compacted file that is to be written, leased to the caller. */
  async claimCompaction(): Promise<CompactionClaim> {
    const { adoption, compaction, now } = this.#room;
    // An hour of which segments are still being taken in would become several files.
    return adoption.isDone() ? compaction.claim(now()) : { status: "nothing_due" };
  }

  /** To be told of the upload before anything is written; false when the lease is lost. */
  async beginCompaction(name: FileName, uploadId: string): Promise<boolean> {
    return this.#room.compaction.begin(name, uploadId);
  }

  /** From now on the segments are read from the file. False when it is not wanted any more. */
  async finishCompaction(name: FileName, built: BuiltFile): Promise<boolean> {
    const { compaction, now } = this.#room;
    const placed = compaction.finish(name, built, now());
    this.#alarm.wakeBy(now());
    return placed;
  }

  /** The file could not be written; its hour is tried again later. */
  async failCompaction(name: FileName): Promise<void> {
    const { compaction, now } = this.#room;
    compaction.fail(name, now());
    this.#alarm.wakeBy(now());
  }

  /** Whether retention has ended a segment's time: then nobody can read it any more. */
  async isRemoved(key: string): Promise<boolean> {
    return this.#room.retention.isRemoved(key);
  }

  /** One day with the objects that hold its events, `limit` of them from the `offset`th on, by hour. */
  async day(day: number, { offset, limit }: { offset: number; limit: number }): Promise<DayObjects> {
    return this.#room.days.objects(day, offset, limit);
  }

  /** Alarms are dropped after six failures: Duties never throws, and says when to come again. */
  override async alarm(): Promise<void> {
    this.#alarm.rang();
    this.#alarm.wakeBy(await this.#duties.run(this.#room.now()));
  }

  /** An answer that may lack segments says so. */
  #told<Answer extends object>(answer: Answer): Answer & { readonly adopting?: true } {
    return this.#room.adoption.isDone() ? answer : { ...answer, adopting: true };
  }
}
