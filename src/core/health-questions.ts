import type { HealthDeps, HealthSource } from "./health-check.ts";
import type { Told } from "./health-findings.ts";
import type { Subject } from "./health.ts";

/** One question to one object, and what it is called when nobody answers. */
export interface Question {
  readonly subject: Subject;
  readonly what: string;
  ask(): Promise<Told>;
}

export type Asked = { readonly question: Question } & (
  | { readonly told: Told; readonly skewMs: number }
  | { failed: true }
);

export const WORKSPACE: Subject = { kind: "workspace", id: "workspace", name: "Workspace" };

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

/** Never rejects: whoever hangs or fails is itself a finding. */
export async function ask(question: Question, deps: HealthDeps): Promise<Asked> {
  const before = deps.now();
  try {
    const told = await question.ask();
    return { question, told, skewMs: skewOf(told, before, deps.now()) };
  } catch {
    return { question, failed: true };
  }
}

/** What there is to ask, and in which order: what is of all comes first, for the rest may be too much. */
export function questionsOf(
  sources: Awaited<ReturnType<HealthDeps["sources"]>>,
  destinations: Awaited<ReturnType<HealthDeps["destinations"]>>,
  deps: HealthDeps,
): Question[] {
  const toDestinations = destinations.map((one): Question => ({
    subject: subjectOf("destination", one),
    what: "its ledger",
    ask: async () => ({ kind: "destination", standing: await deps.destination(one.id) }),
  }));
  return [...ofWorkspace(deps), ...toDestinations, ...sources.flatMap((source) => ofSource(source, deps))];
}
