import * as z from "zod";
import type { ListedSegment } from "./archive-index.ts";
import type { Runs } from "./cell-runs.ts";
import { ReplayId, type ReplayCriteria } from "./replay.ts";
import type { DryRunSums } from "./replay-report.ts";

/**
 * The message on the REPLAY_STEPS queue: look at this replay. With a destination: choose what is sent to it next, else
 * go on with the dry run. One that is lost or comes twice does no harm: the Replays object has the state.
 */
export const ReplayStep = z.object({ replayId: ReplayId, destinationId: z.string().min(1).optional() });
export type ReplayStep = z.infer<typeof ReplayStep>;

/** One segment to be read. */
export type SegmentToRead = Pick<ListedSegment, "key" | "count" | "bytes" | "firstAt" | "place">;

/**
 * How far a reader of the archive has come: what it still has to read of a page of the archive's list, and where the
 * list goes on. The page is kept because the list may change meanwhile.
 */
export interface ReplayCursor {
  readonly left: readonly SegmentToRead[];
  /** `next` of the page; absent at the very beginning, and when `last`. */
  readonly after?: string;
  /** There is no page after this one. */
  readonly last: boolean;
}

export const AT_BEGINNING: ReplayCursor = { left: [], last: false };
export const isAtEnd = ({ left, last }: ReplayCursor): boolean => last && left.length === 0;

/** What a consumer that holds a message is given. `token` names the claim: results of an older one are not heard. */
export type ReplayClaim =
  | { readonly status: "nothing_due" }
  | {
      readonly status: "granted";
      readonly token: number;
      readonly criteria: ReplayCriteria;
      readonly destinationIds: readonly string[];
      readonly cursor: ReplayCursor;
      /** Events that there is room for on the shelf; a dry run has all the room it wants. */
      readonly room: number;
    };

/** Of one segment, the lines that a replay sends. */
export interface ChosenLines {
  readonly key: string;
  readonly count: number;
  readonly lines: Runs;
}

export interface StepResult extends ReplayStep {
  readonly token: number;
  readonly cursor: ReplayCursor;
  /** The archive asks for patience: nothing more before so many ms have passed. */
  readonly waitMs?: number;
  /** The consumer is done for now; otherwise it goes on while the answer says `proceed`. */
  readonly release: boolean;
}

/** What a dry run has counted since its last word. */
export interface CheckedStep extends StepResult {
  readonly sums: DryRunSums;
  /** `firstAt` of the last segment. */
  readonly checkedUntil?: number;
}

/** What was chosen since the last word; segments without a chosen line are in `passed` alone. */
export interface LoadedStep extends StepResult {
  readonly destinationId: string;
  readonly chosen: readonly ChosenLines[];
  /** Segments that were read, or found gone, and hold nothing to send. */
  readonly passed: number;
  /** Events of segments that are gone. */
  readonly gone: number;
}

/** The bounds of reading the archive for replays. */
export const REPLAY_STEPS = {
  /** No further segment is begun after so much of one run: others want a turn. */
  budgetMs: 15_000,
  /** The object hears of progress at least this often, when a segment is done with. */
  tellEveryMs: 2000,
  /** Must outlast the reading of one segment for ten destinations; so long a crash holds a replay up. */
  leaseMs: 45_000,
  /** A message that nobody has claimed by then is taken for lost. */
  resendAfterMs: 30_000,
  /** Segments of one page of the list: what is left of it is kept with every word. */
  page: 50,
  /** The archive still takes in segments of an earlier version. */
  adoptingMs: 1000,
  /** Segments that are fetched while one is being read, and how many packed bytes of them. */
  fetchedAhead: 4,
  fetchedBytes: 8 * 1024 * 1024,
  /** Failures in a row after which a replay has failed; with the pauses between them about half an hour. */
  maxFailures: 12,
  /** Events that were drained just before may take this long to the archive's index. */
  settleMs: 8000,
} as const;

/** When a step that failed so often in a row is tried again, in ms from now. */
export const stepDelay = (failures: number): number => Math.min(5000 * 2 ** Math.max(0, failures - 1), 300_000);
