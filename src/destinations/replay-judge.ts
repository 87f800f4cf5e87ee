import type { OpenDestination } from "../core/catalog.ts";
import type { LiveOutcome } from "../core/replay-ledger.ts";
import { compileDrawings, type Chance, type Drawing } from "../core/filter.ts";
import { replayJobId } from "../core/replay.ts";
import { tallyInto, type DestinationSums } from "../core/replay-report.ts";
import type { DeliveryLine } from "../core/settle-lines.ts";
import type { AskedLine } from "./cells.ts";
import { decideLine, noDecisions, type Rules } from "./decide.ts";
import { rulesFor } from "./gate-rules.ts";
import { fires } from "./trigger.ts";

/** Adds up what a replay would do at one destination. */
export interface Judge {
  /** `live`: what became of the event when it came in; undefined when nothing is known of that. */
  judge(line: DeliveryLine, live: readonly LiveOutcome[] | undefined): void;
  sums(): DestinationSums;
}

/** Whoever can be in a sample is: how likely that is, is counted apart. */
const LUCKY: Chance["random"] = () => 0;

/** What stops an event whatever the lots say: it is no event, has no consent, or a filter drops it anyway. */
const BEFORE_LOTS = new Set(["MESSAGE_REJECTED", "FILTERED_BY_END_USER_CONSENT", "FILTERED_BY_RULES"]);

type Counts = Record<string, number>;

/** What became of an event then, delivery by delivery; an event that was stopped before counts once. */
function addBefore(before: Counts, live: readonly LiveOutcome[] | undefined): void {
  if (live === undefined) return tallyInto(before, "unknown");
  for (const { status, reason } of live) {
    tallyInto(before, status === "delivered" ? "delivered" : `not:${reason ?? status}`);
  }
}

/** The deliveries of now against those of then. */
function addDiff(
  diff: Counts,
  would: readonly string[],
  live: readonly LiveOutcome[] | undefined,
  share: number,
): void {
  const delivered = (live ?? []).filter(({ status }) => status === "delivered");
  // Before there were subscriptions an event was delivered as a whole.
  const wasDelivered = (id: string) =>
    delivered.some(({ subscriptionId }) => subscriptionId === id || subscriptionId === undefined);
  for (const id of would) {
    if (live === undefined) tallyInto(diff, "unknown", share);
    else tallyInto(diff, wasDelivered(id) ? "alreadyDelivered" : "newlySent", share);
  }
  for (const { subscriptionId } of delivered) {
    const isSent = subscriptionId === undefined ? would.length > 0 : would.includes(subscriptionId);
    tallyInto(diff, "notSentNow", isSent ? 1 - share : 1);
  }
}

/** Everything is dropped for one reason: there is no destination to ask. */
function droppingAll(reason: string): Judge {
  const dropped: Counts = {};
  const before: Counts = {};
  const diff: Counts = {};
  return {
    judge(_line, live) {
      tallyInto(dropped, reason);
      addBefore(before, live);
      addDiff(diff, [], live, 1);
    },
    sums: () => ({ would: {}, dropped, sampledBy: [], before, diff }),
  };
}

/** The rules of a delivery, asked about one line of a segment with that line alone. */
function rulesOf(opened: OpenDestination, sourceId: string, chance: Chance): { rules: Rules; asked: AskedLine } {
  const lanes = opened.subscriptions.filter(({ enabled }) => enabled).map(({ id }) => id);
  const pointer = { destinationId: opened.destination.id, sourceId, key: "", replayId: replayJobId("check", 0) };
  const claim = { status: "granted", count: 1, lanes, cells: [], attempt: 1, mode: "send", token: 0 } as const;
  const rules = rulesFor(pointer, claim, opened, { chance: { ...chance, random: LUCKY }, fires });
  return { rules, asked: { line: 0, gate: true, lanes: lanes.map((_, i) => i + 1) } };
}

/**
 * Decides events as a delivery would (the same code, the configuration of this moment) and sends nothing. Where filters
 * draw lots, what is counted is the expectation.
 * @param opened null when the destination was deleted.
 */
export function createJudge(opened: OpenDestination | null, sourceId: string, chance: Chance): Judge {
  if (opened === null) return droppingAll("destination_deleted");
  if (!opened.destination.sourceIds.includes(sourceId)) return droppingAll("source_disconnected");
  const { rules, asked } = rulesOf(opened, sourceId, chance);
  const drawingOf = compileDrawings(opened.filters);
  const would: Counts = {};
  const dropped: Counts = {};
  const before: Counts = {};
  const diff: Counts = {};
  const sampledBy = new Set<string>();

  /** The subscriptions that would get the event, if the lots fall so. */
  function decide(line: DeliveryLine, { share, titles }: Drawing): string[] {
    const into = noDecisions();
    decideLine(asked, { ...line, line: 0 }, rules, into);
    const { fates, sends } = into;
    const reasons = fates.flatMap(({ fate }) => (fate.status === "delivered" ? [] : [fate.reason]));
    const drawn = share < 1 && !reasons.some((reason) => BEFORE_LOTS.has(reason));
    if (drawn) {
      for (const title of titles) sampledBy.add(title);
      tallyInto(dropped, "FILTERED_BY_RULES", 1 - share);
    }
    for (const reason of reasons) tallyInto(dropped, reason, drawn ? share : 1);
    const ids = sends.map(({ subscription }) => subscription.id);
    for (const id of ids) tallyInto(would, id, drawn ? share : 1);
    return ids;
  }

  return {
    judge(line, live) {
      const drawing = drawingOf(line.event ?? {}, sourceId);
      const ids = decide(line, drawing);
      addBefore(before, live);
      addDiff(diff, ids, live, drawing.share);
    },
    sums: () => ({ would, dropped, sampledBy: [...sampledBy], before, diff }),
  };
}
