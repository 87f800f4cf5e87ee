import type { LetterCriteria, LetterObject, Resend } from "../api/delivery-types.ts";
import type { Subscription } from "../api/types.ts";
import { isObject } from "./directive.ts";
import { clip } from "./entry-text.ts";
import { absoluteTime, count, plural } from "./times.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Period {
  readonly id: string;
  readonly label: string;
  readonly ms: number;
}

export const LETTER_PERIODS: readonly Period[] = [
  { id: "1h", label: "In the last hour", ms: HOUR },
  { id: "24h", label: "In the last 24 hours", ms: DAY },
  { id: "7d", label: "In the last 7 days", ms: 7 * DAY },
];

/** To the minute, so that the same question is asked the same way for a while. */
const MINUTE = 60_000;

/** What the address asks for, as the control plane takes it. */
export function criteriaOf(reason: string | undefined, period: string | undefined, now = Date.now()): LetterCriteria {
  const ms = LETTER_PERIODS.find(({ id }) => id === period)?.ms;
  return {
    ...(reason === undefined || reason === "" ? {} : { reason }),
    ...(ms === undefined ? {} : { startTime: new Date(Math.floor((now - ms) / MINUTE) * MINUTE).toISOString() }),
  };
}

export interface ReasonCount {
  readonly reason: string;
  readonly sentence: string;
  readonly count: number;
}

/** The reasons of these objects, the most frequent first. */
export function reasonsIn(objects: readonly LetterObject[]): readonly ReasonCount[] {
  const sums = new Map<string, ReasonCount>();
  for (const one of objects.flatMap(({ reasons }) => reasons)) {
    sums.set(one.reason, { ...one, count: one.count + (sums.get(one.reason)?.count ?? 0) });
  }
  return [...sums.values()].toSorted((a, b) => b.count - a.count);
}

/** Names of mappings by their ids: “a” and “b”; nothing while they are not known. */
export function mappingNames(ids: readonly string[], mappings: readonly Subscription[] | undefined): string {
  if (mappings === undefined) return "";
  const names = ids.map((id) => {
    const found = mappings.find((mapping) => mapping.id === id);
    return found === undefined ? "a deleted mapping" : `“${clip(found.name, 60)}”`;
  });
  return [...new Set(names)].join(", ");
}

/** Whose event it is: the user's id, or the anonymous one; nothing where it has none or cannot be read. */
export function userOf(event: unknown): string | undefined {
  const { userId, anonymousId } = isObject(event) ? event : {};
  return [userId, anonymousId].find((id): id is string => typeof id === "string" && id !== "");
}

/** How many deliveries of an object fall under the criteria. */
export const matching = ({ reasons, lines }: LetterObject, { reason }: LetterCriteria): number =>
  reason === undefined
    ? lines
    : reasons.filter((one) => one.reason === reason).reduce((sum, one) => sum + one.count, 0);

/** Nothing of it was sent again yet. */
export const isUntouched = ({ resentAs }: LetterObject): boolean => resentAs.length === 0;

export function lettersSentence(objects: readonly LetterObject[], more: boolean, filtered: boolean): string {
  if (objects.length === 0) return filtered ? "None is like that." : "Nothing was given up within 90 days.";
  const lines = objects.reduce((sum, one) => sum + one.lines, 0);
  const open = objects.filter(isUntouched).reduce((sum, one) => sum + one.lines, 0);
  const amount = `${more ? "More than " : ""}${plural(lines, "delivery", "deliveries")} given up`;
  // Of those that are not loaded yet nothing is known.
  if (more) return `${amount}.`;
  if (open === lines) return `${amount}; none was sent again yet.`;
  return open === 0
    ? `${amount}; all of them were taken up by a re-send.`
    : `${amount}; ${count(open)} of them not sent again yet.`;
}

/** How far a re-send is. */
export function resendSentence({ lines, delivered, abandoned, dropped, waiting, opening }: Resend): string {
  if (opening) return `Taking them up: ${count(lines)} so far`;
  if (lines === 0) return "There was nothing to send";
  if (waiting > 0) return `${count(lines - waiting)} of ${count(lines)} done`;
  if (delivered === lines) return lines === 1 ? "Delivered" : `All ${count(lines)} delivered`;
  const rest = [
    [delivered, "delivered"],
    [abandoned, "given up again"],
    [dropped, "not wanted any more"],
  ] as const;
  return rest.flatMap(([n, words]) => (n > 0 ? [`${count(n)} ${words}`] : [])).join(", ");
}

/** What a re-send was asked to take. */
export function resendScope({ at, criteria: { reason, startTime } }: Resend): string {
  const from = startTime === undefined ? Number.NEGATIVE_INFINITY : Date.parse(startTime);
  // Letters are kept for 90 days: the ledger names that as the start where none was asked for.
  const since = from > Date.parse(at) - 89 * DAY ? `, given up since ${absoluteTime(from)}` : "";
  return `${reason === undefined ? "All reasons" : `Reason ${reason}`}${since}`;
}
