import type { GateVerdict } from "../core/routing.ts";
import type { CellFate, DeliveryLine, Fate } from "../core/settle-lines.ts";
import type { SubscriptionRecord } from "../core/subscription.ts";
import { cellOf, type AskedLine } from "./cells.ts";
import type { DeliveredEvent } from "./destination.ts";

/** One lane of a job, by what its subscription is now. Whether it is off is asked of events its trigger wants. */
export type Lane =
  | { readonly state: "on" | "off"; readonly id: string; readonly subscription: SubscriptionRecord }
  | { readonly state: "gone"; readonly id: string };

/** The lanes that a job was given at its first claim, in their order. */
export const lanesOf = (ids: readonly string[], subscriptions: readonly SubscriptionRecord[]): Lane[] =>
  ids.map((id) => {
    const subscription = subscriptions.find((one) => one.id === id);
    if (subscription === undefined) return { state: "gone", id };
    return { state: subscription.enabled ? "on" : "off", id, subscription };
  });

/** What stands between a line and its subscriptions. */
export interface Rules {
  /** Lines of the job. */
  readonly count: number;
  readonly lanes: readonly Lane[];
  /** Whether the destination may have the event, and what of it. */
  gate(event: DeliveredEvent): GateVerdict;
  /** What is asked of an event that was let through before. */
  again(event: DeliveredEvent): GateVerdict;
  fires(trigger: string, event: DeliveredEvent): { readonly fires: boolean; readonly error?: string };
}

/** One event to be sent to one subscription. */
export interface Send {
  readonly cell: number;
  readonly line: DeliveryLine;
  readonly event: DeliveredEvent;
  readonly subscription: SubscriptionRecord;
}

/** What is known of lines before anything is sent; all arrays hold cells. */
export interface Decisions {
  readonly passed: number[];
  readonly unmatched: number[];
  readonly fates: CellFate[];
  readonly sends: Send[];
}

export const noDecisions = (): Decisions => ({ passed: [], unmatched: [], fates: [], sends: [] });

const NOT_JSON: Fate = {
  status: "abandoned",
  reason: "MESSAGE_REJECTED",
  detail: "the line is not JSON",
  who: "platform",
};

function laneOf(lanes: readonly Lane[], number: number): Lane {
  const lane = lanes[number - 1];
  if (lane === undefined) throw new Error(`the job has no lane ${number}`);
  return lane;
}

/** What becomes of an event on a lane: it is sent, not wanted, or has its fate. */
type LaneVerdict = { readonly send: SubscriptionRecord } | { readonly fate: Fate } | "unmatched";

/** A trigger that cannot be read, which the control plane does not store, gives the event up: nobody knows if it is wanted. */
const unreadable = (error: string): Fate => ({
  status: "abandoned",
  reason: "INVALID_SETTINGS",
  detail: `the trigger cannot be read: ${error}`,
  who: "user",
});

function judgeLane(lane: Lane, event: DeliveredEvent, { fires }: Rules, asksTrigger: boolean): LaneVerdict {
  if (lane.state === "gone") return { fate: { status: "dropped", reason: "subscription_deleted" } };
  const { subscription } = lane;
  const trigger = asksTrigger ? fires(subscription.trigger, event) : { fires: true };
  if (trigger.error === undefined && !trigger.fires) return "unmatched";
  if (lane.state === "off") return { fate: { status: "dropped", reason: "subscription_disabled" } };
  return trigger.error === undefined ? { send: subscription } : { fate: unreadable(trigger.error) };
}

/** Closes a line: at its gate, which ends its lanes too, or on each lane asked for when the gate was decided before. */
function stop(
  asked: AskedLine,
  fate: Fate,
  line: DeliveryLine | undefined,
  { count, lanes }: Pick<Rules, "count" | "lanes">,
  into: Decisions,
): void {
  const read = line === undefined ? {} : { line };
  if (asked.gate) into.fates.push({ cell: cellOf(0, asked.line, count), fate, ...read });
  else {
    for (const number of asked.lanes) {
      const { id: subscriptionId } = laneOf(lanes, number);
      into.fates.push({ cell: cellOf(number, asked.line, count), fate, ...read, subscriptionId });
    }
  }
}

/** A gate is decided for all lanes at once, also for those that wait for a later attempt of their own. */
function judgeLanes(asked: AskedLine, line: DeliveryLine, event: DeliveredEvent, rules: Rules, into: Decisions): void {
  const numbers = asked.gate ? rules.lanes.map((_, i) => i + 1) : asked.lanes;
  const verdicts = numbers.map((number) => {
    const lane = laneOf(rules.lanes, number);
    return { number, lane, verdict: judgeLane(lane, event, rules, asked.gate) };
  });
  if (asked.gate) {
    if (verdicts.every(({ verdict }) => verdict === "unmatched")) {
      return stop(asked, { status: "dropped", reason: "NO_MATCHING_MAPPING" }, line, rules, into);
    }
    into.passed.push(cellOf(0, asked.line, rules.count));
  }
  for (const { number, lane, verdict } of verdicts) {
    const cell = cellOf(number, asked.line, rules.count);
    if (verdict === "unmatched") into.unmatched.push(cell);
    else if ("fate" in verdict) into.fates.push({ cell, line, fate: verdict.fate, subscriptionId: lane.id });
    else if (asked.lanes.includes(number)) into.sends.push({ cell, line, event, subscription: verdict.send });
  }
}

/**
 * Decides one line (quality.md §4.1): gate, then triggers. Of a line that was let through at an earlier attempt the
 * triggers are not asked again.
 */
export function decideLine(asked: AskedLine, line: DeliveryLine, rules: Rules, into: Decisions): void {
  if (line.event === undefined) return stop(asked, NOT_JSON, line, rules, into);
  const verdict = asked.gate ? rules.gate(line.event) : rules.again(line.event);
  if (verdict.pass) return judgeLanes(asked, line, verdict.event, rules, into);
  const { reason, detail } = verdict;
  return stop(asked, { status: "dropped", reason, ...(detail === undefined ? {} : { detail }) }, line, rules, into);
}

/** One fate for lines that were not read. */
export function decideUnread(
  asked: readonly AskedLine[],
  fate: Fate,
  rules: Pick<Rules, "count" | "lanes">,
): Decisions {
  const into = noDecisions();
  for (const one of asked) stop(one, fate, undefined, rules, into);
  return into;
}
