import { joinRuns, numbersOf, packRuns, runsOf, sizeOf, unpackRuns, type Runs } from "./cell-runs.ts";
import type { LetterObject, ListedLetters, ResendRequest } from "./dead-letter.ts";
import type { SettledCell } from "./ledger.ts";
import { replayIdOf } from "./replay.ts";
import { reasonOf } from "./settle-counts.ts";

/**
 * What a dead-letter object holds, by reason and subscription: kept in the ledger, so that a re-send knows exactly
 * what was given up when the job is long forgotten and without reading the object.
 */
export interface LetterEntry {
  readonly reason: string;
  /** Absent for lines that could not be read: those cannot be sent again. */
  readonly subscriptionId?: string;
  readonly lines: Runs;
  /** Ids of the re-sends that took it. */
  readonly resent: readonly string[];
}

/** The entries of `object`, made of the outcomes that really were applied. */
export function entriesOf(
  { cells }: LetterObject,
  applied: readonly SettledCell[],
  { count, lanes }: { readonly count: number; readonly lanes: readonly string[] },
): LetterEntry[] {
  const inObject = new Set(cells);
  const abandoned = applied.filter(({ cell, status }) => status === "abandoned" && inObject.has(cell));
  const groups = Map.groupBy(abandoned, (outcome) =>
    JSON.stringify([reasonOf(outcome), Math.floor(outcome.cell / count)]),
  );
  return [...groups.values()].map((members) => {
    const [first] = members;
    const subscriptionId = lanes[Math.floor(first!.cell / count) - 1];
    return {
      reason: reasonOf(first!),
      ...(subscriptionId === undefined ? {} : { subscriptionId }),
      lines: runsOf(members.map(({ cell }) => cell % count)),
      resent: [],
    };
  });
}

export const writeEntries = (entries: readonly LetterEntry[]): string =>
  JSON.stringify(
    entries.map(({ reason, subscriptionId, lines, resent }) => [
      reason,
      subscriptionId ?? null,
      resent,
      ...packRuns(lines),
    ]),
  );

export function readEntries(text: string): LetterEntry[] {
  const rows = JSON.parse(text) as [string, string | null, string[], ...number[]][];
  return rows.map(([reason, subscriptionId, resent, ...runs]) => ({
    reason,
    ...(subscriptionId === null ? {} : { subscriptionId }),
    lines: unpackRuns(runs),
    resent,
  }));
}

/** How many deliveries were given up, by reason. */
export function reasonsOf(entries: readonly LetterEntry[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { reason, lines } of entries) reasons[reason] = (reasons[reason] ?? 0) + sizeOf(lines);
  return reasons;
}

export function describeEntries(
  entries: readonly LetterEntry[],
): Pick<ListedLetters, "reasons" | "lines" | "subscriptionIds" | "resentAs"> {
  return {
    reasons: reasonsOf(entries),
    lines: entries.reduce((sum, entry) => sum + sizeOf(entry.lines), 0),
    subscriptionIds: [...new Set(entries.flatMap(({ subscriptionId }) => subscriptionId ?? []))],
    resentAs: [...new Set(entries.flatMap(({ resent }) => resent))],
  };
}

/** Deliveries of one segment that a re-send takes, by subscription. */
export type Taken = ReadonlyMap<string, Runs>;

/** What a re-send takes of an object, and the entries with that noted; undefined when it takes nothing. */
export function takeEntries(
  entries: readonly LetterEntry[],
  { id, reason, again = false }: Pick<ResendRequest, "id" | "reason" | "again">,
): { readonly entries: readonly LetterEntry[]; readonly taken: Taken } | undefined {
  const taken = new Map<string, Runs>();
  const noted = entries.map((entry) => {
    const { subscriptionId } = entry;
    const wanted = (reason === undefined || entry.reason === reason) && (again || entry.resent.length === 0);
    if (subscriptionId === undefined || !wanted) return entry;
    taken.set(subscriptionId, joinRuns(taken.get(subscriptionId) ?? [], entry.lines));
    return { ...entry, resent: [...entry.resent, id] };
  });
  return taken.size === 0 ? undefined : { entries: noted, taken };
}

export function joinTaken(a: Taken, b: Taken): Taken {
  const joined = new Map(a);
  for (const [subscriptionId, lines] of b) {
    joined.set(subscriptionId, joinRuns(joined.get(subscriptionId) ?? [], lines));
  }
  return joined;
}

/** The lanes and lane cells of a job that sends what was taken. */
export function jobOf(taken: Taken, count: number): { readonly lanes: readonly string[]; readonly cells: number[] } {
  const lanes = [...taken.keys()];
  const cells = lanes.flatMap((id, lane) => numbersOf(taken.get(id) ?? []).map((line) => (lane + 1) * count + line));
  return { lanes, cells };
}

/** A re-send's jobs, one per segment and step: `resend-<id>-<step>`, with an `r` behind for what a replay gave up. */
export const resendReplayId = (id: string, step: number, ofReplay: boolean): string =>
  `resend-${id}-${step}${ofReplay ? "r" : ""}`;

/** Whether a job's events go out as a replay's: of a replay, or of a re-send of what a replay gave up. */
export const goesAsReplay = (jobId: string | undefined): boolean =>
  replayIdOf(jobId) !== undefined || /^resend-\w{1,40}-\d+r$/.test(jobId ?? "");

/** The re-send a job belongs to; undefined for live traffic and replays. */
export const resendIdOf = (replayId: string | undefined): string | undefined =>
  /^resend-(\w{1,40})-\d+r?$/.exec(replayId ?? "")?.[1];
