import * as z from "zod";
import { HOUR_MS, MINUTE_MS } from "./durations.ts";

/** The bounds of looking, and from when on something is worth a word. */
export const HEALTH = {
  /** One object's answer, and all of them together (ms). */
  answerMs: 3000,
  totalMs: 9000,
  atOnce: 24,
  /** More than these are not asked; the report says how many. */
  questions: 600,
  /** Beyond the time a source may hold events before it drains. */
  drainLateMs: MINUTE_MS,
  drainStuckMs: 15 * MINUTE_MS,
  routingLateMs: 5 * MINUTE_MS,
  routingStuckMs: HOUR_MS,
  deliveryLateMs: HOUR_MS,
  deliveryStuckMs: 12 * HOUR_MS,
  pausedLongMs: 24 * HOUR_MS,
  /** After an hour's end: the archive tells of it after five minutes, and a run takes its time. */
  exportLateMs: 2 * HOUR_MS,
  exportStuckMs: 24 * HOUR_MS,
  /** Of the limit of an outbox or of the ids in memory. */
  fullShare: 0.8,
  /** Shares of a day's events, and how many it takes at least. */
  refusedShare: 0.2,
  abandonedShare: 0.05,
  fewest: 20,
  objectSkewMs: 5000,
  clientSkewMs: 5 * MINUTE_MS,
} as const;

/** `critical`: events wait or are lost until somebody acts. `warning`: look at it today. `info`: good to know. */
export const Severity = z.enum(["critical", "warning", "info"]);
export type Severity = z.infer<typeof Severity>;

/** How bad: 0 is the worst. */
export const rankOf = (severity: Severity): number => Severity.options.indexOf(severity);

export const SubjectKind = z.enum(["source", "destination", "warehouse", "replay", "workspace"]);
/** What a finding is about. */
export const Subject = z.object({ kind: SubjectKind, id: z.string(), name: z.string() });
export type Subject = z.infer<typeof Subject>;

/** Finding about who did not answer: what it would have said is not among the others. */
export const NO_ANSWER = "no_answer";

/** One thing that is not as it should be. `code` and `subject.id` name it from look to look. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly subject: Subject;
  readonly sentence: string;
  readonly todo: string;
  /** Path in the console. */
  readonly link: string;
  /** Since when, ms since epoch, where that is known. */
  readonly since?: number;
  /** When it is tried again by itself. */
  readonly nextAt?: number;
}

/** The worst first; then what has lasted longest. */
export const bySeverity = (a: Finding, b: Finding): number =>
  rankOf(a.severity) - rankOf(b.severity) ||
  (a.since ?? Infinity) - (b.since ?? Infinity) ||
  a.subject.name.localeCompare(b.subject.name);

/** `well` when nothing but infos was found. */
export type HealthStatus = "well" | "warning" | "critical";

export const statusOf = (findings: readonly Pick<Finding, "severity">[]): HealthStatus =>
  findings.some(({ severity }) => severity === "critical")
    ? "critical"
    : findings.some(({ severity }) => severity === "warning")
      ? "warning"
      : "well";
