import type { ExportSummary } from "./export-views.ts";
import { findingsOf, skewFinding, type Names } from "./health-findings.ts";
import { ask, questionsOf, WORKSPACE, type Asked, type Question } from "./health-questions.ts";
import { bySeverity, HEALTH, NO_ANSWER, statusOf, type Finding, type HealthStatus, type Subject } from "./health.ts";
import { inParallel } from "./pool.ts";
import type { ListedReplay } from "./replay.ts";
import type { DestinationStanding, IntakeStanding, SourceStanding, WorkspaceStanding } from "./standing.ts";

/** A source as the look needs it. */
export interface HealthSource {
  readonly id: string;
  readonly name: string;
  /** Shards that may hold something: those of now, or of before a change. */
  readonly shards: number;
  readonly drainMs: number;
  readonly exports: boolean;
}

/** What looking asks. Each answer has a time limit and rejects beyond it (bindings/health-deps.ts). */
export interface HealthDeps {
  sources(): Promise<readonly HealthSource[]>;
  destinations(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  warehouses(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  intake(sourceId: string, shard: number): Promise<IntakeStanding>;
  source(sourceId: string): Promise<SourceStanding>;
  destination(destinationId: string): Promise<DestinationStanding>;
  exports(sourceId: string): Promise<ExportSummary>;
  workspace(): Promise<WorkspaceStanding>;
  /** The latest, the newest first. */
  replays(): Promise<readonly ListedReplay[]>;
  /** How far the clocks of a source's clients are from ours, ms; undefined when nothing tells. */
  clientSkew(sourceId: string): Promise<number | undefined>;
  /** What the cost meter finds: a budget that is passed. */
  costs(): Promise<readonly Finding[]>;
  now(): number;
}

/** What was looked at, and what could not be. */
export interface HealthReport {
  /** ms since epoch. */
  readonly at: number;
  readonly status: HealthStatus;
  readonly findings: readonly Finding[];
  readonly looked: { readonly sources: number; readonly shards: number; readonly destinations: number };
  /** Questions that were not asked, because there were too many or the time was up. */
  readonly unasked: number;
  readonly shards: readonly ShardRow[];
  readonly destinations: readonly DestinationRow[];
}

export interface ShardRow {
  readonly source: Subject;
  readonly shard: number;
  readonly standing: IntakeStanding;
}
export interface DestinationRow {
  readonly destination: Subject;
  readonly standing: DestinationStanding;
}

/** Those who did not answer, one finding for each they belong to. */
function silences(silent: readonly Question[]): Finding[] {
  return [...Map.groupBy(silent, ({ subject }) => `${subject.kind} ${subject.id}`).values()].map((questions) => {
    const { subject } = questions[0]!;
    const who = questions.map(({ what }) => what);
    const shown = who.length > 3 ? `${who.slice(0, 3).join(", ")} and ${who.length - 3} more` : who.join(", ");
    return {
      code: NO_ANSWER,
      severity: "warning",
      subject,
      sentence: `No answer in time from ${shown}: what they would say is missing here.`,
      todo: "Look again in a minute. An object that stays silent is overloaded, or fails at its start: see the Worker's logs.",
      link:
        subject.kind === "source"
          ? `/sources/${subject.id}/debugger`
          : subject.kind === "destination"
            ? `/destinations/${subject.id}/delivery`
            : "/health",
    };
  });
}

/** The sources that were asked anything, whether or not they answered. */
const sourcesIn = (asked: readonly Asked[]): number =>
  new Set(asked.flatMap(({ question: { subject } }) => (subject.kind === "source" ? [subject.id] : []))).size;

/** `planned`: the questions that there were, asked or not. */
function reportOf(at: number, planned: number, asked: readonly Asked[], names: Names): HealthReport {
  const answered = asked.flatMap((one) => ("told" in one ? [one] : []));
  const skews = answered.map(({ skewMs }) => skewMs);
  const findings = [
    ...answered.flatMap(({ question: { subject }, told }) => findingsOf(subject, told, names, at)),
    ...skewFinding(skews, WORKSPACE),
    ...silences(asked.flatMap((one) => ("failed" in one ? [one.question] : []))),
  ].toSorted(bySeverity);
  const shards = answered.flatMap(({ question: { subject }, told }) =>
    told.kind === "intake" ? [{ source: subject, shard: told.shard, standing: told.standing }] : [],
  );
  const destinations = answered.flatMap(({ question: { subject }, told }) =>
    told.kind === "destination" ? [{ destination: subject, standing: told.standing }] : [],
  );
  const looked = { sources: sourcesIn(asked), shards: shards.length, destinations: destinations.length };
  const unasked = planned - asked.length;
  return { at, status: statusOf(findings), findings, looked, unasked, shards, destinations };
}

/**
 * Looks at every part of the workspace that can hold something up. Takes HEALTH.totalMs and one answer's time at most,
 * whoever does not answer; never rejects but for a Catalog that cannot say what there is.
 */
export async function checkHealth(deps: HealthDeps): Promise<HealthReport> {
  const at = deps.now();
  const [sources, destinations, warehouses] = await Promise.all([
    deps.sources(),
    deps.destinations(),
    deps.warehouses(),
  ]);
  const questions = questionsOf(sources, destinations, deps);
  const goOn = (): boolean => deps.now() < at + HEALTH.totalMs;
  const some = questions.slice(0, HEALTH.questions);
  const asked = await inParallel(some, HEALTH.atOnce, (question) => ask(question, deps), goOn);
  const done = asked.filter((one) => one !== undefined);
  return reportOf(at, questions.length, done, { sources, destinations, warehouses });
}
