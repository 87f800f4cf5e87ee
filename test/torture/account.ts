import {
  copiesIn,
  deadLetterIds,
  doubledAt,
  ledgerFates,
  listedSegments,
  publishedIds,
  rawArchive,
  type Doubled,
  type Segment,
} from "./audit.ts";
import type { Source, Tool } from "./city-hall.ts";
import type { Cause, LineFate } from "./seams.ts";
import type { Siege } from "./siege.ts";
import type { Taken } from "./town.ts";

/** What a crash may send again: DELIVERY.chunkLines single events, or the batches under way on six sockets. */
const UNBOOKED = {
  "/prompt": 200,
  "/flaky": 200,
  "/hanging": 200,
  "/batches": 200 + 6 * 50,
  "/passed-on": 200 + 6 * 100,
};
/** A clock that stands still while the Worker computes, and answers that are on their way when a kill comes. */
const SLACK_MS = 250;
/** Enough to see what is wrong. */
const SHOWN = 10;

/** Problems by what they are about; a run without any has an empty record. */
export class Account {
  readonly problems: Record<string, string[]> = {};
  readonly #siege: Siege;
  readonly #segments = new Map<string, readonly Segment[]>();
  readonly #archived = new Set<string>();
  /** Doubled deliveries by the cause they are put down to. */
  readonly #byCause = new Map<string, number>();

  constructor(siege: Siege) {
    this.#siege = siege;
  }

  /** Compares everything with everything; fills the figures of the totals. */
  async take(): Promise<void> {
    const { log, hall, totals } = this.#siege;
    for (const source of hall.sources) await this.#archive(source);
    for (const source of hall.sources.filter((one) => one.exports)) await this.#tables(source);
    for (const tool of hall.tools) await this.#deliveries(tool);
    const lost = [...log.acknowledged].filter((id) => !this.#archived.has(id));
    this.#blame("acknowledged and not archived", lost);
    this.#blame("answers that were not as promised", log.wrong);
    this.#blame(
      "refused and archived",
      [...log.bad.keys()].filter((id) => this.#archived.has(id)),
    );
    this.#figures(lost.length);
    totals.figures["memory of the runtime, most MB"] = Math.round(this.#siege.inlet.peakBytes / 1e6);
  }

  #figures(lost: number): void {
    const { log, totals } = this.#siege;
    Object.assign(totals.figures, {
      requests: log.requests,
      "requests without an answer": log.unanswered,
      "events sent": log.sent.size,
      acknowledged: log.acknowledged.size,
      archived: this.#archived.size,
      "archived though never acknowledged": this.#archived.size - log.acknowledged.size + lost,
      "bad items sent": log.bad.size,
      "duplicates sent": log.duplicates,
      lost,
      ...Object.fromEntries([...log.statuses].map(([status, count]) => [`answers of ${status}`, count])),
      ...totals.figures,
    });
  }

  #blame(what: string, found: readonly string[]): void {
    if (found.length > 0)
      this.problems[what] = [...(this.problems[what] ?? []), `${found.length}`, ...found.slice(0, SHOWN)];
  }

  #add(figure: string, count: number): void {
    const { figures } = this.#siege.totals;
    figures[figure] = (figures[figure] ?? 0) + count;
  }

  /** By the raw objects, and by what the index says of them. */
  async #archive({ id }: Source): Promise<void> {
    const { inlet, log } = this.#siege;
    const raw = (await rawArchive(inlet, id)).map(({ messageId }) => messageId);
    const doubled = copiesIn(raw);
    this.#add("doubled in the archive", doubled.size);
    this.#blame("doubled in the archive", [...doubled.keys()]);
    this.#blame(
      "archived and never sent there",
      raw.filter((one) => log.sent.get(one)?.sourceId !== id),
    );
    for (const one of raw) this.#archived.add(one);
    const segments = await listedSegments(inlet, id);
    this.#segments.set(id, segments);
    const listed = segments.flatMap(({ ids }) => ids);
    this.#blame("doubled in the index", [...copiesIn(listed).keys()]);
    const known = new Set(listed);
    this.#blame(
      "archived and not in the index",
      raw.filter((one) => !known.has(one)),
    );
    this.#add("segments", segments.length);
  }

  async #tables({ id }: Source): Promise<void> {
    const { inlet, log } = this.#siege;
    const { calls, events, manifests, wrong } = await publishedIds(inlet, id);
    this.#blame("manifests that are not as their files", wrong);
    this.#add("manifests read", manifests);
    const archived = this.#segments.get(id)!.flatMap(({ ids }) => ids);
    const tracks = archived.filter((one) => log.sent.get(one)?.type === "track");
    for (const [what, found, expected] of [
      ["tables", calls, archived],
      ["tables of track calls", events, tracks],
    ] as const) {
      this.#blame(`doubled in the ${what}`, [...copiesIn(found).keys()]);
      const there = new Set(found);
      this.#blame(
        `archived and not in the ${what}`,
        expected.filter((one) => !there.has(one)),
      );
      const wanted = new Set(expected);
      this.#blame(
        `in the ${what} and not archived`,
        found.filter((one) => !wanted.has(one)),
      );
      this.#add(`rows in ${what}`, found.length);
    }
  }

  async #deliveries(tool: Tool): Promise<void> {
    const { inlet, log, town } = this.#siege;
    const taken = town.of(tool.path);
    const segments = tool.sourceIds.flatMap((id) => this.#segments.get(id)!);
    const fates = await ledgerFates(inlet, tool, segments);
    const letters = await deadLetterIds(inlet, tool);
    const wrong = [...fates].flatMap(([id, fate]) => {
      const event = log.sent.get(id);
      const isWanted = event !== undefined && tool.wants(event);
      const problem = this.#problemOf(tool, fate, { isWanted, taken: taken.get(id), hasLetter: letters.has(id) });
      return problem === undefined ? [] : [`${id}: ${problem}`];
    });
    this.#blame(`${tool.path}: neither delivered nor named`, wrong);
    this.#blame(
      `${tool.path}: got what is not archived`,
      [...taken.keys()].filter((id) => !fates.has(id)),
    );
    this.#doubles(tool, doubledAt(tool.path, taken));
  }

  /** What does not fit: what the ledger says, what the tool got, and what lies with the dead letters. */
  #problemOf(
    tool: Tool,
    { status, reason }: LineFate,
    { isWanted, taken, hasLetter }: { isWanted: boolean; taken: readonly Taken[] | undefined; hasLetter: boolean },
  ): string | undefined {
    this.#add(`${tool.path} ${status}`, 1);
    const isNamed = reason !== undefined && reason !== "";
    if (!isWanted) {
      if (taken !== undefined) return "was delivered and is not wanted";
      return status === "dropped" && isNamed ? undefined : `is ${status} and is not wanted`;
    }
    if (status === "delivered") return taken === undefined ? "is booked as delivered and never arrived" : undefined;
    if (status !== "abandoned" || !isNamed) return `is ${status}`;
    if (!hasLetter) return "was given up and is not with the dead letters";
    if (taken === undefined) return undefined;
    this.#add("delivered and given up", 1);
    return this.#causeOf(tool, taken[0]!.answered, Infinity) === undefined
      ? "was given up though it arrived"
      : undefined;
  }

  /** The last thing between two moments that may have kept an answer from being booked. */
  #causeOf({ id }: Tool, from: number, to: number): Cause | undefined {
    return this.#siege.inlet.causes
      .filter(({ ledger }) => ledger === "*" || ledger === `destination:${id}`)
      .findLast(({ at }) => at >= from - SLACK_MS && at <= to);
  }

  #doubles(tool: Tool, doubled: readonly Doubled[]): void {
    this.#add("doubled deliveries", doubled.length);
    const without: string[] = [];
    for (const { messageId, first, again } of doubled) {
      const cause = this.#causeOf(tool, first.answered, again.came);
      if (cause === undefined) without.push(`${messageId}, after ${again.came - first.answered} ms`);
      else {
        const name = `${tool.path} ${cause.at} ${cause.what}`;
        this.#byCause.set(name, (this.#byCause.get(name) ?? 0) + 1);
      }
    }
    this.#blame(`${tool.path}: doubled without a crash between answer and booking`, without);
    const bound = UNBOOKED[tool.path as keyof typeof UNBOOKED];
    const tooMany = [...this.#byCause].filter(([name, count]) => name.startsWith(`${tool.path} `) && count > bound);
    this.#blame(
      `${tool.path}: more doubled by one crash than may be unbooked`,
      tooMany.map(([name, count]) => `${name}: ${count}`),
    );
    const { figures } = this.#siege.totals;
    figures["doubled deliveries of one crash, most"] = Math.max(0, ...this.#byCause.values());
  }
}
