import {
  destinationLines,
  dollarsOf,
  exportLine,
  mergeLines,
  sourceLines,
  storageLine,
  type CostLine,
} from "./cost.ts";
import { DAY_MS } from "./durations.ts";
import { HEALTH, type Finding, type Subject } from "./health.ts";
import { inParallel } from "./pool.ts";
import type { UsageQuery, UsageReport } from "./usage.ts";

/** How far back what is projected is taken from. */
const LATELY_MS = 7 * DAY_MS;

/** Bytes of the archive and the tables together; objects that publications of the tables have written this month. */
export interface StoredBySource {
  readonly bytes: number;
  readonly objectsWritten: number;
}

/** What the meter asks. Each answer has a time limit and rejects beyond it (bindings/cost-deps.ts). */
export interface CostDeps {
  sources(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  destinations(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  sourceUsage(id: string, query: UsageQuery): Promise<UsageReport>;
  destinationUsage(id: string, query: UsageQuery): Promise<UsageReport>;
  /** What the source has in R2, and what of its tables was written since `monthStart`. */
  stored(sourceId: string, monthStart: number): Promise<StoredBySource>;
  /** Dollars a month that the owner wants to stay below; null: nobody said. */
  budget(): Promise<number | null>;
  now(): number;
}

/** One source or destination. Dollars; `projected` is for the whole month, null while it is too early to say. */
export interface CostRow {
  readonly subject: Subject;
  readonly soFar: number;
  readonly projected: number | null;
  /** What `soFar` is made of, the largest first. */
  readonly lines: readonly CostLine[];
}

export interface CostReport {
  /** ms since epoch; `monthStart` and `monthEnd` are of the UTC month that holds `at`. */
  readonly at: number;
  readonly monthStart: number;
  readonly monthEnd: number;
  readonly soFar: number;
  /** Null before there is a full day to go by: of the first minutes, any month can be made. */
  readonly projected: number | null;
  readonly budget: number | null;
  /** The dearest first. */
  readonly rows: readonly CostRow[];
  /** Who did not answer, or was not asked. */
  readonly missing: readonly Subject[];
}

/** The UTC month that holds `at`. */
export function monthOf(at: number): { readonly start: number; readonly end: number } {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { start: Date.UTC(year, month, 1), end: Date.UTC(year, month + 1, 1) };
}

const NOTHING_STORED: StoredBySource = { bytes: 0, objectsWritten: 0 };

interface Month extends UsageQuery {
  readonly monthEnd: number;
}

interface Estimate {
  readonly row: CostRow & { readonly projected: number };
  /** Whether anything was used lately, and for how many ms that is counted. */
  readonly used: boolean;
  readonly latelyMs: number;
}

/**
 * What was used so far, and what the rest of the month costs when it goes on as lately. What is younger than a day is
 * taken for its day's whole use: the pace of its first minutes is nobody's pace.
 */
function estimateOf(subject: Subject, usage: UsageReport, stored: StoredBySource, month: Month): Estimate {
  const { monthStart, monthEnd, now } = month;
  const linesOf = (sums: UsageReport["month"], hours: number): CostLine[] =>
    subject.kind === "source" ? sourceLines(sums, hours) : destinationLines(sums);
  const { bytes, objectsWritten } = stored;
  const tablesLine = exportLine(objectsWritten);
  const used = [...linesOf(usage.month, usage.activeHours), ...(objectsWritten > 0 ? [tablesLine] : [])];
  const elapsed = (now - monthStart) / (monthEnd - monthStart);
  const kept = storageLine(bytes);
  const keptSoFar = { ...kept, dollars: kept.dollars * elapsed };
  // Hours are as many as lately had at most; the projection takes them for all full.
  const lately = dollarsOf(linesOf(usage.lately, usage.activeHours > 0 ? usage.latelyMs / 3_600_000 : 0));
  const perMs = lately / Math.max(usage.latelyMs, DAY_MS);
  const tablesPerMs = tablesLine.dollars / Math.max(now - monthStart, DAY_MS);
  return {
    row: {
      subject,
      soFar: dollarsOf(used) + keptSoFar.dollars,
      projected: dollarsOf(used) + (perMs + tablesPerMs) * (monthEnd - now) + kept.dollars,
      lines: mergeLines([...used, ...(bytes > 0 ? [keptSoFar] : [])]).toSorted((a, b) => b.dollars - a.dollars),
    },
    used: lately > 0,
    latelyMs: usage.latelyMs,
  };
}

/** Whether all that was used lately was used in less than a day. */
function isTooEarly(estimates: readonly Estimate[]): boolean {
  const used = estimates.filter((one) => one.used);
  return used.length > 0 && used.every(({ latelyMs }) => latelyMs < DAY_MS);
}

/** The estimate for the running month. Rejects only when the Catalog cannot say what there is. */
export async function costReport(deps: CostDeps): Promise<CostReport> {
  const now = deps.now();
  const { start: monthStart, end: monthEnd } = monthOf(now);
  const month: Month = { monthStart, monthEnd, latelyStart: now - LATELY_MS, now };
  const [sources, destinations, budget] = await Promise.all([deps.sources(), deps.destinations(), deps.budget()]);
  const subjects: Subject[] = [
    ...sources.map(({ id, name }): Subject => ({ kind: "source", id, name })),
    ...destinations.map(({ id, name }): Subject => ({ kind: "destination", id, name })),
  ];
  const query: UsageQuery = { monthStart, latelyStart: month.latelyStart, now };
  const ask = async (subject: Subject): Promise<Estimate | undefined> => {
    const { kind, id } = subject;
    try {
      const [usage, stored] =
        kind === "source"
          ? await Promise.all([deps.sourceUsage(id, query), deps.stored(id, monthStart)])
          : [await deps.destinationUsage(id, query), NOTHING_STORED];
      return estimateOf(subject, usage, stored, month);
    } catch {
      // The report names who is missing.
      return undefined;
    }
  };
  const goOn = (): boolean => deps.now() < now + HEALTH.totalMs;
  const asked = await inParallel(subjects.slice(0, HEALTH.questions), HEALTH.atOnce, ask, goOn);
  const estimates = asked.filter((one) => one !== undefined);
  const rows = estimates.map(({ row }) => row).toSorted((a, b) => b.projected - a.projected);
  const tooEarly = isTooEarly(estimates);
  const sum = (field: "soFar" | "projected"): number => rows.reduce((total, row) => total + row[field], 0);
  return {
    at: now,
    monthStart,
    monthEnd,
    soFar: sum("soFar"),
    projected: tooEarly ? null : sum("projected"),
    budget,
    rows: tooEarly ? rows.map((row) => ({ ...row, projected: null })) : rows,
    missing: subjects.filter((_, i) => asked[i] === undefined),
  };
}

const money = (dollars: number): string => `$${dollars.toFixed(2)}`;

/** A budget that is passed, or will be; only the former can be said before there is a projection. */
export function budgetFindings({ budget, soFar, projected }: CostReport): Finding[] {
  const expected = projected ?? soFar;
  if (budget === null || expected <= budget) return [];
  const passed = soFar > budget;
  return [
    {
      code: passed ? "budget_passed" : "budget_will_pass",
      severity: passed ? "critical" : "warning",
      subject: { kind: "workspace", id: "workspace", name: "Workspace" },
      sentence: passed
        ? `This month's estimate is ${money(soFar)}, the budget ${money(budget)}.`
        : `At the pace of the last days this month will come to ${money(expected)}; the budget is ${money(budget)}.`,
      todo: "The cost page shows which source or destination it is. Larger batches of the SDKs save most.",
      link: "/cost",
    },
  ];
}
