import { DAY_MS, HOUR_MS } from "../src/core/durations.ts";
import { seededRandom, type Random } from "../test/support/random.ts";

/** One call of the library: when it is sent, ms from the day's start, and how many events it carries. */
export interface SiteCall {
  readonly at: number;
  readonly events: number;
}

/** How analytics.js gathers: a source's `batching` setting. */
export interface Gathering {
  readonly size: number;
  readonly timeoutMs: number;
}

export interface SiteDay {
  readonly visits: number;
  readonly events: number;
  /** In the order of their times. */
  readonly calls: readonly SiteCall[];
}

/** Share of the day's visits in each hour: quiet nights, busy evenings. */
const CURVE = [2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 7, 8, 8, 6, 4, 1];
const CURVE_SUM = CURVE.reduce((sum, one) => sum + one, 0);
/** A visit: its page call and what the visitor does, so far apart on average. */
const EVENTS_PER_VISIT = 5;
const GAP_MS = 8000;

/** Sends what has waited for `timeoutMs` since the first of it, or is `size` events, or when the visitor leaves. */
function gather(times: readonly number[], leftAt: number, { size, timeoutMs }: Gathering): SiteCall[] {
  const calls: SiteCall[] = [];
  let open: { from: number; events: number } | undefined;
  const flush = (at: number): void => {
    if (open !== undefined) calls.push({ at, events: open.events });
    open = undefined;
  };
  for (const at of times) {
    if (open !== undefined && at >= open.from + timeoutMs) flush(open.from + timeoutMs);
    open = { from: open?.from ?? at, events: (open?.events ?? 0) + 1 };
    if (open.events === size) flush(at);
  }
  if (open !== undefined) flush(Math.min(leftAt, open.from + timeoutMs));
  return calls;
}

function visitAt(at: number, random: Random, gathering: Gathering): SiteCall[] {
  const times = [at];
  const gap = () => -Math.log(1 - random.next()) * GAP_MS;
  while (times.length < EVENTS_PER_VISIT) times.push(times.at(-1)! + gap());
  return gather(times, times.at(-1)! + gap(), gathering);
}

/**
 * A site's visits of some hours of one day, always the same. `events`: of a whole day. Visits begin evenly at random
 * within their hour; what they send after the end of the last hour is left out.
 */
export function siteDay(events: number, hours: readonly number[], gathering: Gathering): SiteDay {
  const random = seededRandom(1);
  const calls: SiteCall[] = [];
  let visits = 0;
  for (const hour of hours) {
    const count = Math.round((events / EVENTS_PER_VISIT) * (CURVE[hour]! / CURVE_SUM));
    visits += count;
    for (let n = 0; n < count; n++) calls.push(...visitAt((hour + random.next()) * HOUR_MS, random, gathering));
  }
  const inTime = calls.filter(({ at }) => at < DAY_MS).toSorted((a, b) => a.at - b.at);
  return { visits, events: inTime.reduce((sum, call) => sum + call.events, 0), calls: inTime };
}
