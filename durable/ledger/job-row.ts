import { NO_HISTORY, readHistory, writeHistory, type LineHistory } from "../../src/core/line-history.ts";
import { packStates, unpackOldStates, unpackStates, type CellStates } from "../../src/core/line-states.ts";
import type { Counted } from "./counter-store.ts";

/** Names one job within the ledger of its destination. */
export interface JobName {
  readonly key: string;
  readonly replayId?: string;
}

export interface Job extends JobName {
  readonly sourceId: string;
  /** Lines of the segment. */
  readonly count: number;
  /** Undefined until the first claim: `states` holds gates alone till then. */
  readonly lanes: readonly string[] | undefined;
  readonly states: CellStates;
  readonly history: LineHistory;
  readonly nextAt: number;
  /** 0 = free. */
  readonly leaseUntil: number;
  /** A cell of the current round failed without the destination asking for a pause. */
  readonly bySchedule: boolean;
  readonly claims: number;
  /** The last settlement of the current claim, from 1; 0 = none. */
  readonly part: number;
  /** Claims in a row that ended without a word of their holder. */
  readonly lost: number;
  /** What its settlements have counted that the hours do not have yet; see unbooked.ts. */
  readonly counted: readonly Counted[];
  readonly done: boolean;
}

/** A job whose lanes are known. */
export type LanedJob = Job & { readonly lanes: readonly string[] };

export type JobRow = {
  key: string;
  replay: string; // "" = live traffic
  source_id: string;
  count: number;
  next_at: number; // ms since epoch
  lease_until: number; // ms since epoch, 0 = free
  by_schedule: number; // 0 or 1
  claims: number;
  part: number | null;
  lost: number | null;
  done_at: number | null; // ms since epoch
  states: ArrayBuffer;
  lanes: string | null; // see schema.ts
  history: string | null; // core/line-history
  counted: string | null; // JSON: Counted[]
};

export const JOB_COLUMNS =
  "key, replay, source_id, count, next_at, lease_until, by_schedule, claims, part, lost, done_at, states, lanes, history, counted";

/** What `replay` holds for live traffic is the empty text. */
export const replayOf = (name: JobName): string => name.replayId ?? "";
export const nameOf = (row: Pick<JobRow, "key" | "replay">): JobName =>
  row.replay === "" ? { key: row.key } : { key: row.key, replayId: row.replay };

export const readCounted = ({ counted }: Pick<JobRow, "counted">): Counted[] =>
  counted === null ? [] : (JSON.parse(counted) as Counted[]);
export const writeCounted = ({ counted }: Pick<Job, "counted">): string | null =>
  counted.length === 0 ? null : JSON.stringify(counted);

/** Lanes and states of a row; one from before there were lanes has gates alone, in the encoding of that time. */
function cellsOf({ lanes, states, count }: Pick<JobRow, "lanes" | "states" | "count">): Pick<Job, "lanes" | "states"> {
  const packed = new Uint8Array(states);
  if (lanes === null) return { lanes: undefined, states: unpackOldStates(packed, count) };
  if (lanes === "") return { lanes: undefined, states: unpackStates(packed, count) };
  const fixed = JSON.parse(lanes) as readonly string[];
  return { lanes: fixed, states: unpackStates(packed, count * (1 + fixed.length)) };
}

export const toJob = (row: JobRow): Job => ({
  ...nameOf(row),
  sourceId: row.source_id,
  count: row.count,
  ...cellsOf(row),
  history: row.history === null ? NO_HISTORY : readHistory(row.history),
  nextAt: row.next_at,
  leaseUntil: row.lease_until,
  bySchedule: row.by_schedule === 1,
  claims: row.claims,
  part: row.part ?? 0,
  lost: row.lost ?? 0,
  counted: readCounted(row),
  done: row.done_at !== null,
});

/** The columns of a job's cells. */
export const packCells = (job: Pick<Job, "lanes" | "states">): Pick<JobRow, "lanes"> & { states: Uint8Array } => ({
  lanes: job.lanes === undefined ? "" : JSON.stringify(job.lanes),
  states: packStates(job.states),
});

export const packHistory = (history: LineHistory): string | null =>
  history.entries.length === 0 && !history.cut ? null : writeHistory(history);
