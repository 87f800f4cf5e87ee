import { inRuns, joinRuns, packRuns, runsOf, unpackRuns, type Runs } from "./cell-runs.ts";
import { isQuiet, readState, type CellStates } from "./line-states.ts";
import type { SettledCell, TracedAttempt } from "./ledger.ts";
import { clip } from "./mask.ts";

/**
 * What happened to a job's cells, attempt by attempt, so that a trace can tell. One entry for all cells that fared
 * alike at about the same time, kept in the job's own row: a settlement writes it anyway.
 */
interface Entry {
  /** ms since epoch: of the first of its cells, or of the last time when `uncounted`. */
  readonly at: number;
  readonly attempt: number;
  readonly status: SettledCell["status"];
  /** Index into `texts`, -1 = none. */
  readonly reason: number;
  readonly detail: number;
  /** 0 = it counted; else how often it happened without leaving a mark. */
  readonly uncounted: number;
  /** May cover cells that nothing was sent for: those are told by their state. */
  readonly runs: Runs;
}
export interface LineHistory {
  /** Outcomes that are alike and closer than this (ms) share an entry. */
  readonly resolution: number;
  /** Attempts were forgotten for want of room. */
  readonly cut: boolean;
  readonly texts: readonly string[];
  readonly entries: readonly Entry[];
}

/** Characters of a job's history as stored. Usual jobs need under 200; what is larger gets coarser, then shorter. */
export const HISTORY_CHARS = 32_000;
const RESOLUTIONS_MS = [1000, 10_000, 60_000, 600_000, 3_600_000];
/** Distinct reasons and details a job remembers: 24 places of the 64 are for reasons alone. */
const MAX_TEXTS = 64;
const MAX_DETAIL_TEXTS = 40;
const DETAIL_CHARS = 200;
const OTHER_REASON = "other";

export const NO_HISTORY: LineHistory = { resolution: 1000, cut: false, texts: [], entries: [] };
const STATUSES = ["delivered", "retry", "abandoned", "dropped"] as const;

/** What was settled at `at` (ms), and the states before and after. */
export interface Remembered {
  readonly at: number;
  readonly outcomes: readonly SettledCell[];
  readonly before: CellStates;
  readonly after: CellStates;
}

/** The index of a text; -1 when there is no room for it. */
function enter(texts: string[], text: string, limit: number): number {
  const known = texts.indexOf(text);
  if (known >= 0) return known;
  return texts.length < limit ? texts.push(text) - 1 : -1;
}

function reasonIn(texts: string[], reason: string): number {
  const index = enter(texts, reason, MAX_TEXTS - 1);
  return index >= 0 ? index : enter(texts, OTHER_REASON, MAX_TEXTS);
}

const alike = (a: Entry, b: Entry): boolean =>
  a.attempt === b.attempt && a.status === b.status && a.reason === b.reason && a.detail === b.detail;

const sameRuns = (a: Runs, b: Runs): boolean => JSON.stringify(a) === JSON.stringify(b);

/** `b`, the later one, within `a`; undefined when they have to stay apart. */
function merged(a: Entry, b: Entry, resolution: number, quiet: (cell: number) => boolean): Entry | undefined {
  if (!alike(a, b) || a.uncounted > 0 !== b.uncounted > 0) return undefined;
  if (a.uncounted > 0) {
    return sameRuns(a.runs, b.runs) ? { ...a, at: b.at, uncounted: a.uncounted + b.uncounted } : undefined;
  }
  return b.at - a.at < resolution ? { ...a, runs: joinRuns(a.runs, b.runs, quiet) } : undefined;
}

function append(entries: Entry[], entry: Entry, resolution: number, quiet: (cell: number) => boolean): void {
  for (let i = entries.length - 1; i >= 0; i--) {
    const both = merged(entries[i]!, entry, resolution, quiet);
    if (both === undefined) continue;
    entries[i] = both;
    return;
  }
  entries.push(entry);
}

/** The history with what was settled; a failure that did not change its cell's state is one that left no mark. */
export function remember(history: LineHistory, { at, outcomes, before, after }: Remembered): LineHistory {
  const texts = [...history.texts];
  const entries = [...history.entries];
  const quiet = (cell: number) => isQuiet(after[cell]);
  const groups = Map.groupBy(outcomes, ({ cell, status, reason, detail }) =>
    JSON.stringify([before[cell], after[cell], status, reason, detail]),
  );
  for (const members of groups.values()) {
    const { cell, status, reason, detail } = members[0]!;
    const entry: Entry = {
      at,
      attempt: readState(before[cell] ?? 0).failures + 1,
      status,
      reason: reason === undefined ? -1 : reasonIn(texts, reason),
      detail: detail === undefined ? -1 : enter(texts, clip(detail, DETAIL_CHARS), MAX_DETAIL_TEXTS),
      uncounted: status === "retry" && after[cell] === before[cell] ? 1 : 0,
      runs: joinRuns(runsOf(members.map((member) => member.cell)), [], quiet),
    };
    append(entries, entry, history.resolution, quiet);
  }
  return { ...history, texts, entries };
}

function coarser(history: LineHistory): LineHistory | undefined {
  const resolution = RESOLUTIONS_MS.find((one) => one > history.resolution);
  if (resolution === undefined) return undefined;
  const entries: Entry[] = [];
  for (const entry of history.entries) append(entries, entry, resolution, () => false);
  return { ...history, resolution, entries };
}

/** Forgets one entry: what left no mark first, then failures, then the oldest. */
function shorter(history: LineHistory): LineHistory {
  const { entries } = history;
  const uncounted = entries.findIndex((entry) => entry.uncounted > 0);
  const failure = entries.findIndex((entry) => entry.status === "retry");
  const victim = uncounted >= 0 ? uncounted : Math.max(failure, 0);
  return { ...history, cut: true, entries: entries.toSpliced(victim, 1) };
}

type StoredEntry = readonly [
  at: number,
  attempt: number,
  status: number,
  reason: number,
  detail: number,
  uncounted: number,
  ...runs: number[],
];
type Stored = readonly [resolution: number, cut: number, texts: readonly string[], entries: readonly StoredEntry[]];

const write = ({ resolution, cut, texts, entries }: LineHistory): string =>
  JSON.stringify([
    resolution,
    Number(cut),
    texts,
    entries.map(({ at, attempt, status, reason, detail, uncounted, runs }): StoredEntry => [
      at,
      attempt,
      STATUSES.indexOf(status),
      reason,
      detail,
      uncounted,
      ...packRuns(runs),
    ]),
  ] satisfies Stored);

/** At most HISTORY_CHARS characters: first times get coarser (to an hour at most), then attempts are forgotten. */
export function writeHistory(history: LineHistory): string {
  let kept = history;
  let text = write(kept);
  while (text.length > HISTORY_CHARS && kept.entries.length > 0) {
    kept = coarser(kept) ?? shorter(kept);
    text = write(kept);
  }
  return text;
}

/** The opposite of writeHistory. */
export function readHistory(text: string): LineHistory {
  const [resolution, cut, texts, entries] = JSON.parse(text) as Stored;
  return {
    resolution,
    cut: cut === 1,
    texts,
    entries: entries.map(([at, attempt, status, reason, detail, uncounted, ...runs]) => ({
      at,
      attempt,
      status: STATUSES[status] ?? "retry",
      reason,
      detail,
      uncounted,
      runs: unpackRuns(runs),
    })),
  };
}

/** What is remembered of one cell, in order; `reason` and `detail` are those of the last attempt. */
export interface CellHistory {
  readonly attempts: readonly TracedAttempt[];
  readonly reason?: string;
  readonly detail?: string;
  readonly attemptsForgotten?: true;
}

export function historyOf({ texts, entries, cut }: LineHistory, cell: number): CellHistory {
  const mine = entries
    .filter((entry) => inRuns(entry.runs, cell))
    .toSorted((a, b) => a.attempt - b.attempt || a.at - b.at);
  const last = mine.at(-1);
  const reason = texts[last?.reason ?? -1];
  const detail = texts[last?.detail ?? -1];
  return {
    attempts: mine.map((entry) => ({
      at: entry.at,
      attempt: entry.attempt,
      status: entry.status,
      ...(texts[entry.reason] === undefined ? {} : { reason: texts[entry.reason]! }),
      ...(entry.uncounted === 0 ? {} : { uncounted: entry.uncounted }),
    })),
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    ...(cut ? { attemptsForgotten: true } : {}),
  };
}

/** The reason of the last attempt of each of a job's cells; undefined where none is known. */
export function lastReasons({ texts, entries }: LineHistory, cells: number): (string | undefined)[] {
  const reasons = Array.from<string | undefined>({ length: cells });
  for (const { runs, reason } of entries.toSorted((a, b) => a.attempt - b.attempt || a.at - b.at)) {
    for (const [from, to] of runs) reasons.fill(texts[reason], from, Math.min(to, cells));
  }
  return reasons;
}
