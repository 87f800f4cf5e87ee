import { DurableObject } from "cloudflare:workers";
import { EXPORTS } from "../src/core/export-times.ts";
import type {
  ExportTask,
  FollowerClaimResult,
  FollowerResult,
  HoldResult,
  HourClaimResult,
  Progress,
  PublishRequest,
  PublishResult,
  Run,
  RunRequest,
} from "../src/core/exports.ts";
import type {
  ExportSummary,
  FilePage,
  FileQuery,
  HourView,
  RunPage,
  RunQuery,
  TableView,
} from "../src/core/export-views.ts";
import type { Refusal } from "../src/core/catalog.ts";
import type { Result } from "../src/core/result.ts";
import type { ColumnType } from "../src/core/warehouse/schema.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { retype } from "./exports/columns.ts";
import { drop } from "./exports/dropping.ts";
import { followerClaims, type FollowerClaims } from "./exports/follower-claims.ts";
import { hourClaims, type HourClaims } from "./exports/hour-claims.ts";
import { createMotor, type Motor } from "./exports/motor.ts";
import { createPlans, type Plans } from "./exports/plans.ts";
import { publishing } from "./exports/publishing.ts";
import { createPump, type Pump } from "./exports/pump.ts";
import { createRoom, type Room } from "./exports/room.ts";
import { createViews } from "./exports/views.ts";

/** An alarm that comes so much earlier will do. */
const EARLY_MS = 5000;

/**
 * The warehouse tables of one source, `getByName(sourceId)`: which hours are to be made, by whom, what is published and
 * how far each follower is. The consumers of the exports queue do the work under claims; a message only says "look", so
 * one that is lost or comes twice does no harm.
 */
export class Exports extends DurableObject<Env> {
  readonly #room: Room;
  readonly #claims: HourClaims;
  readonly #followers: FollowerClaims;
  readonly #publishing: ReturnType<typeof publishing>;
  readonly #views: ReturnType<typeof createViews>;
  readonly #plans: Plans;
  readonly #pump: Pump;
  readonly #motor: Motor;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#room = createRoom(ctx.storage, Date.now());
    this.#claims = hourClaims(this.#room);
    this.#followers = followerClaims(this.#room);
    this.#publishing = publishing(this.#room, this.#claims);
    this.#views = createViews(this.#room, this.#followers);
    const queue = env.EXPORT_TASKS as Queue<ExportTask>;
    const { meta } = this.#room;
    // An alarm does not bring the name along.
    if (ctx.id.name !== undefined && meta.get("sourceId") === undefined) meta.set("sourceId", ctx.id.name);
    const sourceId = () => meta.get<string>("sourceId") ?? "";
    this.#plans = createPlans({
      sourceId,
      catalog: () => env.CATALOG.getByName("workspace"),
      room: this.#room,
      followers: this.#followers,
      now: () => Date.now(),
    });
    const alarm = new AlarmClock(ctx.storage);
    this.#pump = createPump({
      room: this.#room,
      followers: this.#followers,
      sourceId,
      send: async (tasks) => void (await queue.sendBatch(tasks.map((body) => ({ body })))),
      wakeAt: (at) => alarm.wakeAt(at, EARLY_MS),
    });
    const [room, plans, pump] = [this.#room, this.#plans, this.#pump];
    this.#motor = createMotor({ room, plans, pump, alarm, archive: env.ARCHIVE, sourceId });
    void ctx.blockConcurrencyWhile(() => alarm.read());
  }

  /** The archive has more of these hours. Idempotent; kept also while exports are off, so that turning them on fills up. */
  async changed(hours: readonly { readonly hour: number; readonly seq: number }[]): Promise<void> {
    this.#room.transaction(() => {
      for (const { hour, seq } of hours) this.#room.hours.want(hour, seq);
    });
    await this.#motor.proceed();
  }

  /** Nothing of these hours waits for its next try; with `rebuild` all that are known are made again: how many those are. */
  async run({ from, to, rebuild }: RunRequest): Promise<number> {
    const count = this.#room.transaction(() => {
      const { hours } = this.#room;
      hours.retryNow({ from, to });
      this.#claims.retryNow({ from, to });
      const wanted = rebuild ? hours.known({ from, to }) : [];
      for (const hour of wanted) hours.ask(hour);
      return wanted.length;
    });
    await this.#motor.proceed();
    return count;
  }

  /** Settings or warehouses have changed. */
  async refresh(): Promise<void> {
    this.#plans.forget();
    await this.#motor.proceed();
  }

  async claimHour(): Promise<HourClaimResult> {
    const plan = await this.#plans.current();
    const now = Date.now();
    if (!plan.enabled || !this.#claims.ready(now)) return { status: "nothing_due" };
    const owner = await this.#plans.owner();
    const claim = this.#claims.claim(plan, owner, Date.now());
    if (claim.status === "claimed") this.#pump.held(undefined, Date.now() + EXPORTS.leaseMs);
    await this.#motor.proceed();
    return claim;
  }

  /** The holder is alive. */
  async renewHour(token: number): Promise<HoldResult> {
    const now = Date.now();
    const held = this.#claims.renew(token, now);
    if (held.status === "held") this.#pump.held(undefined, now + EXPORTS.leaseMs);
    return held;
  }

  /** Files that are about to be written; `n` is the number of the next one. Nothing is written before this is held. */
  async writing(token: number, keys: readonly string[], n: number): Promise<HoldResult> {
    return this.#claims.intend(token, keys, n, Date.now());
  }

  /** What was done since the claim, of which this is the end: the next claim goes on from there. */
  async checkpoint(token: number, progress: Progress): Promise<HoldResult> {
    return this.#released(this.#claims.checkpoint(token, progress));
  }

  /** Tried again later. `final`: it would not help; the hour stays as it is published. */
  async failHour(token: number, error: string, final = false): Promise<void> {
    const now = Date.now();
    if (final) this.#claims.giveUp(token, error, now);
    else this.#claims.fail(token, error, now);
    await this.#released({ status: "held" });
  }

  /** All files are written; the manifests follow, then `published`. */
  async publishing(token: number, request: PublishRequest): Promise<PublishResult> {
    const owner = await this.#plans.owner();
    const result = this.#publishing.publishing(token, request, owner, Date.now());
    if (result.status === "empty") await this.#released({ status: "held" }, EXPORTS.nextMs);
    return result;
  }

  async published(token: number): Promise<HoldResult> {
    return this.#released(this.#publishing.published(token, Date.now()), EXPORTS.nextMs);
  }

  async claimFollower(name: string): Promise<FollowerClaimResult> {
    const { enabled } = await this.#plans.current();
    if (!enabled) return { status: "nothing_due" };
    const owner = await this.#plans.owner();
    const now = Date.now();
    const claim = this.#followers.claim(name, owner, now);
    if (claim.status === "claimed") this.#pump.held(name, now + EXPORTS.leaseMs);
    await this.#motor.proceed();
    return claim;
  }

  async renewFollower(name: string, token: number): Promise<HoldResult> {
    const now = Date.now();
    const held = this.#followers.renew(name, token, now);
    if (held.status === "held") this.#pump.held(name, now + EXPORTS.leaseMs);
    return held;
  }

  /** Throws for a state that is too long. */
  async finishFollower(name: string, token: number, result: FollowerResult): Promise<HoldResult> {
    const held = this.#followers.finish(name, token, result, Date.now());
    if (held.status === "held") this.#pump.held(name, Date.now() + EXPORTS.nextMs);
    await this.#motor.proceed();
    return held;
  }

  /** Another type for a column: all published hours of its table are made again. */
  async setColumnType(table: string, column: string, type: ColumnType): Promise<Result<number, Refusal>> {
    const result = retype(this.#room, this.#claims, { table, column, type }, Date.now());
    await this.#motor.proceed();
    return result;
  }

  /** Forgets a table of events that has no rows. */
  async dropTable(table: string): Promise<Result<void, Refusal>> {
    return drop(this.#room, table);
  }

  async summary(): Promise<ExportSummary> {
    const { enabled } = await this.#plans.current();
    return this.#views.summary(enabled, Date.now());
  }
  async tables(): Promise<{ readonly schema: string | null; readonly tables: readonly TableView[] }> {
    return { schema: this.#room.meta.get<string>("schema") ?? null, tables: this.#views.tables() };
  }
  async hours(window: { readonly from: number; readonly to: number }): Promise<HourView[]> {
    return this.#views.hours(window);
  }
  /** How many objects publications of a UTC month have written to R2. `month`: its start, ms since epoch. */
  async written(month: number): Promise<number> {
    return this.#room.written.of(month);
  }
  async files(query: FileQuery): Promise<FilePage> {
    return this.#views.files(query);
  }
  async runs(query: RunQuery): Promise<RunPage> {
    return this.#room.history.list(query);
  }
  async findRun(id: number): Promise<Run | null> {
    return this.#room.history.find(id) ?? null;
  }

  override async alarm(): Promise<void> {
    await this.#motor.rang();
  }

  /** @param pauseMs how long whoever let go has to ask for the next one. */
  async #released<T extends HoldResult>(result: T, pauseMs = 0): Promise<T> {
    if (result.status === "held") this.#pump.held(undefined, pauseMs === 0 ? undefined : Date.now() + pauseMs);
    await this.#motor.proceed();
    return result;
  }
}
