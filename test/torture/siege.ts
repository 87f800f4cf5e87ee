import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom, type Random } from "../support/random.ts";
import { CityHall } from "./city-hall.ts";
import { TorturedInlet } from "./process.ts";
import type { Act, Round } from "./schedule.ts";
import { Replays } from "./replays.ts";
import { ABORTS, PATHS, type Left } from "./seams.ts";
import { IS_LONG, say } from "./settings.ts";
import type { Totals } from "./totals.ts";
import { Town } from "./town.ts";
import { Log, runClient } from "./traffic.ts";
import { undelivered, unexported } from "./waiting.ts";
import { Warehouse } from "./warehouse.ts";

const CLIENTS = 4;
const MINUTE = 60_000;
/** Longer than a pointer waits to be sent again. */
const STEP_MS = 16 * MINUTE;
/** An hour's tables are made after its end, and its segments compacted two hours later. */
const HOURS_MS = 185 * MINUTE;
/** A machine that is busy with other things may need this long. */
const QUIET_MS = IS_LONG ? 1_200_000 : 240_000;
const PATIENCE_MS = 30_000;

type Parts = Pick<Siege, "totals" | "inlet" | "town" | "hall" | "warehouse">;

/** One run: the product, the tools around it, its clients, and everything that is done to it. */
export class Siege implements AsyncDisposable {
  readonly totals: Totals;
  readonly inlet: TorturedInlet;
  readonly town: Town;
  readonly hall: CityHall;
  readonly replays: Replays;
  /** Only in a long run. */
  readonly warehouse: Warehouse | undefined;
  readonly log = new Log();
  readonly #random: Random;
  readonly #stop = new AbortController();
  #clients: Promise<void>[] = [];
  #clientsLeave = false;

  private constructor({ totals, inlet, town, hall, warehouse }: Parts) {
    this.totals = totals;
    this.inlet = inlet;
    this.town = town;
    this.hall = hall;
    this.warehouse = warehouse;
    this.#random = seededRandom(totals.seed);
    this.replays = new Replays({ inlet, tool: hall.again, random: seededRandom(totals.seed + 2), totals });
  }

  static async lay(totals: Totals): Promise<Siege> {
    const inlet = await TorturedInlet.create({ seed: totals.seed, totals });
    const town = new Town(seededRandom(totals.seed + 1), totals);
    await town.open();
    await inlet.start();
    const hall = await CityHall.found(inlet, town);
    const warehouse = IS_LONG
      ? await Warehouse.open((connections) => totals.fault("warehouse_cut", connections))
      : undefined;
    const exported = hall.sources.filter((one) => one.exports).map(({ id }) => id);
    await warehouse?.connect(inlet, exported);
    return new Siege({ totals, inlet, town, hall, warehouse });
  }

  /** Clients go on through all rounds and restarts, as clients of a service that is down now and then do. */
  send(restMs: number): void {
    this.#clients = Array.from({ length: CLIENTS }, (_, n) => {
      const { id: sourceId, writeKey } = this.hall.sources[n % this.hall.sources.length]!;
      return runClient({
        url: () => this.inlet.url,
        sourceId,
        writeKey,
        name: `c${n}`,
        random: seededRandom(this.totals.seed + 100 + n),
        log: this.log,
        totals: this.totals,
        stop: this.#stop.signal,
        mayLeave: () => this.#clientsLeave,
        restMs,
      });
    });
  }

  async endTraffic(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#clients);
  }

  async round(round: Round): Promise<void> {
    const { inlet, town } = this;
    say(round.name);
    this.#clientsLeave = round.clientsLeave;
    town.fallIll(round.illness);
    await inlet.rates(round.rates);
    await this.replays.drive(IS_LONG);
    const pause = round.ms / (round.acts.length + 1);
    for (const act of round.acts) {
      await sleep(pause);
      await this.#act(act);
    }
    await sleep(pause);
    await this.#goOn(round);
    if (round.kill === undefined) return;
    say(`kill ${round.kill}`);
    await inlet.kill(round.kill);
    this.totals.fault(`killed_${round.kill}`);
    await inlet.start();
  }

  /** Until all that was to come about in the round did; time passes meanwhile, so that there is something to do. */
  async #goOn({ until = [], stepMs = 2 * MINUTE }: Round): Promise<void> {
    for (const end = Date.now() + PATIENCE_MS; this.totals.missing(until).length > 0 && Date.now() < end;) {
      await this.#act({ does: "jump", ms: stepMs });
      await this.replays.drive(false);
      await sleep(1000);
    }
    const missing = this.totals.missing(until);
    if (missing.length > 0) say(`${missing.join(", ")} did not come about`);
  }

  async #act(act: Act): Promise<void> {
    if (act.does === "grow") return this.#grow();
    if (act.does === "replay") return this.replays.begin(this.hall.sources[act.source]);
    if (act.does === "export") return this.#export();
    if (act.does === "cut") return this.warehouse?.cutNext();
    if (act.does === "abort") {
      const name = this.#random.pick(this.hall.objects[act.binding]);
      await this.inlet.control(PATHS.abort, { binding: act.binding, name });
      return this.totals.fault(ABORTS[act.binding]);
    }
    await this.inlet.jump(act.ms, this.hall.objects);
    this.totals.fault(act.ms < 0 ? "clock_back" : "clock_forward");
  }

  /** Whatever is due, the open hour too; who is refused lets it be. */
  async #export(): Promise<void> {
    for (const { id } of this.hall.sources.filter((one) => one.exports)) {
      await this.inlet.api("POST", `/api/sources/${id}/exports/run`, {}).catch(() => undefined);
    }
  }

  /** The change itself may meet a fault; whoever made it makes it again. */
  async #grow(): Promise<void> {
    const { id, shards } = this.hall.sources[2];
    for (let n = 0; n < 20; n++) {
      try {
        await this.inlet.api("PATCH", `/api/sources/${id}`, { settings: { shards } });
        return;
      } catch {
        await sleep(50);
      }
    }
  }

  /** Nothing goes wrong any more and time passes, until nothing waits anywhere. */
  async calmDown(): Promise<void> {
    this.town.fallIll({});
    await this.inlet.rates({});
    await this.#until("the events to be handed over", async () => {
      const left = await this.#left();
      return left.outbox + left.unconfirmed + left.parked === 0 ? undefined : left;
    });
    await this.#until("the deliveries", () => undelivered(this.inlet, this.hall));
    await this.#until("the replays", async () => {
      const states = await this.replays.drive(false);
      return states.every(({ status }) => status === "finished") ? undefined : states;
    });
    await this.inlet.pass(HOURS_MS, this.hall.objects);
    await this.#until("the exports", () => unexported(this.inlet, this.hall));
    await this.#standStill();
  }

  #left(): Promise<Left> {
    return this.inlet.control<Left>(PATHS.left, this.hall.objects);
  }

  /** The archive is looked at object by object: nothing may be compacted or removed meanwhile. */
  async #standStill(): Promise<void> {
    await this.#until("the archive", async () => {
      const before = await this.#left();
      if (before.upkeep > 0) return before;
      await this.inlet.rates({ send_refused: 1, upload_refused: 1, delete_refused: 1 });
      const after = await this.#left();
      if (after.upkeep === 0) return undefined;
      await this.inlet.rates({});
      return after;
    });
  }

  async #until(what: string, look: () => Promise<unknown>): Promise<void> {
    say(`waiting for ${what}`);
    let last: unknown = "nothing";
    for (const end = Date.now() + QUIET_MS; Date.now() < end;) {
      last = await look();
      if (last === undefined) return;
      await sleep(150);
      if (this.town.underWay === 0) await this.inlet.pass(STEP_MS, this.hall.objects);
    }
    say(JSON.stringify(last).slice(0, 3000));
    throw new Error(`waited ${QUIET_MS / 1000} s for ${what}: ${JSON.stringify(last)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#clients);
    await this.inlet[Symbol.asyncDispose]();
    await this.town.close();
    await this.warehouse?.close();
  }
}
