import type { DestinationView, SourceView } from "../core/catalog.ts";
import type { DebuggerEntry } from "../core/debugger.ts";
import type { LookupResult } from "../core/intake.ts";
import type { JsonObject } from "../core/json.ts";
import type { LaneTrace } from "../core/ledger.ts";
import { inParallel } from "../core/pool.ts";
import {
  seenAt,
  statusOf,
  traceDestination,
  traceSource,
  type LedgerFinding,
  type SourceFinding,
  type StoredEvent,
  type TracedView,
} from "../core/trace-assembly.ts";
import { TRACE, type TraceAnswer, type TracedDestination } from "../core/trace.ts";
import type { CatalogClient } from "./deps.ts";
import { logWarn } from "../log/log.ts";

/** What a trace asks. Each answer has a time limit and rejects beyond it. Supplied by bindings/trace-deps.ts. */
export interface TraceDeps {
  /** null: no shard of the source knows the id. */
  lookup(source: SourceView, messageId: string): Promise<LookupResult | null>;
  refusals(sourceId: string, messageId: string): Promise<readonly DebuggerEntry[]>;
  /** The line; undefined when the archive lacks it. */
  readEvent(found: LookupResult): Promise<JsonObject | undefined>;
  /** Why the archive lacks it, in a sentence. */
  whyMissing(found: LookupResult): Promise<string>;
  lineTrace(destinationId: string, key: string, line: number): Promise<readonly LaneTrace[]>;
  now(): number;
}

type Catalog = Pick<CatalogClient, "listDestinations" | "listSubscriptions">;

/** `found` is null when no source that answered knows the id. */
export interface TraceResult {
  readonly found: Omit<TraceAnswer, "search"> | null;
  readonly search: TraceAnswer["search"];
}

/** `finding` is absent when neither Intake nor debugger told of the id; `complete`: both could be asked. */
interface SourceAnswer {
  readonly source: SourceView;
  readonly finding?: SourceFinding;
  readonly complete: boolean;
}

async function askSource(source: SourceView, messageId: string, deps: TraceDeps): Promise<SourceAnswer> {
  const [looked, refused] = await Promise.allSettled([
    deps.lookup(source, messageId),
    deps.refusals(source.id, messageId),
  ]);
  const found = looked.status === "fulfilled" ? looked.value : null;
  const refusals = refused.status === "fulfilled" ? refused.value : [];
  const failures = [looked, refused].filter((answer) => answer.status === "rejected");
  for (const { reason } of failures) logWarn("trace_source_silent", { sourceId: source.id, messageId }, reason);
  const complete = failures.length === 0;
  return found === null && refusals.length === 0
    ? { source, complete }
    : { source, finding: { source, found, refusals }, complete };
}

/** Accepted ones first, then the earliest. */
const byWeight = (a: SourceFinding, b: SourceFinding): number =>
  Number(a.found === null) - Number(b.found === null) || (seenAt(a) ?? 0) - (seenAt(b) ?? 0);

async function readStored(found: LookupResult, deps: TraceDeps): Promise<StoredEvent> {
  try {
    const event = await deps.readEvent(found);
    return event === undefined ? { missing: await deps.whyMissing(found) } : { event };
  } catch (cause) {
    logWarn("trace_segment_unreadable", { key: found.segment }, cause);
    return { missing: "The archive did not answer." };
  }
}

/** What the destination's ledger says, with the names of its mappings where there is something to name. */
async function askLedger(
  { id }: TracedView,
  { segment, line }: LookupResult,
  catalog: Catalog,
  deps: TraceDeps,
): Promise<LedgerFinding> {
  const lanes = await deps.lineTrace(id, segment, line).catch((cause: unknown) => {
    logWarn("trace_ledger_silent", { destinationId: id }, cause);
    return undefined;
  });
  if (lanes === undefined) return { unknown: "Unknown: its ledger did not answer." };
  if (lanes.length === 0) return { lanes };
  const subscriptions = await catalog.listSubscriptions(id);
  return subscriptions.ok ? { lanes, subscriptions: subscriptions.value } : { lanes };
}

const viewOf = ({ id, name, enabled, createdAt, sourceIds }: DestinationView, sourceId: string): TracedView => ({
  id,
  name,
  enabled,
  createdAt,
  connected: sourceIds.includes(sourceId),
});

const NOT_ASKED: LedgerFinding = { unknown: "Not asked: there are more destinations than one trace looks at." };

/** Every destination that gets the source's events, and those that got this one though they do not any more. */
async function traceDestinations(
  sourceId: string,
  found: LookupResult,
  catalog: Catalog,
  deps: TraceDeps,
  goOn: () => boolean,
): Promise<{ destinations: TracedDestination[]; destinationsUnasked: number }> {
  const views = (await catalog.listDestinations()).map((view) => viewOf(view, sourceId));
  const connected = views.filter((view) => view.connected);
  const others = views.filter((view) => !view.connected);
  // Nobody was handed a segment that is not written yet.
  const toAsk = found.stored ? [...connected.slice(0, TRACE.destinations), ...others.slice(0, TRACE.others)] : [];
  const ask = async (view: TracedView) => [view.id, await askLedger(view, found, catalog, deps)] as const;
  const answers = new Map((await inParallel(toAsk, TRACE.atOnce, ask, goOn)).filter((each) => each !== undefined));
  const unasked: LedgerFinding = found.stored ? NOT_ASKED : { lanes: [] };
  const destinations = [...connected, ...others].flatMap((view) => {
    const traced = traceDestination(view, answers.get(view.id) ?? unasked, found, deps.now());
    return traced === undefined ? [] : [traced];
  });
  const silent = found.stored ? others.filter(({ id }) => !answers.has(id)) : [];
  return { destinations, destinationsUnasked: silent.length };
}

/**
 * Everything that is known of a messageId: searched in `sources`, told in full for the one that accepted it first.
 * Takes about TRACE.searchMs at most, whoever does not answer.
 */
export async function findTrace(
  messageId: string,
  sources: readonly SourceView[],
  catalog: Catalog,
  deps: TraceDeps,
): Promise<TraceResult> {
  const until = deps.now() + TRACE.searchMs;
  const goOn = () => deps.now() < until;
  const asked = sources.slice(0, TRACE.sources);
  const ask = (source: SourceView) => askSource(source, messageId, deps);
  const answered = (await inParallel(asked, TRACE.atOnce, ask, goOn)).filter((each) => each !== undefined);
  const search = {
    asked: answered.length,
    unasked: sources.length - answered.length,
    unanswered: answered
      .filter(({ complete }) => !complete)
      .map(({ source }) => ({ sourceId: source.id, sourceName: source.name })),
  };
  const sightings = answered.flatMap(({ finding }) => finding ?? []).toSorted(byWeight);
  const [first, ...rest] = sightings;
  if (first === undefined) return { found: null, search };
  const { found } = first;
  const [event, reached] = await Promise.all([
    found === null ? undefined : readStored(found, deps),
    found === null
      ? { destinations: [], destinationsUnasked: 0 }
      : traceDestinations(first.source.id, found, catalog, deps, goOn),
  ]);
  return {
    found: { trace: { ...traceSource(messageId, first, event), ...reached }, otherSources: rest.map(sightingOf) },
    search,
  };
}

function sightingOf(finding: SourceFinding): TraceAnswer["otherSources"][number] {
  const { source } = finding;
  const at = seenAt(finding);
  return {
    sourceId: source.id,
    sourceName: source.name,
    status: statusOf(finding),
    receivedAt: at === undefined ? undefined : new Date(at).toISOString(),
  };
}
