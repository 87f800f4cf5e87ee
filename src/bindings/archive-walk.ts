import type { HoursQuery, SearchedHour, SearchedHours } from "../core/archive-listing.ts";
import type { Bound } from "../core/archive-order.ts";
import type { SearchRequest } from "../core/archive-search.ts";
import { kindWish, schedule, unitsOf, type ReadUnit } from "../core/archive-units.ts";
import { HOUR_MS } from "../core/durations.ts";
import { openAhead, type Opening } from "./open-ahead.ts";

/** A step through the archive: from here on only what was received at `opensAt` or later in the order is to come. */
export interface Stop<Content> {
  readonly opensAt: number;
  /** Of receivedAt; only events of it belong to this stop. */
  readonly hour: { readonly from: number; readonly to: number };
  /** What there is to read; absent at the beginning of an hour. */
  readonly unit?: Opening<ReadUnit, Content>;
  /** Segments of the hour that need not be read. */
  readonly skipped: number;
  readonly adopting: boolean;
}

export interface Walk<Content> extends Pick<SearchRequest, "from" | "to" | "order" | "types" | "events"> {
  readonly start: Bound;
  open(unit: ReadUnit): Promise<Content>;
}

/** The part of the index that is asked. */
interface Index {
  searchedHours(query: HoursQuery): Promise<SearchedHours>;
}

/** Goes through the units of a range in order, hour by hour; nothing is read that nobody asks for. */
export async function* walkArchive<Content>(index: Index, walk: Walk<Content>): AsyncGenerator<Stop<Content>> {
  const { order, start } = walk;
  const wish = kindWish(walk);
  let from = order === "asc" ? Math.max(walk.from, start.at) : walk.from;
  let to = order === "asc" ? walk.to : Math.min(walk.to, start.at + 1);
  while (from < to) {
    const {
      hours,
      next,
      adopting = false,
    } = await index.searchedHours({
      from,
      to,
      order,
      ...(wish === undefined ? {} : { wish }),
    });
    for (const hour of hours) yield* stopsOf(hour, { ...walk, from, to }, adopting);
    if (next === undefined) return;
    if (order === "asc") from = Math.max(from, next);
    else to = Math.min(to, next + HOUR_MS);
  }
}

function* stopsOf<Content>(
  { hour: at, segments, skipped }: SearchedHour,
  { from, to, order, open }: Walk<Content>,
  adopting: boolean,
): Generator<Stop<Content>> {
  const hour = { from: Math.max(at, from), to: Math.min(at + HOUR_MS, to) };
  yield { opensAt: order === "asc" ? hour.from : hour.to - 1, hour, skipped, adopting };
  const scheduled = schedule(unitsOf(segments), order, hour);
  const opensAt = new Map(scheduled.map((one) => [one.unit, one.opensAt]));
  const units = openAhead([...opensAt.keys()], { open, bytesOf: ({ bytes }) => bytes });
  for (const unit of units) yield { opensAt: opensAt.get(unit.item)!, hour, unit, skipped: 0, adopting };
}
