import type {
  DryRunDestination,
  EarlierSend as EarlierRecord,
  ReplayAction,
  ReplayRecord,
  ReplayStatus,
  ReplayTrack,
} from "../../src/core/replay.ts";
import type { Timed } from "./timed.ts";

export type { DryRunDestination, ReplayAction, ReplayStatus, ReplayTrack };

type Times = "createdAt" | "startedAt" | "finishedAt";

/** A replay without its report, as lists have it. */
export interface ListedReplay extends Timed<
  Omit<ReplayRecord, "from" | "to" | "progress" | "report" | "earlier">,
  Times
> {
  /** Of receivedAt, inclusive. */
  readonly startTime: string;
  /** Exclusive. */
  readonly endTime: string;
  readonly progress: Timed<ReplayRecord["progress"], "checkedUntil">;
}

/** What another replay has delivered to one destination; its window overlaps. */
export interface EarlierSend extends Timed<Omit<EarlierRecord, "from" | "to">, "startedAt" | "finishedAt"> {
  readonly startTime: string;
  readonly endTime: string;
}

export interface Replay extends ListedReplay {
  /** While it is ready. */
  readonly earlier?: readonly EarlierSend[];
  /** Once the dry run is done. */
  readonly report?: NonNullable<ReplayRecord["report"]>;
}

/** By code, every reason that a replay's report and progress name. */
export type ReasonWords = Readonly<Record<string, { readonly sentence: string; readonly todo: string }>>;

export interface ReplayAnswer {
  readonly replay: Replay;
  readonly reasons: ReasonWords;
}

/** What a new replay is asked for with. The same id again is the same replay. */
export interface NewReplay {
  readonly id: string;
  readonly name?: string;
  readonly sourceId: string;
  readonly destinationIds: readonly string[];
  readonly startTime: string;
  readonly endTime: string;
  readonly types: readonly string[];
  readonly events: readonly string[];
  readonly filter?: string;
  /** Events a second, to each destination. */
  readonly rate: number;
}

/** What a source's archive holds, by the day, as far as the form for a replay needs it. */
export interface ArchivedDay {
  readonly events: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly kinds: readonly { readonly type: string; readonly name?: string; readonly count: number }[];
}
