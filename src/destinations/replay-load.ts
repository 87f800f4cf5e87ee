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
import { nextSegment, selectedLines, type ReplayReadDeps } from "./replay-read.ts";

type Granted = Extract<ReplayClaim, { status: "granted" }>;

/** What choosing lines needs. Supplied by bindings/replay-deps.ts. */
export interface ReplayLoadDeps extends ReplayReadDeps {
  loaded(result: LoadedStep): Promise<{ readonly proceed: boolean }>;
}

/** The chosen lines of a segment; null when the archive has it no longer. */
async function chooseLines(
  { key, count }: SegmentToRead,
  select: ReturnType<typeof compileSelection>,
  deps: ReplayLoadDeps,
): Promise<ChosenLines | null> {
  const segment = await deps.readSegment(key);
  if (segment === null) return null;
  const lines: number[] = [];
  for await (const { line, selected } of selectedLines(segment, select)) {
    if (selected === "selected") lines.push(line.line);
  }
  return { key, count, lines: runsOf(lines) };
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
  let { cursor, room } = claim;
  let found: { readonly chosen: ChosenLines[]; passed: number; gone: number } = { chosen: [], passed: 0, gone: 0 };
  let told = begun;
  const tell = async (rest: Pick<LoadedStep, "release" | "waitMs">): Promise<boolean> => {
    const { proceed } = await deps.loaded({ replayId, destinationId, token, cursor, ...found, ...rest });
    found = { chosen: [], passed: 0, gone: 0 };
    told = deps.now();
    return proceed;
  };
  for (;;) {
    const next = await nextSegment(criteria, cursor, deps);
    if (next.status === "adopting") return void (await tell({ release: true, waitMs: REPLAY_STEPS.adoptingMs }));
    if (next.status === "end") {
      cursor = next.cursor;
      return void (await tell({ release: true }));
    }
    const chosen = await chooseLines(next.segment, select, deps);
    cursor = next.cursor;
    const size = chosen === null ? 0 : sizeOf(chosen.lines);
    if (chosen !== null && size > 0) found.chosen.push(chosen);
    else found.passed++;
    if (chosen === null) found.gone += next.segment.count;
    room -= size;
    const release = isAtEnd(cursor) || room <= 0 || deps.now() - begun >= REPLAY_STEPS.budgetMs;
    if (release || deps.now() - told >= REPLAY_STEPS.tellEveryMs) {
      if (!(await tell({ release })) || release) return;
    }
  }
}
