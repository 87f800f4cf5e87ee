import { accountForReplays } from "./account-replays.ts";
import { accountForTables } from "./account-tables.ts";
import {
  deadLetterIds,
  doubledAt,
  ledgerFates,
  listedSegments,
  rawArchive,
  type Doubled,
  type Segment,
} from "./audit.ts";
import type { Source, Tool } from "./city-hall.ts";
import { copiesIn, Findings } from "./findings.ts";
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
  "/again": 200,
};
/** A clock that stands still while the Worker computes, and answers that are on their way when a kill comes. */
const SLACK_MS = 250;
/** As far back as figures by the hour may be asked for: clocks jump by days. */
const MONTH_MINUTES = 43_200;

/** Compares everything that was sent with everything that became of it. */
export class Account {
  readonly findings: Findings;
  readonly #siege: Siege;
  readonly #segments = new Map<string, readonly Segment[]>();
  readonly #archived = new Set<string>();
  /** Doubled deliveries by the cause they are put down to. */
  readonly #byCause = new Map<string, number>();

  constructor(siege: Siege) {
    this.#siege = siege;
    this.findings = new Findings(siege.totals);
  }

  readonly #segmentsOf = (sourceId: string): readonly Segment[] => this.#segments.get(sourceId) ?? [];

  /** Fills the findings and the figures of the totals. */
  async take(): Promise<void> {
    const { log, hall, totals } = this.#siege;
    for (const source of hall.sources) await this.#archive(source);
    for (const { id: sourceId } of hall.sources.filter((one) => one.exports)) {
      const archived = this.#segmentsOf(sourceId).flatMap(({ ids }) => ids);
      await accountForTables(this.#siege, { sourceId, archived }, this.findings);
    }
    for (const tool of hall.tools) await this.#deliveries(tool);
    await accountForReplays(this.#siege, this.#segmentsOf, this.findings);
    this.#doubles(hall.again, doubledAt(hall.again.path, this.#siege.town.of(hall.again.path)));
    const lost = [...log.acknowledged].filter((id) => !this.#archived.has(id));
    this.findings.blame("acknowledged and not archived", lost);
    this.findings.blame("answers that were not as promised", log.wrong);
    this.findings.blame(
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

  /** By the raw objects, and by what the index says of them. */
  async #archive({ id }: Source): Promise<void> {
    const { inlet, log } = this.#siege;
    const raw = (await rawArchive(inlet, id)).map(({ messageId }) => messageId);
    const doubled = copiesIn(raw);
    this.findings.add("doubled in the archive", doubled.size);
    this.findings.blame("doubled in the archive", [...doubled.keys()]);
    this.findings.blame(
      "archived and never sent there",
      raw.filter((one) => log.sent.get(one)?.sourceId !== id),
    );
    for (const one of raw) this.#archived.add(one);
    const { volume } = await inlet.api<{ volume: { totals: { accepted: number } } }>(
      "GET",
      `/api/sources/${id}/volume?minutes=${MONTH_MINUTES}`,
    );
    const { accepted } = volume.totals;
    this.findings.add("counted as accepted", accepted);
    this.findings.blame(
      "counted otherwise than archived",
      accepted === raw.length ? [] : [`${id}: ${accepted} are counted, ${raw.length} are there`],
    );
    const segments = await listedSegments(inlet, id);
    this.#segments.set(id, segments);
    const listed = segments.flatMap(({ ids }) => ids);
    this.findings.blame("doubled in the index", [...copiesIn(listed).keys()]);
    const known = new Set(listed);
    this.findings.blame(
      "archived and not in the index",
      raw.filter((one) => !known.has(one)),
    );
    this.findings.add("segments", segments.length);
  }

  async #deliveries(tool: Tool): Promise<void> {
    const { inlet, log, town } = this.#siege;
    const taken = town.of(tool.path);
    const segments = tool.sourceIds.flatMap(this.#segmentsOf);
    const fates = await ledgerFates(inlet, tool, segments);
    const letters = await deadLetterIds(inlet, tool);
    const wrong = [...fates].flatMap(([id, fate]) => {
      const event = log.sent.get(id);
      const isWanted = event !== undefined && tool.wants(event);
      const problem = this.#problemOf(tool, fate, { isWanted, taken: taken.get(id), hasLetter: letters.has(id) });
      return problem === undefined ? [] : [`${id}: ${problem}`];
    });
    this.findings.blame(`${tool.path}: neither delivered nor named`, wrong);
    this.findings.blame(
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
    this.findings.add(`${tool.path} ${status}`, 1);
    const isNamed = reason !== undefined && reason !== "";
    if (!isWanted) {
      if (taken !== undefined) return "was delivered and is not wanted";
      return status === "dropped" && isNamed ? undefined : `is ${status} and is not wanted`;
    }
    if (status === "delivered") return taken === undefined ? "is booked as delivered and never arrived" : undefined;
    if (status !== "abandoned" || !isNamed) return `is ${status}`;
    if (!hasLetter) return "was given up and is not with the dead letters";
    if (taken === undefined) return undefined;
    this.findings.add("delivered and given up", 1);
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
    this.findings.add("doubled deliveries", doubled.length);
    const without: string[] = [];
    for (const { messageId, first, again } of doubled) {
      const cause = this.#causeOf(tool, first.answered, again.came);
      if (cause === undefined) without.push(`${messageId}, after ${again.came - first.answered} ms`);
      else {
        const name = `${tool.path} ${cause.at} ${cause.what}`;
        this.#byCause.set(name, (this.#byCause.get(name) ?? 0) + 1);
      }
    }
    this.findings.blame(`${tool.path}: doubled without a crash between answer and booking`, without);
    const bound = UNBOOKED[tool.path as keyof typeof UNBOOKED];
    const tooMany = [...this.#byCause].filter(([name, count]) => name.startsWith(`${tool.path} `) && count > bound);
    this.findings.blame(
      `${tool.path}: more doubled by one crash than may be unbooked`,
      tooMany.map(([name, count]) => `${name}: ${count}`),
    );
    const { figures } = this.#siege.totals;
    figures["doubled deliveries of one crash, most"] = Math.max(0, ...this.#byCause.values());
  }
}
