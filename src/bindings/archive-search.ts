import { isAhead, isBefore, placeOf, writeCursor, type Bound } from "../core/archive-order.ts";
import type { LineMatcher } from "../core/archive-match.ts";
import { MatchPage, type Match } from "../core/archive-page.ts";
import {
  SEARCH,
  type SearchEnd,
  type SearchFigures,
  type SearchLine,
  type SearchRequest,
} from "../core/archive-search.ts";
import type { ReadUnit } from "../core/archive-units.ts";
import { walkArchive, type Stop } from "./archive-walk.ts";
import { eachLine, openUnit, type OpenUnit, type UnitLine } from "./archive-units.ts";
import { logError } from "../log/log.ts";

export interface SearchTools {
  readonly env: Pick<Env, "ARCHIVE" | "ARCHIVE_INDEX">;
  readonly sourceId: string;
  readonly matches: LineMatcher;
  /** Where the page begins. */
  readonly start: Bound;
  /** Nothing more is read, and nothing more is said, once it is aborted. */
  readonly signal: AbortSignal;
  now(): number;
}

type Figures = { -readonly [K in keyof SearchFigures]: SearchFigures[K] };

const encoder = new TextEncoder();
const encode = (line: SearchLine): Uint8Array => encoder.encode(`${JSON.stringify(line)}\n`);

/** The line's own text, not written anew: what is answered is what is archived. */
const encodeMatch = (text: string, segment: string, line: number): Uint8Array =>
  encoder.encode(`{"event":${text},"at":${JSON.stringify({ segment, line })}}\n`);

/** One page of a search. */
class Search {
  readonly #tools: SearchTools;
  readonly #request: SearchRequest;
  readonly #page: MatchPage;
  readonly #startedAt: number;
  readonly #figures: Figures = { segments: 0, skipped: 0, events: 0, matched: 0, undecided: 0, missing: 0, bytes: 0 };
  #toldAt: number;
  #reads = 0;
  /** What lies before it has been answered. */
  #reached: Bound;
  #adopting = false;

  constructor(request: SearchRequest, tools: SearchTools) {
    const { order, limit } = request;
    this.#request = request;
    this.#tools = tools;
    this.#page = new MatchPage({ order, limit, heldBytes: SEARCH.heldBytes });
    this.#startedAt = tools.now();
    this.#toldAt = this.#startedAt;
    this.#reached = tools.start;
  }

  async *lines(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#run();
    } catch (error) {
      logError("archive_search_failed", { sourceId: this.#tools.sourceId }, error);
      yield this.#end("failed", this.#reached);
    }
  }

  async *#run(): AsyncGenerator<Uint8Array> {
    const { env, sourceId, start, signal } = this.#tools;
    const open = (unit: ReadUnit) => openUnit(env, sourceId, unit);
    const stops = walkArchive(env.ARCHIVE_INDEX.getByName(sourceId), { ...this.#request, start, open });
    for await (const stop of stops) {
      yield* this.#release(stop.opensAt);
      if (this.#page.isFull) return yield this.#end("limit", this.#reached);
      if (this.#isSpent() && isBefore(this.#request.order, start.at, stop.opensAt)) {
        return yield this.#end("budget", this.#reached);
      }
      yield* this.#progress(stop.opensAt);
      // The reader may have gone away while it was given these.
      if (signal.aborted) return;
      await this.#visit(stop);
    }
    if (signal.aborted) return;
    yield* this.#release();
    yield this.#page.hasMore ? this.#end("limit", this.#reached) : this.#end("complete");
  }

  /** Answers what can be answered once only what comes at `opensAt` or later is left to be read. */
  *#release(opensAt?: number): Generator<Uint8Array> {
    const released: readonly Match[] = this.#page.release(opensAt);
    if (opensAt !== undefined) this.#reached = { at: opensAt };
    if (this.#page.isFull || opensAt === undefined) this.#reached = this.#page.end ?? this.#reached;
    for (const { bytes } of released) yield bytes;
  }

  #isSpent(): boolean {
    return (
      this.#figures.bytes >= SEARCH.readChars ||
      this.#reads >= SEARCH.reads ||
      this.#tools.now() - this.#startedAt >= SEARCH.forMs
    );
  }

  async #visit(stop: Stop<OpenUnit | null>): Promise<void> {
    const { unit, skipped, adopting, hour } = stop;
    this.#figures.skipped += skipped;
    this.#adopting ||= adopting;
    if (unit === undefined) return;
    this.#reads++;
    const opened = await unit.content();
    if (opened === null) this.#figures.missing += unit.item.segments.length;
    else await this.#read(opened, hour);
  }

  async #read(opened: OpenUnit, hour: Stop<unknown>["hour"]): Promise<void> {
    this.#figures.segments += opened.unit.segments.length;
    const whole = await eachLine(opened, (line) => this.#look(line, hour));
    if (whole) return;
    logError("segment_unreadable", { key: opened.unit.key });
    this.#figures.missing += opened.unit.segments.length;
  }

  /** A segment may hold events of several hours: each is taken in its own. */
  #look({ segment, line, text }: UnitLine, hour: Stop<unknown>["hour"]): void {
    const { matches, start } = this.#tools;
    const figures = this.#figures;
    figures.events++;
    figures.bytes += text.length;
    const verdict = matches(text);
    if (verdict === "undecided") figures.undecided++;
    if (typeof verdict === "string") return;
    const position = { at: verdict.found, place: placeOf(segment, line) };
    if (position.at < hour.from || position.at >= hour.to) return;
    if (!isAhead(this.#request.order, start, position)) return;
    figures.matched++;
    if (this.#page.wants(position)) this.#page.offer({ position, bytes: encodeMatch(text, segment, line) });
  }

  *#progress(at: number): Generator<Uint8Array> {
    const now = this.#tools.now();
    if (now - this.#toldAt < SEARCH.progressMs) return;
    this.#toldAt = now;
    yield encode({ progress: { ...this.#figures, position: new Date(at).toISOString() } });
  }

  #end(reason: SearchEnd, bound?: Bound): Uint8Array {
    const cursor = bound === undefined ? {} : { cursor: writeCursor(this.#request.order, bound) };
    return encode({ end: { ...this.#figures, reason, ...cursor, ...(this.#adopting ? { adopting: true } : {}) } });
  }
}

/** The lines of the answer to one page of a search (SearchLine), encoded; core/archive-search.ts says what they promise. */
export const searchArchive = (request: SearchRequest, tools: SearchTools): AsyncGenerator<Uint8Array> =>
  new Search(request, tools).lines();
