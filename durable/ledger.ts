import { DurableObject } from "cloudflare:workers";
import { DELIVERY, type DeliveryPointer } from "../src/core/delivery.ts";
import { HOUR_MS } from "../src/core/durations.ts";
import type {
  Claim,
  CountedSegment,
  DeliverySummary,
  JobOpening,
  LineTrace,
  ReportWindow,
  Settlement,
  SettleResult,
  VolumeReport,
} from "../src/core/ledger.ts";
import type { Pacing } from "../src/core/pacing.ts";
import { deliveryReport, volumeReport } from "../src/core/reports.ts";
import type { IngestCounts } from "../src/core/sample.ts";
import { counterStore, type CounterStore } from "./ledger/counter-store.ts";
import { deliveriesOf, type Deliveries } from "./ledger/deliveries.ts";
import { errorStore, type ErrorStore } from "./ledger/error-store.ts";
import { jobStore, type JobStore } from "./ledger/job-store.ts";
import { createPump, type Pump } from "./ledger/pump.ts";
import { createTables } from "./ledger/schema.ts";

const SWEEP_EVERY_MS = 6 * HOUR_MS;
const ALARM_FAILED_MS = 30_000;

/**
 * Counts and outcomes: one object per source (`source:<id>`), per destination (`destination:<id>`), `workspace`.
 * A destination's ledger alone knows what became of each line and decides what is sent when; the DELIVERIES
 * queue only carries its pointers, so one that is lost or comes twice does no harm.
 */
export class Ledger extends DurableObject<Env> {
  readonly #counters: CounterStore;
  readonly #errors: ErrorStore;
  readonly #jobs: JobStore;
  readonly #deliveries: Deliveries;
  readonly #pump: Pump;
  #alarmAt: number | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    createTables(sql);
    this.#counters = counterStore(sql);
    this.#errors = errorStore(sql);
    this.#jobs = jobStore(sql);
    this.#deliveries = deliveriesOf({
      jobs: this.#jobs,
      counters: this.#counters,
      errors: this.#errors,
      transaction: (change) => ctx.storage.transactionSync(change),
      readPacing: () => (JSON.parse(this.#meta("pacing") ?? "null") as Pacing | null) ?? undefined,
      writePacing: (pacing) => this.#setMeta("pacing", JSON.stringify(pacing)),
      now: () => Date.now(),
      random: () => Math.random(),
    });
    const queue = env.DELIVERIES as Queue<DeliveryPointer>;
    this.#pump = createPump({
      jobs: this.#jobs,
      pacing: () => this.#deliveries.pacing(),
      destinationId: () => this.#meta("destinationId") ?? "",
      send: async (pointers) => void (await queue.sendBatch(pointers.map((body) => ({ body })))),
      arm: (at) => this.#arm(at),
    });
    void ctx.blockConcurrencyWhile(async () => {
      this.#alarmAt = await ctx.storage.getAlarm();
    });
  }

  /**
   * Adds ingest counts to the minute of `at`. Keys: `accepted` (by the segment: see countSegment), `duplicate`, `refused:<reason>`.
   * Not idempotent: a caller that repeats counts twice.
   */
  async count(at: number, counts: IngestCounts): Promise<void> {
    this.#counters.add(at, counts, (counts["accepted"] ?? 0) > 0 ? at : undefined);
  }

  /** Adds the events of a segment once: a repeated one, and any before it of the same shard, counts nothing. */
  async countSegment({ shard, segment, at, accepted }: CountedSegment): Promise<void> {
    const name = `counted:${shard}`;
    if (segment <= Number(this.#meta(name) ?? -1)) return;
    this.ctx.storage.transactionSync(() => {
      this.#counters.add(at, { accepted }, at);
      this.#setMeta(name, String(segment));
    });
  }

  async volume(window: ReportWindow): Promise<VolumeReport> {
    return volumeReport(this.#counters.series(window), window, this.#counters.lastSeenAt());
  }

  /** Durable once it returns; the pointer follows as soon as the destination's pacing allows. Idempotent. */
  async open(opening: JobOpening): Promise<void> {
    const now = Date.now();
    if (this.#meta("destinationId") === undefined) this.#setMeta("destinationId", opening.destinationId);
    if (this.#jobs.open(opening, now)) await this.#pump.run(now);
  }

  /** The lines to send now, held for DELIVERY.leaseMs; see Claim. */
  async claim(name: { key: string; replayId?: string }): Promise<Claim> {
    const claim = this.#deliveries.claim(name);
    if (claim.status === "granted") this.#pump.held(name, Date.now() + DELIVERY.leaseMs);
    return claim;
  }

  /** Books what became of the lines; once the job is let go, the next pointers go out. */
  async settle(settlement: Settlement): Promise<SettleResult> {
    const { proceed, released } = this.#deliveries.settle(settlement);
    const now = Date.now();
    if (proceed) this.#pump.held(settlement, now + DELIVERY.leaseMs);
    if (released) {
      this.#pump.held(settlement, undefined);
      await this.#pump.run(now);
    }
    return { proceed };
  }

  async summary(window: ReportWindow): Promise<DeliverySummary> {
    const { reasons, ...report } = deliveryReport(this.#counters.series(window), window);
    const { waiting, retrying, nextAt } = this.#jobs.gauges();
    const { pausedUntil, probeAt } = this.#deliveries.pacing();
    const blockedUntil = Math.max(pausedUntil ?? 0, probeAt ?? 0);
    return {
      ...report,
      waiting,
      retrying,
      errors: this.#errors.groups(reasons),
      ...(nextAt === null ? {} : { nextAttemptAt: Math.max(nextAt, blockedUntil) }),
      ...(pausedUntil !== undefined && pausedUntil > window.now ? { pausedUntil } : {}),
      ...(probeAt === undefined ? {} : { probeAt }),
    };
  }

  /** What became of one line of a segment here; empty when it was never routed here or is forgotten by now. */
  async lineTrace(key: string, line: number): Promise<LineTrace[]> {
    return this.#jobs.trace(key, line);
  }

  /** Alarms are dropped after six failures, so nothing may leave this without the next one armed. */
  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    const now = Date.now();
    try {
      this.#sweep(now);
      await this.#pump.run(now);
    } catch (error) {
      console.error(`ledger ${this.ctx.id.name}: alarm failed`, error);
      this.#arm(now + ALARM_FAILED_MS);
    }
  }

  #sweep(now: number): void {
    if (now - Number(this.#meta("sweptAt") ?? 0) < SWEEP_EVERY_MS) return;
    this.#jobs.forgetFinished(now - DELIVERY.finishedKeptMs);
    this.#setMeta("sweptAt", String(now));
  }

  #arm(at: number): void {
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }

  #meta(name: string): string | undefined {
    const rows = this.ctx.storage.sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = ?", name).toArray();
    return rows[0]?.value;
  }

  #setMeta(name: string, value: string): void {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, value);
  }
}
