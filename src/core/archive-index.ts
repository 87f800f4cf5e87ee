import * as z from "zod";
import { EVENT_KINDS, KindTally, kindText, readKind, type KindCount } from "./event-kind.ts";
import { isJsonObject, parseJson } from "./json.ts";
import { ReceivedTimes } from "./received-times.ts";

/** What is known of a segment without reading it. Times are ms since epoch. */
export interface SegmentFacts {
  /** Start of the hour its events were committed in: with shard and number it names the segment. */
  readonly hour: number;
  /** Of the gzip object. */
  readonly bytes: number;
  /** Least and greatest `receivedAt` of its events. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Starts of the hours its events were received in; absent when that is every hour from `firstAt` to `lastAt`. */
  readonly hours?: readonly number[];
  /** Events by call and name (no app versions); absent when not known yet. */
  readonly kinds?: readonly KindCount[];
}

export interface ArchivedSegment extends SegmentFacts {
  readonly key: string;
  readonly shard: number;
  readonly segment: number;
  readonly count: number;
}

/** Where the lines of a compacted segment are: in one gzip member of an R2 object. */
export interface SegmentPlace {
  /** R2 key of the compacted file. */
  readonly file: string;
  readonly offset: number;
  /** Bytes of the member. */
  readonly length: number;
  /** The segment's first line within the member. */
  readonly firstLine: number;
  readonly count: number;
}

/** Whether the kinds of all events are known: a Worker of an earlier version tells Intake none. */
export const knowsKinds = ({ count, kinds = [] }: Pick<ArchivedSegment, "count" | "kinds">): boolean =>
  kinds.reduce((sum, one) => sum + one.count, 0) === count;

export interface ListedSegment {
  readonly key: string;
  readonly count: number;
  readonly bytes: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Absent while the segment is an object of its own. */
  readonly place?: SegmentPlace;
}

/** `[from, to)` of `receivedAt`; `after` is `next` of an earlier answer. */
export interface SegmentQuery {
  readonly from: number;
  readonly to: number;
  readonly after?: string;
  /** 1 to 1000. */
  readonly limit: number;
}

export interface SegmentList {
  readonly segments: readonly ListedSegment[];
  readonly next?: string;
  /** Segments of an earlier version are still being taken in: there may be more than are listed. */
  readonly adopting?: true;
}

/** Every segment that has events received in one hour; `seq` grows whenever one is added. */
export interface HourSegments {
  readonly seq: number;
  readonly segments: readonly ListedSegment[];
}

/** An hour whose segments have changed, as the exports are told. */
export interface ChangedHour {
  readonly hour: number;
  readonly seq: number;
}

const KindCountShape = z.object({
  kind: z.object({ type: z.string(), name: z.string().optional() }),
  count: z.int().min(1),
});

const totals = {
  /** How many segments were written; those that were compacted since count as well. */
  segments: z.int().min(0),
  /** Compacted files among the objects. */
  files: z.int().min(0),
  events: z.int().min(0),
  /** Of the objects as they are stored. */
  bytes: z.int().min(0),
  firstAt: z.int(),
  lastAt: z.int(),
  /** The most frequent first; names beyond 200 count as `(other)`. */
  kinds: z.array(KindCountShape),
};

/** What the archive holds of one UTC day: of the segments that were committed in it. */
export const DayFacts = z.object({ day: z.int(), ...totals });
export type DayFacts = z.infer<typeof DayFacts>;

/** One R2 object with events: a segment, or a compacted file of several. */
export const ArchiveObject = z.object({
  key: z.string(),
  segments: z.int().min(1),
  events: z.int().min(1),
  bytes: z.int().min(1),
  firstAt: z.int(),
  lastAt: z.int(),
});
export type ArchiveObject = z.infer<typeof ArchiveObject>;

/** A day with some of its objects; `more`: there are further ones. */
export type DayObjects = DayFacts & { readonly objects: readonly ArchiveObject[]; readonly more: boolean };

/** The R2 object `archive-index/<sourceId>/<day>.json`: which objects hold a day's events. Times are ms since epoch. */
export const DayIndex = z.object({
  version: z.literal(1),
  sourceId: z.string(),
  ...DayFacts.shape,
  objects: z.array(ArchiveObject),
});
export type DayIndex = z.infer<typeof DayIndex>;

export const dayIndexKey = (sourceId: string, day: number): string => `archive-index/${sourceId}/${day}.json`;

/** Characters of JSON that the kinds of a pointer may take: a queue message holds 128,000 bytes. */
const POINTER_KIND_CHARS = 20_000;

/** Events by call and name alone, bounded so that a pointer can carry them. */
export function pointerKinds(kinds: readonly KindCount[]): KindCount[] {
  const all = foldKinds([kinds]);
  let chars = 0;
  const fits = all.map((one) => (chars += JSON.stringify(one).length) <= POINTER_KIND_CHARS);
  const others = all.filter((_, i) => fits[i] !== true).map(({ kind, count }) => ({ kind: otherOf(kind.type), count }));
  return foldKinds([all.filter((_, i) => fits[i] === true), others]);
}

const otherOf = (type: string) => ({ type, name: EVENT_KINDS.otherName });

/** Several lists as one, by call and name; the most frequent first, at most 200 and one more for each call. */
export function foldKinds(lists: Iterable<readonly KindCount[]>): KindCount[] {
  const sums = new Map<string, KindCount>();
  for (const kinds of lists) {
    for (const { kind, count } of kinds) add(sums, nameless(kind.type, kind.name), count);
  }
  const all = [...sums.values()].toSorted((a, b) => b.count - a.count);
  const kept = new Map<string, KindCount>();
  for (const { kind, count } of all) add(kept, kept.size < EVENT_KINDS.perSegment ? kind : otherOf(kind.type), count);
  return [...kept.values()];
}

const nameless = (type: string, name: string | undefined) => (name === undefined ? { type } : { type, name });

function add(sums: Map<string, KindCount>, kind: KindCount["kind"], count: number): void {
  const key = `${kind.type}\n${kind.name ?? ""}`;
  sums.set(key, { kind, count: (sums.get(key)?.count ?? 0) + count });
}

/** What the lines of a segment say of it. A line without a readable `receivedAt` counts, but has no time. */
export class LineFacts {
  readonly #times = new ReceivedTimes();
  readonly #kinds = new KindTally(EVENT_KINDS.perSegment);
  #count = 0;

  add(line: string): void {
    const parsed = parseJson(line);
    const event = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
    const at = Date.parse(String(event["receivedAt"]));
    if (!Number.isNaN(at)) this.#times.add(at);
    this.#kinds.add(kindText(event, String(event["type"]), null), 1);
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  /** `hour`: when they were committed, which the lines do not say. */
  facts(hour: number): Omit<SegmentFacts, "bytes"> {
    const kinds = this.#kinds.entries.map(([kind, count]) => ({ kind: readKind(kind), count }));
    return { hour, ...(this.#times.facts() ?? { firstAt: hour, lastAt: hour }), kinds: pointerKinds(kinds) };
  }
}
