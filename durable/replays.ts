import { DurableObject } from "cloudflare:workers";
import type { Refusal } from "../src/core/catalog.ts";
import type { ReplayAction, ReplayPage, ReplayQuery, ReplayRecord, ReplayRequest } from "../src/core/replay.ts";
import type { CheckedStep, LoadedStep, ReplayClaim, ReplayStep } from "../src/core/replay-steps.ts";
import type { Result } from "../src/core/result.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { movesOf } from "./replays/moves.ts";
import { createPump } from "./replays/pump.ts";
import { createRoom, type ReplaysRoom } from "./replays/room.ts";
import { stepMovesOf } from "./replays/step-moves.ts";
import { showListed, showReplay } from "./replays/view.ts";
import { logError } from "../src/log/log.ts";

const ALARM_FAILED_MS = 30_000;

const earliest = (...times: readonly (number | undefined)[]): number | undefined =>
  times.filter((at) => at !== undefined).toSorted((a, b) => a - b)[0];

/**
 * The replays of the workspace: `getByName("workspace")`. It knows what is to be sent and how far each replay is;
 * consumers of REPLAY_STEPS read the archive for it, the ledgers of the destinations send. The alarm is its only motor.
 */
export class Replays extends DurableObject<Env> {
  readonly #room: ReplaysRoom;
  readonly #moves: ReturnType<typeof movesOf>;
  readonly #steps: ReturnType<typeof stepMovesOf>;
  readonly #pump: ReturnType<typeof createPump>;
  readonly #alarm: AlarmClock;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const queue = env.REPLAY_STEPS as Queue<ReplayStep>;
    this.#room = createRoom(ctx.storage, {
      send: async (steps) => void (await queue.sendBatch(steps.map((body) => ({ body })))),
      ledger: (destinationId) => {
        const ledger = env.LEDGER.getByName(`destination:${destinationId}`);
        return {
          open: (opening) => ledger.openReplay(opening),
          state: (id) => ledger.replayState(id),
          cancel: (id) => ledger.cancelReplay(id),
        };
      },
      now: () => Date.now(),
    });
    this.#moves = movesOf(this.#room);
    this.#steps = stepMovesOf(this.#room);
    this.#pump = createPump(this.#room);
    this.#alarm = new AlarmClock(ctx.storage);
    void ctx.blockConcurrencyWhile(() => this.#alarm.read());
  }

  /**
   * Durable once it returns; its dry run begins. The same id again answers what is there and changes nothing.
   * @param drainMs how long the source's Intake may hold events before it drains.
   */
  async create(request: ReplayRequest, drainMs: number): Promise<Result<ReplayRecord, Refusal>> {
    return this.#armed(this.#moves.create(request, drainMs));
  }

  async get(id: string): Promise<ReplayRecord | null> {
    const replay = this.#room.replays.find(id);
    return replay === undefined ? null : showReplay(replay, this.#room);
  }

  async list(query: ReplayQuery): Promise<ReplayPage> {
    const { items, next } = this.#room.replays.list(query);
    return {
      replays: items.map((replay) => showListed(replay, this.#room)),
      ...(next === undefined ? {} : { next }),
    };
  }

  /** Doing again what is done already changes nothing; what cannot be done is refused with a sentence. */
  async act(id: string, action: ReplayAction): Promise<Result<ReplayRecord, Refusal>> {
    return this.#armed(this.#moves.act(id, action));
  }

  /** A consumer asks what there is to do; held for REPLAY_STEPS.leaseMs, renewed by each of its results. */
  async claim(step: ReplayStep): Promise<ReplayClaim> {
    this.#pump.arrived(step);
    return this.#armed(this.#steps.claim(step));
  }

  async checked(result: CheckedStep): Promise<{ proceed: boolean }> {
    return this.#armed(this.#steps.checked(result));
  }

  async loaded(result: LoadedStep): Promise<{ proceed: boolean }> {
    return this.#armed(this.#steps.loaded(result));
  }

  /** A claim's work has failed: it is given out again after a pause. */
  async failed(step: ReplayStep, token: number, error: string): Promise<void> {
    this.#armed(this.#steps.failed(step, token, error));
  }

  /** Alarms are dropped after six failures, so nothing may leave this without the next one armed. */
  override async alarm(): Promise<void> {
    this.#alarm.rang();
    // Before anything is done: an object that dies in the middle must be woken again.
    this.#alarm.wakeBy(Date.now() + ALARM_FAILED_MS);
    try {
      const wake = await this.#pump.run();
      this.#alarm.wakeAt(earliest(wake, this.#pump.dueAt()));
    } catch (error) {
      logError("replays_alarm_failed", {}, error);
    }
  }

  /** Arms the alarm for what has become due. */
  #armed<T>(answer: T): T {
    this.#alarm.wakeBy(this.#pump.dueAt());
    return answer;
  }
}
