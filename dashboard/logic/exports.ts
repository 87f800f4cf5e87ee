import type { ExportRun, ExportState } from "../api/export-types.ts";
import { count, plural } from "./times.ts";

const HOUR = 3_600_000;

/** ms: what arrived before is in the tables. Of an hour that was still open, what it had when it was published. */
export function completeUntil({ oldestWaitingHour, newestHour, lastPublishedAt }: ExportState): number | undefined {
  if (newestHour === undefined) return undefined;
  const end = Date.parse(newestHour) + HOUR;
  const published = lastPublishedAt === undefined ? end : Math.min(end, Date.parse(lastPublishedAt));
  return oldestWaitingHour === undefined ? published : Math.min(published, Date.parse(oldestWaitingHour));
}

/** A sentence with a time in it: `before`, then how long ago `at` is, then `after`. */
export interface ExportAnswer {
  readonly before: string;
  /** ms. */
  readonly at?: number;
  readonly after?: string;
}

/** Where is my history, and is it up to date? */
export function exportAnswer(state: ExportState): ExportAnswer {
  const { enabled, tables, rows, publishedHours, waitingHours, running, schema } = state;
  const at = completeUntil(state);
  if (publishedHours === 0 || at === undefined) return { before: beforeFirst(state) };
  const where = `in ${plural(tables, "table")} of the schema ${schema ?? ""}`;
  if (!enabled) return { before: `Switched off. What was published stays ${where}; it ends`, at, after: "." };
  if (waitingHours > 0 || running !== undefined) {
    const left = Math.max(1, waitingHours);
    return { before: `Your history is ${where}, complete until`, at, after: `; ${plural(left, "hour")} to go.` };
  }
  return { before: `Up to date: ${count(rows)} rows ${where}, complete until`, at, after: "." };
}

function beforeFirst({ enabled, waitingHours, running }: ExportState): string {
  if (!enabled) return "Switched off: this source has no warehouse tables.";
  if (running !== undefined || waitingHours > 0)
    return `Nothing is published yet: ${plural(Math.max(1, waitingHours), "hour")} to go.`;
  return "No tables yet: an hour is exported some minutes after its end.";
}

/** What became of "Export now", as soon as it was asked for. */
export const startedWords = ({ waitingHours, running }: ExportState): string =>
  waitingHours > 0 || running !== undefined
    ? `${plural(Math.max(1, waitingHours), "hour")} to export, the open one included.`
    : "Everything that the archive has is exported.";

/** How the run under way is, in words. */
export function runningWords({ segments, done, publishing }: NonNullable<ExportState["running"]>): string {
  if (publishing) return "its manifests are written";
  return segments === 0 ? "its events are listed" : `${count(done)} of ${plural(segments, "segment")} read`;
}

/** A run that somebody's own change ended: its hour is made again. */
const isCalledOff = ({ error = "" }: ExportRun): boolean => error.startsWith("called off");

/** The newest run when it ended badly. One that is under way says nothing yet, so the one before it counts. */
export function failedRun(runs: readonly ExportRun[]): ExportRun | undefined {
  const last = runs.find((run) => run.status !== "running" && !isCalledOff(run));
  return last?.status === "failed" ? last : undefined;
}

/** Another text whenever a list of tables, hours or runs may have changed. */
export const progressOf = ({ lastPublishedAt = "", waitingHours, running, followers }: ExportState): string =>
  JSON.stringify([
    lastPublishedAt,
    waitingHours,
    running?.hour,
    followers.map(({ behind, running: busy, error }) => [behind, busy, error]),
  ]);
