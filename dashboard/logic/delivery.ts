import type { DeliveryMetrics } from "../api/types.ts";
import { clip } from "./entry-text.ts";
import { count, plural } from "./times.ts";

/** One destination's last 24 hours. `waiting` is of this moment and holds those that will be retried. */
export interface DayOfDelivery {
  readonly name: string;
  readonly delivered: number;
  readonly waiting: number;
  readonly givenUp: number;
}

export const dayOf = (name: string, report: DeliveryMetrics): DayOfDelivery => ({
  name,
  delivered: report.delivered ?? 0,
  waiting: report.waiting ?? report.retrying ?? 0,
  givenUp: report.abandoned ?? 0,
});

/** All destinations in one sentence: "All 12 events delivered", or what is not and where. */
export function deliveryAnswer(days: readonly DayOfDelivery[]): string {
  const troubled = days.filter((day) => day.givenUp + day.waiting > 0);
  const delivered = sum(days, "delivered");
  if (troubled.length === 0) {
    return delivered === 0 ? "Nothing delivered yet" : `All delivered: ${plural(delivered, "event")}`;
  }
  const figures = [
    [sum(troubled, "givenUp"), "given up"],
    [sum(troubled, "waiting"), "waiting"],
  ] as const;
  const words = figures.filter(([n]) => n > 0).map(([n, word]) => `${count(n)} ${word}`);
  const names = troubled.map((day) => clip(day.name));
  return `${words.join(", ")} at ${names.length > 2 ? plural(names.length, "destination") : names.join(" and ")}`;
}

const sum = (days: readonly DayOfDelivery[], key: "delivered" | "waiting" | "givenUp"): number =>
  days.reduce((total, day) => total + day[key], 0);
