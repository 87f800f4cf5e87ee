import type { AnswerLine, Ending, Figures, Hit } from "./archive-hits.ts";
import type { Page } from "./archive-question.ts";
import type { Window } from "./replay-range.ts";

/** How a search stands. `cut`: the answer broke off, by itself or with `error`. */
export type RunStatus = "running" | "ended" | "stopped" | "cut";

/** A search over all its pages so far. */
export interface Run {
  /** The first page: what was asked for. */
  readonly asked: Page;
  /** The page that is being answered, or was last. */
  readonly page: Page;
  readonly status: RunStatus;
  /** In the order asked for, over all pages. */
  readonly hits: readonly Hit[];
  /** Of the pages before. */
  readonly before: Figures;
  /** Of this page, as far as told. */
  readonly figures: Figures;
  /** Everything up to it has been answered: ms of receivedAt. */
  readonly position: number | undefined;
  readonly end: Ending | undefined;
  readonly error: Error | undefined;
}

const NOTHING: Figures = { segments: 0, skipped: 0, events: 0, matched: 0, undecided: 0, missing: 0, bytes: 0 };

export const newRun = (page: Page): Run => ({
  asked: page,
  page,
  status: "running",
  hits: [],
  before: NOTHING,
  figures: NOTHING,
  position: undefined,
  end: undefined,
  error: undefined,
});

/** The run once these lines have come. What it shows already (after a page that broke off) is not shown again. */
export function takeLines(run: Run, lines: readonly AnswerLine[]): Run {
  const known = new Set(run.hits.map(({ key }) => key));
  const hits = lines.flatMap((line) => ("hit" in line && !known.has(line.hit.key) ? [line.hit] : []));
  const progress = lines.findLast((line) => "progress" in line)?.progress;
  const end = lines.findLast((line) => "end" in line)?.end;
  return {
    ...run,
    hits: hits.length === 0 ? run.hits : [...run.hits, ...hits],
    figures: end ?? progress ?? run.figures,
    position: reached(end, hits) ?? (progress === undefined ? run.position : Date.parse(progress.position)),
    ...(end === undefined ? {} : { status: "ended", end }),
  };
}

/** A full page ends with its last event, however far ahead has been read. */
const reached = (end: Ending | undefined, hits: readonly Hit[]): number | undefined =>
  end?.reason === "limit" ? hits.at(-1)?.receivedAt : undefined;

export const stopRun = (run: Run): Run => (run.status === "running" ? { ...run, status: "stopped" } : run);

/** The answer is over: without its last line it was cut. */
export const closeRun = (run: Run, error?: Error): Run =>
  run.status === "running" ? { ...run, status: "cut", error } : run;

/** Whether there is more to look through. */
export const canGoOn = ({ status, end }: Run): boolean => status !== "running" && end?.reason !== "complete";

/**
 * The run with its next page to be asked for. Without a cursor (it was stopped or cut) it goes on from the position it
 * had reached: what came after it comes again, and is known by its key.
 */
export function continueRun(run: Run): Run {
  const { page, position, before, figures, end } = run;
  return {
    ...run,
    page: end?.cursor === undefined ? { ...narrowed(page, position) } : { ...page, cursor: end.cursor },
    status: "running",
    before: sum(before, figures),
    figures: NOTHING,
    end: undefined,
    error: undefined,
  };
}

function narrowed(page: Page, position: number | undefined): Page {
  const { question, window } = page;
  if (position === undefined) return page;
  const rest =
    question.order === "desc"
      ? { from: window.from, to: Math.min(window.to, position + 1) }
      : { from: Math.max(window.from, position), to: window.to };
  // At the very edge nothing would be left to ask for.
  return rest.from < rest.to ? { question, window: rest } : page;
}

export const totalOf = ({ before, figures }: Run): Figures => sum(before, figures);

const sum = (a: Figures, b: Figures): Figures => ({
  segments: a.segments + b.segments,
  skipped: a.skipped + b.skipped,
  events: a.events + b.events,
  matched: a.matched + b.matched,
  undecided: a.undecided + b.undecided,
  missing: a.missing + b.missing,
  bytes: a.bytes + b.bytes,
});

/** The part of the time that is still to be looked through; `whole` is the time asked for, as far as it holds events. */
export function leftOf({ page, position }: Run, whole: Window): Window {
  if (position === undefined) return whole;
  return page.question.order === "desc"
    ? { from: whole.from, to: Math.min(whole.to, Math.max(whole.from, position)) }
    : { from: Math.max(whole.from, Math.min(whole.to, position)), to: whole.to };
}

/** 0 to 1, by time. */
export function shareDone(run: Run, whole: Window): number {
  if (run.end?.reason === "complete") return 1;
  const left = leftOf(run, whole);
  return whole.to <= whole.from ? 0 : 1 - (left.to - left.from) / (whole.to - whole.from);
}
