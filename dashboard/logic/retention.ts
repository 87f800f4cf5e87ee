import type { RetentionDays } from "../../src/core/retention.ts";

const DAY_MS = 86_400_000;

/** Days that events can be kept; 0 is for ever. */
const RETENTIONS = [0, 30, 90, 180, 365, 1095] as const satisfies readonly RetentionDays[];

/** "for ever", "90 days", "a year", "3 years". */
export function keptFor(days: number): string {
  if (days === 0) return "for ever";
  if (days === 365) return "one year";
  return days === 1095 ? "3 years" : `${days} days`;
}

/** For a workspace's list of choices. */
export const RETENTION_CHOICES = RETENTIONS.map((days): readonly [string, string] => [
  String(days),
  days === 0 ? "For ever" : days === 365 ? "365 days (one year)" : days === 1095 ? "3 years" : `${days} days`,
]);

/** A source may also follow the workspace: "". */
export const sourceRetentionChoices = (workspace: number | undefined): readonly (readonly [string, string])[] => [
  ["", `As the workspace${workspace === undefined ? "" : ` (${keptFor(workspace)})`}`],
  ...RETENTION_CHOICES,
];

/** The choice as it is saved. */
export const readRetention = (choice: string): RetentionDays | null =>
  choice === "" ? null : (RETENTIONS.find((days) => String(days) === choice) ?? 0);

/** Whether keeping for `next` days ends anything that `saved` days would have kept. */
export const isShorter = (next: number, saved: number): boolean => next !== 0 && (saved === 0 || next < saved);

/** The moment before which events are deleted; undefined when none ever are. */
export const deletedBefore = (days: number, now: number): number | undefined =>
  days === 0 ? undefined : now - days * DAY_MS;
