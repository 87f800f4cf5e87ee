import type { ReplayRecord } from "../../src/core/replay.ts";
import type { Random } from "../support/random.ts";
import { segmentList, type Segment } from "./audit.ts";
import type { Source, Tool } from "./city-hall.ts";
import type { TorturedInlet } from "./process.ts";
import type { Totals } from "./totals.ts";

/** What a replay was asked for; no two have a moment of one source in common. */
export interface Asked {
  readonly id: string;
  readonly sourceId: string;
  /** `receivedAt`, ms since epoch: [from, to). */
  readonly from: number;
  readonly to: number;
  /** Segments that the archive's index knew when it was asked for. */
  readonly known: ReadonlySet<string>;
}

/** As the control plane shows it. */
type Shown = Pick<ReplayRecord, "status" | "report" | "progress"> & {
  readonly startTime: string;
  readonly endTime: string;
};

const DAY = 86_400_000;
/** Events a second: slow enough that it goes on while things fail. */
const RATE = 100;
/** So often a running one is held up for a while by its user. */
const PAUSES = 0.1;

/** Makes replays of archived time, starts them when they are ready, and resumes them when they have failed. */
export class Replays {
  readonly asked: Asked[] = [];
  readonly #inlet: TorturedInlet;
  readonly #tool: Tool;
  readonly #random: Random;
  readonly #totals: Totals;
  readonly #since: number;

  constructor({ inlet, tool, random, totals }: { inlet: TorturedInlet; tool: Tool; random: Random; totals: Totals }) {
    this.#inlet = inlet;
    this.#tool = tool;
    this.#random = random;
    this.#totals = totals;
    this.#since = inlet.now() - DAY;
  }

  /** Everything of a source since its last one, unless the clock was turned back behind that. */
  async begin({ id: sourceId }: Source): Promise<void> {
    const earlier = this.asked.filter((one) => one.sourceId === sourceId).map(({ to }) => to);
    const from = Math.max(this.#since, ...earlier);
    const to = this.#inlet.now();
    if (to <= from) return;
    const id = `replay-${this.asked.length}`;
    const known = new Set((await segmentList(this.#inlet, sourceId)).map(({ key }) => key));
    // Written down before it is made: an answer may get lost, and the same id is the same replay.
    this.asked.push({ id, sourceId, from, to, known });
    await this.#make(this.asked.at(-1)!).catch(() => undefined);
  }

  /** One step of each that is not over; their states. Whoever was refused is asked again at the next. */
  async drive(mayPause: boolean): Promise<{ id: string; status: string; error?: string }[]> {
    const states = [];
    for (const one of this.asked) {
      try {
        const { status, error } = await this.#make(one);
        states.push({ id: one.id, status, ...(error === undefined ? {} : { error }) });
        const action = this.#actionFor(status, mayPause);
        if (action === undefined) continue;
        await this.#inlet.api("POST", `/api/replays/${one.id}/${action}`);
        const { figures } = this.#totals;
        figures[`replays: ${action}`] = (figures[`replays: ${action}`] ?? 0) + 1;
      } catch (error) {
        states.push({ id: one.id, status: "not reached", error: String(error) });
      }
    }
    return states;
  }

  async show(id: string): Promise<Shown> {
    return (await this.#inlet.api<{ replay: Shown }>("GET", `/api/replays/${id}`)).replay;
  }

  #actionFor(status: string, mayPause: boolean): string | undefined {
    if (status === "ready") return "start";
    if (status === "failed" || status === "paused") return "resume";
    return status === "running" && mayPause && this.#random.next() < PAUSES ? "pause" : undefined;
  }

  async #make({ id, sourceId, from, to }: Asked): Promise<{ status: string; error?: string }> {
    const iso = (at: number) => new Date(at).toISOString();
    const body = {
      id,
      sourceId,
      destinationIds: [this.#tool.id],
      startTime: iso(from),
      endTime: iso(to),
      rate: RATE,
    };
    const { replay } = await this.#inlet.api<{ replay: { status: string; error?: string } }>(
      "POST",
      "/api/replays",
      body,
    );
    return replay;
  }
}

/** Ids of a source's events that came in within the window, of these segments. */
export const idsWithin = (segments: readonly Segment[], { from, to }: Pick<Asked, "from" | "to">): string[] =>
  segments.flatMap(({ ids, times }) => ids.filter((_, line) => times[line]! >= from && times[line]! < to));
