import type { ListedSegment } from "./archive-index.ts";
import type { KindWish } from "./archive-listing.ts";
import { isBefore } from "./archive-order.ts";
import type { SearchCriteria, SearchOrder } from "./archive-search.ts";
import { EVENT_KINDS, kindOf, type KindCount } from "./event-kind.ts";

/** One read of the archive: a segment's own object, or a gzip member with several segments. */
export interface ReadUnit {
  /** R2 key. */
  readonly key: string;
  /** Absent: the whole object. */
  readonly range?: { readonly offset: number; readonly length: number };
  /** In the order of their lines. */
  readonly segments: readonly UnitSegment[];
  /** Packed. */
  readonly bytes: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface UnitSegment {
  readonly key: string;
  /** Its first line within what is read. */
  readonly firstLine: number;
  readonly count: number;
}

/** The unit of segments that are read together. */
function unitOf(segments: readonly ListedSegment[]): ReadUnit {
  const { key, place, bytes } = segments[0]!;
  return {
    ...(place === undefined ? { key } : { key: place.file, range: { offset: place.offset, length: place.length } }),
    segments: segments
      .map((one) => ({ key: one.key, firstLine: one.place?.firstLine ?? 0, count: one.count }))
      .toSorted((a, b) => a.firstLine - b.firstLine),
    bytes: place?.length ?? bytes,
    firstAt: segments.reduce((least, one) => Math.min(least, one.firstAt), Infinity),
    lastAt: segments.reduce((greatest, one) => Math.max(greatest, one.lastAt), -Infinity),
  };
}

/** What is to be read for these segments, each object or member once. */
export function unitsOf(segments: readonly ListedSegment[]): ReadUnit[] {
  const together = Map.groupBy(segments, ({ key, place }) =>
    place === undefined ? key : `${place.file}:${place.offset}`,
  );
  return [...together.values()].map(unitOf);
}

/** A unit and when (of receivedAt) its first event can come in the order. */
export interface ScheduledUnit {
  readonly unit: ReadUnit;
  readonly opensAt: number;
}

/** Units in the order in which their events can come within `[from, to)`. */
export function schedule(
  units: readonly ReadUnit[],
  order: SearchOrder,
  { from, to }: { readonly from: number; readonly to: number },
): ScheduledUnit[] {
  const opensAt = ({ firstAt, lastAt }: ReadUnit): number =>
    order === "asc" ? Math.max(firstAt, from) : Math.min(lastAt, to - 1);
  return units
    .filter(({ firstAt, lastAt }) => firstAt < to && lastAt >= from)
    .map((unit) => ({ unit, opensAt: opensAt(unit) }))
    .toSorted((a, b) => (a.opensAt === b.opensAt ? 0 : isBefore(order, a.opensAt, b.opensAt) ? -1 : 1));
}

/** Undefined when every event is wanted. */
export function kindWish({ types, events }: Pick<SearchCriteria, "types" | "events">): KindWish | undefined {
  if (types.length === 0 && events.length === 0) return undefined;
  const names = events.map((event) => kindOf({ event }, "track").name ?? "");
  return { types: types.length === 0 ? ["track"] : types, names };
}

/** Whether events counted so may be among the wanted; `events` is how many there are in all. */
export function mayHoldKinds(
  { types, names }: KindWish,
  { events, kinds = [] }: { readonly events: number; readonly kinds?: readonly KindCount[] | undefined },
): boolean {
  // What an earlier version archived has no kinds.
  if (kinds.reduce((sum, { count }) => sum + count, 0) !== events) return true;
  return kinds.some(({ kind: { type, name } }) => {
    if (types.length > 0 && !types.includes(type)) return false;
    if (type !== "track" || names.length === 0) return true;
    return name !== undefined && (name === EVENT_KINDS.otherName || names.includes(name));
  });
}
