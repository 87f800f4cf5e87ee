import type { OpenDestination } from "../core/catalog.ts";
import type { Chance } from "../core/filter.ts";
import { kindText } from "../core/event-kind.ts";
import { liveOutcomesOf, withoutJob, type LiveOutcomes } from "../core/replay-ledger.ts";
import { addSums, NO_SUMS, tallyInto, type DryRunSums } from "../core/replay-report.ts";
import { compileSelection } from "../core/replay-select.ts";
import {
  isAtEnd,
  REPLAY_STEPS,
  type CheckedStep,
  type ReplayClaim,
  type ReplayStep,
  type SegmentToRead,
} from "../core/replay-steps.ts";
import { createJudge, type Judge } from "./replay-judge.ts";
import { segmentsAfter, selectedLines, type ReplayReadDeps } from "./replay-read.ts";

type Granted = Extract<ReplayClaim, { status: "granted" }>;

/** What a dry run needs. Supplied by bindings/replay-deps.ts. */
export interface ReplayCheckDeps extends ReplayReadDeps {
  /** The destination as it is configured now; null when it was deleted. */
  openDestination(destinationId: string): Promise<OpenDestination | null>;
  /** What became of a segment's lines when they came in; null when the ledger holds nothing of it. */
  outcomesOf(destinationId: string, key: string): Promise<LiveOutcomes | null>;
  checked(result: CheckedStep): Promise<{ readonly proceed: boolean }>;
  readonly chance: Chance;
}

interface Target {
  readonly destinationId: string;
  readonly judge: Judge;
  /** What became of a line; absent when nothing is known of the segment. */
  readonly live: ReturnType<typeof liveOutcomesOf> | undefined;
}

/** A segment's lines, and by destination what became of them. */
interface Material {
  readonly lines: AsyncIterable<string> | null;
  readonly live: readonly (LiveOutcomes | null)[];
}

/** What one segment adds to the sums of a dry run. */
async function checkSegment(
  { count }: SegmentToRead,
  { lines, live }: Material,
  { criteria }: Granted,
  opened: ReadonlyMap<string, OpenDestination | null>,
  chance: Chance,
): Promise<DryRunSums> {
  if (lines === null) return { ...NO_SUMS, segments: 1, goneSegments: 1, goneEvents: count };
  const targets = [...opened].map(([destinationId, one], i): Target => ({
    destinationId,
    judge: createJudge(one, criteria.sourceId, chance),
    live: live[i] ? liveOutcomesOf(live[i]) : undefined,
  }));
  const counts = { selected: 0, other: 0, unreadable: 0, outside: 0 };
  const kinds: Record<string, number> = {};
  for await (const { line, selected } of selectedLines(lines, compileSelection(criteria))) {
    counts[selected]++;
    if (selected !== "selected") continue;
    const event = line.event ?? {};
    tallyInto(kinds, kindText(event, String(event["type"]), null));
    for (const target of targets) target.judge.judge(line, target.live?.(line.line));
  }
  return {
    ...NO_SUMS,
    segments: 1,
    matched: counts.selected,
    notMatched: counts.other,
    unreadable: counts.unreadable,
    kinds,
    destinations: Object.fromEntries(targets.map(({ destinationId, judge }) => [destinationId, judge.sums()])),
  };
}

/**
 * Goes on with a dry run for as long as one consumer may: reads segments, decides their events as a delivery to each
 * destination would, and tells the sums; nothing is sent. What was not told when it dies is read again.
 */
export async function checkReplay(step: ReplayStep, claim: Granted, deps: ReplayCheckDeps): Promise<void> {
  const { token, criteria, destinationIds } = claim;
  const { replayId } = step;
  const begun = deps.now();
  const opened = new Map(
    await Promise.all(destinationIds.map(async (id) => [id, await deps.openDestination(id)] as const)),
  );
  const outcomesOf = async (id: string, segment: SegmentToRead): Promise<LiveOutcomes | null> => {
    const asked = deps.now();
    const known = await deps.outcomesOf(id, segment.key);
    const one = opened.get(id);
    return known ?? (one ? withoutJob(segment, one.createdAt, asked) : null);
  };
  const fetch = async (segment: SegmentToRead): Promise<Material> => {
    const [lines, live] = await Promise.all([
      deps.fetchSegment(segment),
      Promise.all(destinationIds.map((id) => outcomesOf(id, segment))),
    ]);
    return { lines, live };
  };
  let sums = NO_SUMS;
  let told = begun;
  const tell = async (rest: Pick<CheckedStep, "cursor" | "release" | "waitMs" | "checkedUntil">): Promise<boolean> => {
    const { proceed } = await deps.checked({ replayId, token, sums, ...rest });
    sums = NO_SUMS;
    told = deps.now();
    return proceed;
  };
  for await (const next of segmentsAfter(criteria, claim.cursor, deps, fetch)) {
    const { cursor } = next;
    if (next.status !== "segment") {
      const wait = next.status === "adopting" ? { waitMs: REPLAY_STEPS.adoptingMs } : {};
      await tell({ cursor, release: true, ...wait });
      return;
    }
    sums = addSums(sums, await checkSegment(next.segment, next.fetched, claim, opened, deps.chance));
    const checkedUntil = next.segment.firstAt;
    const release = isAtEnd(cursor) || deps.now() - begun >= REPLAY_STEPS.budgetMs;
    const isTime = release || deps.now() - told >= REPLAY_STEPS.tellEveryMs;
    if (isTime && (!(await tell({ cursor, release, checkedUntil })) || release)) return;
  }
}
