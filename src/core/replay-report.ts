import { KindTally, readKind } from "./event-kind.ts";
import { REPLAY, type DryRun, type DryRunDestination } from "./replay.ts";

/** Counts by name. Of destinations with sampling filters they are expectations, so no whole numbers. */
export type Sums = Readonly<Record<string, number>>;

/** One destination's part of a dry run's sums; the fields of DryRunDestination before they are rounded. */
export interface DestinationSums {
  readonly would: Sums;
  readonly dropped: Sums;
  readonly sampledBy: readonly string[];
  /** `delivered`, `unknown`, and `not:<reason>`. */
  readonly before: Sums;
  /** `alreadyDelivered`, `newlySent`, `unknown`, `notSentNow`. */
  readonly diff: Sums;
}

/** What a dry run has counted so far, or in one step: JSON, kept with the replay. */
export interface DryRunSums {
  readonly segments: number;
  readonly matched: number;
  readonly notMatched: number;
  readonly unreadable: number;
  readonly goneSegments: number;
  readonly goneEvents: number;
  /** By core/event-kind kindText, without versions. */
  readonly kinds: Sums;
  readonly destinations: Readonly<Record<string, DestinationSums>>;
}

export const NO_SUMS: DryRunSums = {
  segments: 0,
  matched: 0,
  notMatched: 0,
  unreadable: 0,
  goneSegments: 0,
  goneEvents: 0,
  kinds: {},
  destinations: {},
};
const NO_DESTINATION: DestinationSums = { would: {}, dropped: {}, sampledBy: [], before: {}, diff: {} };

/** Adds to a count of many. */
export function tallyInto(sums: Record<string, number>, name: string, count = 1): void {
  if (count > 0) sums[name] = (Object.hasOwn(sums, name) ? sums[name]! : 0) + count;
}

function add(a: Sums, b: Sums): Sums {
  const sums: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) tallyInto(sums, name, count);
  return sums;
}

/** What became of events then: of both, with at most REPLAY.reasons reasons, and `other` for the rest. */
function addBefore(a: Sums, b: Sums): Sums {
  const sums: Record<string, number> = { ...a };
  let reasons = Object.keys(sums).filter((name) => name.startsWith("not:")).length;
  for (const [name, count] of Object.entries(b)) {
    const isNew = name.startsWith("not:") && !Object.hasOwn(sums, name);
    const fits = !isNew || reasons < REPLAY.reasons;
    tallyInto(sums, fits ? name : "not:other", count);
    if (isNew && fits) reasons++;
  }
  return sums;
}

/** The kinds of both, at most REPLAY.kinds of them and one `(other)` for each type. */
function addKinds(a: Sums, b: Sums): Sums {
  const tally = new KindTally(REPLAY.kinds);
  for (const [kind, count] of [...Object.entries(a), ...Object.entries(b)]) tally.add(kind, count);
  return Object.fromEntries(tally.entries);
}

const addDestinations = (a: DestinationSums, b: DestinationSums): DestinationSums => ({
  would: add(a.would, b.would),
  dropped: add(a.dropped, b.dropped),
  sampledBy: [...new Set([...a.sampledBy, ...b.sampledBy])],
  before: addBefore(a.before, b.before),
  diff: add(a.diff, b.diff),
});

/** Both as one. */
export function addSums(a: DryRunSums, b: DryRunSums): DryRunSums {
  const ids = new Set([...Object.keys(a.destinations), ...Object.keys(b.destinations)]);
  const both = [...ids].map((id) => [
    id,
    addDestinations(a.destinations[id] ?? NO_DESTINATION, b.destinations[id] ?? NO_DESTINATION),
  ]);
  return {
    segments: a.segments + b.segments,
    matched: a.matched + b.matched,
    notMatched: a.notMatched + b.notMatched,
    unreadable: a.unreadable + b.unreadable,
    goneSegments: a.goneSegments + b.goneSegments,
    goneEvents: a.goneEvents + b.goneEvents,
    kinds: addKinds(a.kinds, b.kinds),
    destinations: Object.fromEntries(both) as DryRunSums["destinations"],
  };
}

/** Expectations are sums of shares: what is a half but for the last digits must not depend on the order they came in. */
const wholeOf = (count: number): number => Math.round(Math.round(count * 1e6) / 1e6);

const rounded = (sums: Sums): Record<string, number> =>
  Object.fromEntries(
    Object.entries(sums)
      .map(([name, count]) => [name, wholeOf(count)] as const)
      .filter(([, count]) => count > 0),
  );
const roundOf = (sums: Sums, name: string): number => wholeOf(sums[name] ?? 0);

function destinationOf(destinationId: string, sums: DestinationSums): DryRunDestination {
  const would = Object.entries(rounded(sums.would)).map(([subscriptionId, count]) => ({ subscriptionId, count }));
  const wouldSend = would.reduce((sum, { count }) => sum + count, 0);
  const alreadyDelivered = Math.min(roundOf(sums.diff, "alreadyDelivered"), wouldSend);
  const unknown = Math.min(roundOf(sums.diff, "unknown"), wouldSend - alreadyDelivered);
  const reasons = Object.entries(sums.before).filter(([name]) => name.startsWith("not:"));
  return {
    destinationId,
    would: would.toSorted((a, b) => b.count - a.count),
    wouldSend,
    dropped: rounded(sums.dropped),
    sampledBy: [...sums.sampledBy],
    before: {
      delivered: roundOf(sums.before, "delivered"),
      notDelivered: Object.fromEntries(reasons.map(([name, count]) => [name.slice(4), count])),
      unknown: roundOf(sums.before, "unknown"),
    },
    diff: {
      alreadyDelivered,
      newlySent: wouldSend - alreadyDelivered - unknown,
      unknown,
      notSentNow: roundOf(sums.diff, "notSentNow"),
    },
  };
}

/** The report of a dry run that is done. */
export function reportOf(sums: DryRunSums, destinationIds: readonly string[]): DryRun {
  const events = Object.entries(sums.kinds).map(([text, count]) => {
    const { type, name } = readKind(text);
    return { type, ...(name === undefined ? {} : { name }), count };
  });
  return {
    events: events.toSorted((a, b) => b.count - a.count),
    matched: sums.matched,
    notMatched: sums.notMatched,
    unreadable: sums.unreadable,
    gone: { segments: sums.goneSegments, events: sums.goneEvents },
    destinations: destinationIds.map((id) => destinationOf(id, sums.destinations[id] ?? NO_DESTINATION)),
  };
}
