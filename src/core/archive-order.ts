import { parseSegmentKey } from "./archive-key.ts";
import type { SearchOrder } from "./archive-search.ts";

/** Where an event stands in the order of a search: its receivedAt (ms), then its place in the archive. */
export interface Position {
  readonly at: number;
  /** Day, shard and number of its segment, then its line. */
  readonly place: Place;
}
export type Place = readonly [day: number, shard: number, segment: number, line: number];

/** Where a page begins: after an event, or (without `place`) with whatever was received at `at`. */
export interface Bound {
  readonly at: number;
  readonly place?: Place;
}

/** Less than 0 when `a` comes before `b`. */
export type Compare = (a: Position, b: Position) => number;

const rising = (a: Position, b: Position): number => {
  if (a.at !== b.at) return a.at - b.at;
  const differing = a.place.findIndex((part, i) => part !== b.place[i]);
  return differing === -1 ? 0 : a.place[differing]! - b.place[differing]!;
};

export const compareIn = (order: SearchOrder): Compare => (order === "asc" ? rising : (a, b) => rising(b, a));

/** Whether a time comes before another in the order. */
export const isBefore = (order: SearchOrder, a: number, b: number): boolean => (order === "asc" ? a < b : a > b);

/** Whether an event is still to come for a page that begins at `bound`. */
export function isAhead(order: SearchOrder, bound: Bound, position: Position): boolean {
  const { at, place } = bound;
  return place === undefined ? !isBefore(order, position.at, at) : compareIn(order)(position, { at, place }) > 0;
}

/** Opaque to clients. */
export const writeCursor = (order: SearchOrder, { at, place }: Bound): string =>
  [order, at, ...(place ?? [])].join(".");

/** Undefined for what is no cursor of a search in this order. */
export function readCursor(order: SearchOrder, cursor: string): Bound | undefined {
  const [, of, at, , day, shard, segment, line] =
    /^(asc|desc)\.(\d{1,16})(\.(\d{1,16})\.(\d{1,5})\.(\d{1,12})\.(\d{1,9}))?$/.exec(cursor) ?? [];
  if (of !== order) return undefined;
  if (day === undefined) return { at: Number(at) };
  return { at: Number(at), place: [Number(day), Number(shard), Number(segment), Number(line)] };
}

/** The place of a line; a key that is none of a segment stands before all others. */
export function placeOf(key: string, line: number): Place {
  const { day, shard, segment } = parseSegmentKey(key) ?? { day: 0, shard: 0, segment: 0 };
  return [day, shard, segment, line];
}
