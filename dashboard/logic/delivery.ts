import type { DeliveryReport } from "../api/delivery-types.ts";
import { clip } from "./entry-text.ts";
import { count, plural, share } from "./times.ts";

/** What of a report tells how a destination fares. */
export type Counts = Pick<DeliveryReport, "delivered" | "waiting" | "retrying" | "abandoned" | "resent" | "dropped">;

/** Given up, and not come to a newer end by being sent again since. */
export const stillGivenUp = ({ abandoned, resent }: Pick<Counts, "abandoned" | "resent">): number =>
  Math.max(0, abandoned - resent);

/** One destination's last 24 hours. `waiting` is of this moment and holds those that will be retried. */
export interface DayOfDelivery {
  readonly name: string;
  readonly delivered: number;
  readonly waiting: number;
  readonly givenUp: number;
  /** Not for this destination: the event or a switch said so before anything was sent. */
  readonly dropped: number;
}

export const dayOf = (name: string, report: Counts): DayOfDelivery => ({
  name,
  delivered: report.delivered,
  waiting: report.waiting,
  givenUp: stillGivenUp(report),
  dropped: report.dropped,
});

/** Of what came to an end, how much arrived; nothing while nothing did. What was not meant for it does not count. */
export const successShare = ({ delivered, givenUp }: Pick<DayOfDelivery, "delivered" | "givenUp">): string =>
  delivered + givenUp === 0 ? "" : share(delivered, delivered + givenUp);

/** Characters of a name in the sentence. */
const NAME_CHARS = 40;

/** All destinations in one clause: "All delivered", or what is not and where. */
export function deliveryAnswer(days: readonly DayOfDelivery[]): string {
  const troubled = days.filter((day) => day.givenUp + day.waiting > 0);
  if (troubled.length === 0) {
    const [delivered, dropped] = [sum(days, "delivered"), sum(days, "dropped")];
    if (dropped > 0) return `${count(delivered)} delivered, ${count(dropped)} dropped`;
    return delivered === 0 ? "Nothing delivered yet" : "All delivered";
  }
  const figures = [
    [sum(troubled, "givenUp"), "given up"],
    [sum(troubled, "waiting"), "waiting"],
  ] as const;
  const words = figures.filter(([n]) => n > 0).map(([n, word]) => `${count(n)} ${word}`);
  const names = troubled.map((day) => clip(day.name, NAME_CHARS));
  return `${words.join(", ")} at ${names.length > 2 ? plural(names.length, "destination") : names.join(" and ")}`;
}

const sum = (days: readonly DayOfDelivery[], key: Exclude<keyof DayOfDelivery, "name">): number =>
  days.reduce((total, day) => total + day[key], 0);
