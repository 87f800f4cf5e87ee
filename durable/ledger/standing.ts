import { sumOf, type Counts } from "../../src/core/counters.ts";
import { defined } from "../../src/core/defined.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/durations.ts";
import type { DestinationStanding, SourceStanding, WorkspaceStanding } from "../../src/core/standing.ts";
import type { LedgerRoom } from "./room.ts";

type Counters = Pick<LedgerRoom, "counters">;

/** Of a source's ledger. */
export function sourceStanding({ counters }: Counters, now: number): SourceStanding {
  const day = counters.sums(now - DAY_MS, now);
  const hour = counters.sums(now - HOUR_MS, now);
  const [top] = Object.entries(day)
    .filter(([key]) => key.startsWith("refused:"))
    .toSorted(([, a], [, b]) => b - a);
  return {
    now,
    day: { accepted: sumOf(day, "accepted"), duplicate: sumOf(day, "duplicate"), refused: sumOf(day, "refused") },
    dayBefore: { accepted: sumOf(counters.sums(now - 2 * DAY_MS, now - DAY_MS), "accepted") },
    ...(top === undefined ? {} : { topRefusal: { reason: top[0].slice("refused:".length), count: top[1] } }),
    parked: sumOf(hour, "parked"),
    parkedAgain: sumOf(hour, "parked_again"),
    ...defined("lastEventAt", counters.lastSeenAt()),
  };
}

/** Of the workspace's ledger. */
export function workspaceStanding({ counters }: Counters, now: number): WorkspaceStanding {
  const dead = Object.entries(counters.sums(now - DAY_MS, now)).filter(([key]) => key.startsWith("dead_message:"));
  return {
    now,
    deadMessages: Object.fromEntries(dead.map(([key, n]) => [key.slice("dead_message:".length), n])),
    unknownKeys: sumOf(counters.sums(now - HOUR_MS, now), "refused:unknown_source"),
  };
}

/**
 * How many of a day's deliveries are given up still. A re-send of older ones brings ends of its own: what is in dead
 * letters that none has taken up is left over at least.
 */
const leftOver = (day: Counts, open: Counts): number =>
  Math.max(sumOf(day, "abandoned") - sumOf(day, "resent"), sumOf(open, "abandoned"), 0);

/** What most were given up for. */
function topAbandoned(counts: Counts): string | undefined {
  const [top] = Object.entries(counts)
    .filter(([key]) => key.startsWith("abandoned:"))
    .toSorted(([, a], [, b]) => b - a);
  return top?.[0].slice("abandoned:".length);
}

/** Of a destination's ledger. */
export function destinationStanding(room: LedgerRoom, now: number): DestinationStanding {
  const { counters, jobs, errors, letters, deliveries, meta } = room;
  const day = counters.sums(now - DAY_MS, now);
  const { waiting, retrying, nextAt } = jobs.gauges();
  const { pausedUntil, probeAt } = deliveries.pacing();
  const { pausedAt } = meta.hold();
  const open = letters.openSince(now - DAY_MS);
  const lost = leftOver(day, open);
  // While a re-send has all of them under way, the day's own counts say what they were given up for.
  const lostFor = topAbandoned(open) ?? topAbandoned(day);
  const hour = new Map(Object.entries(counters.sums(now - HOUR_MS, now)));
  const trouble = errors.groups(hour).find(({ status }) => status !== "dropped");
  const nextAttemptAt = nextAt === null ? 0 : Math.max(nextAt, pausedUntil ?? 0, probeAt ?? 0);
  return {
    now,
    waiting,
    retrying,
    ...defined("oldestAt", jobs.oldestOpenedAt()),
    ...(pausedAt === undefined && nextAttemptAt > now ? { nextAttemptAt } : {}),
    ...defined("pausedAt", pausedAt),
    ...defined("pausedUntil", pausedUntil !== undefined && pausedUntil > now ? pausedUntil : undefined),
    ...defined("probeAt", probeAt),
    day: { delivered: sumOf(day, "delivered"), abandoned: lost, retried: sumOf(day, "retry") },
    ...(lost === 0 ? {} : defined("lostFor", lostFor)),
    ...(trouble === undefined
      ? {}
      : { trouble: { reason: trouble.reason, sentence: trouble.sentence, todo: trouble.todo } }),
  };
}
