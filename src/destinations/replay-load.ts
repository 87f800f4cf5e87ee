import { runsOf, sizeOf } from "../core/cell-runs.ts";
import { compileSelection } from "../core/replay-select.ts";
import {
  isAtEnd,
  REPLAY_STEPS,
  type ChosenLines,
  type LoadedStep,
  type ReplayClaim,
  type SegmentToRead,
} from "../core/replay-steps.ts";
import { segmentsAfter, selectedLines, type ReplayReadDeps } from "./replay-read.ts";

type Granted = Extract<ReplayClaim, { status: "granted" }>;

/** What choosing lines needs. Supplied by bindings/replay-deps.ts. */
export interface ReplayLoadDeps extends ReplayReadDeps {
  loaded(result: LoadedStep): Promise<{ readonly proceed: boolean }>;
}

async function chooseLines(
  { key, count }: SegmentToRead,
  lines: AsyncIterable<string>,
  select: ReturnType<typeof compileSelection>,
): Promise<ChosenLines> {
  const chosen: number[] = [];
  for await (const { line, selected } of selectedLines(lines, select)) {
    if (selected === "selected") chosen.push(line.line);
  }
  return { key, count, lines: runsOf(chosen) };
}

/**
 * Chooses what is sent next to one destination, until there is enough of it or the consumer's time is up, and tells it
 * to the Replays object, which hands it to the ledger at the replay's rate.
 */
export async function loadReplay(
  { replayId, destinationId }: Pick<LoadedStep, "replayId" | "destinationId">,
  claim: Granted,
  deps: ReplayLoadDeps,
): Promise<void> {
  const { token, criteria } = claim;
  const begun = deps.now();
  const select = compileSelection(criteria);
  const nothing = (): { chosen: ChosenLines[]; passed: number; gone: number } => ({ chosen: [], passed: 0, gone: 0 });
  let { room } = claim;
  let found = nothing();
  let told = begun;
  const tell = async (rest: Pick<LoadedStep, "cursor" | "release" | "waitMs">): Promise<boolean> => {
    const { proceed } = await deps.loaded({ replayId, destinationId, token, ...found, ...rest });
    found = nothing();
    told = deps.now();
    return proceed;
  };
  for await (const next of segmentsAfter(criteria, claim.cursor, deps, deps.fetchSegment)) {
    const { cursor } = next;
    if (next.status !== "segment") {
      const wait = next.status === "adopting" ? { waitMs: REPLAY_STEPS.adoptingMs } : {};
      await tell({ cursor, release: true, ...wait });
      return;
    }
    const { segment, fetched } = next;
    const chosen = fetched === null ? undefined : await chooseLines(segment, fetched, select);
    const size = chosen === undefined ? 0 : sizeOf(chosen.lines);
    if (chosen !== undefined && size > 0) found.chosen.push(chosen);
    else found.passed++;
    if (chosen === undefined) found.gone += segment.count;
    room -= size;
    const release = isAtEnd(cursor) || room <= 0 || deps.now() - begun >= REPLAY_STEPS.budgetMs;
    const isTime = release || deps.now() - told >= REPLAY_STEPS.tellEveryMs;
    if (isTime && (!(await tell({ cursor, release })) || release)) return;
  }
}
