import type { ExportSummary } from "./export-views.ts";
import { findingsOf, skewFinding, type Told } from "./health-findings.ts";
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

/** One question to one object, and what it is called when nobody answers. */
interface Question {
  readonly subject: Subject;
  readonly what: string;
  ask(): Promise<Told>;
}

type Asked = { readonly question: Question } & ({ readonly told: Told; readonly skewMs: number } | { failed: true });

const WORKSPACE: Subject = { kind: "workspace", id: "workspace", name: "Workspace" };

const subjectOf = (kind: Subject["kind"], { id, name }: { readonly id: string; readonly name: string }): Subject => ({
  kind,
  id,
  name,
});

function ofSource(source: HealthSource, deps: HealthDeps): Question[] {
  const subject = subjectOf("source", source);
  const { id, shards, exports } = source;
  return [
    { subject, what: "its ledger", ask: async () => ({ kind: "source", standing: await deps.source(id) }) },
    ...Array.from({ length: shards }, (_, shard): Question => ({
      subject,
      what: shards === 1 ? "Intake" : `shard ${shard} of Intake`,
      ask: async () => ({ kind: "intake", source, shard, standing: await deps.intake(id, shard) }),
    })),
    { subject, what: "its debugger", ask: async () => ({ kind: "clients", skewMs: await deps.clientSkew(id) }) },
    ...(exports
      ? [
          {
            subject,
            what: "its exports",
            ask: async (): Promise<Told> => ({ kind: "exports", summary: await deps.exports(id) }),
          },
        ]
      : []),
  ];
}

function ofWorkspace(deps: HealthDeps): Question[] {
  return [
    {
      subject: WORKSPACE,
      what: "its ledger",
      ask: async () => ({ kind: "workspace", standing: await deps.workspace() }),
    },
    { subject: WORKSPACE, what: "the cost meter", ask: async () => ({ kind: "costs", findings: await deps.costs() }) },
    { subject: WORKSPACE, what: "replays", ask: async () => ({ kind: "replays", replays: await deps.replays() }) },
  ];
}

/** How far an object's clock is from ours beyond what the way there and back explains; its answer says when it was. */
function skewOf(told: Told, before: number, after: number): number {
  const at = "standing" in told ? told.standing.now : undefined;
  if (at === undefined) return 0;
  return at < before ? at - before : at > after ? at - after : 0;
}

async function ask(question: Question, deps: HealthDeps): Promise<Asked> {
  const before = deps.now();
  try {
    const told = await question.ask();
    return { question, told, skewMs: skewOf(told, before, deps.now()) };
  } catch {
    // Whoever hangs is itself a finding: the report says who.
    return { question, failed: true };
  }
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
  const toDestinations = destinations.map((one): Question => ({
    subject: subjectOf("destination", one),
    what: "its ledger",
    ask: async () => ({ kind: "destination", standing: await deps.destination(one.id) }),
  }));
  const all = [...ofWorkspace(deps), ...toDestinations, ...sources.flatMap((source) => ofSource(source, deps))];
  const goOn = (): boolean => deps.now() < at + HEALTH.totalMs;
  const some = all.slice(0, HEALTH.questions);
  const asked = (await inParallel(some, HEALTH.atOnce, (question) => ask(question, deps), goOn)).filter(
    (one) => one !== undefined,
  );
  const answered = asked.flatMap((one) => ("told" in one ? [one] : []));
  const names = { destinations, sources, warehouses };
  const findings = [
    ...answered.flatMap(({ question: { subject }, told }) => findingsOf(subject, told, names, at)),
    ...skewFinding(
      answered.map(({ skewMs }) => skewMs),
      WORKSPACE,
    ),
    ...silences(asked.flatMap((one) => ("failed" in one ? [one.question] : []))),
  ].toSorted(bySeverity);
  return {
    at,
    status: statusOf(findings),
    findings,
    looked: {
      sources: new Set(asked.flatMap(({ question: { subject } }) => (subject.kind === "source" ? [subject.id] : [])))
        .size,
      shards: answered.filter(({ told }) => told.kind === "intake").length,
      destinations: answered.filter(({ told }) => told.kind === "destination").length,
    },
    unasked: all.length - asked.length,
    shards: answered.flatMap(({ question, told }) =>
      told.kind === "intake" ? [{ source: question.subject, shard: told.shard, standing: told.standing }] : [],
    ),
    destinations: answered.flatMap(({ question, told }) =>
      told.kind === "destination" ? [{ destination: question.subject, standing: told.standing }] : [],
    ),
  };
}
