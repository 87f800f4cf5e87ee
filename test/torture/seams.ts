/** What may go wrong inside the process; each is drawn by its rate, 0 to 1, wherever it could happen. */
export const SEAMS = [
  "put_refused",
  "put_unanswered",
  "put_slow",
  "put_hung",
  "get_refused",
  "get_cut",
  "get_slow",
  "list_refused",
  "delete_refused",
  "delete_unanswered",
  "upload_refused",
  "upload_unanswered",
  "send_refused",
  "send_unanswered",
  "overflow_refused",
  "message_dropped",
  "message_repeated",
  "message_late",
  "messages_reordered",
  "append_refused",
  "append_unanswered",
  "call_refused",
  "call_unanswered",
  "call_slow",
  "commit_refused",
] as const;
export type Seam = (typeof SEAMS)[number];
export type Rates = Readonly<Partial<Record<Seam, number>>>;

/** What may go wrong around it. */
export const BLOWS = [
  "killed_runtime",
  "killed_parent",
  "killed_group",
  "aborted_intake",
  "aborted_ledger",
  "aborted_archive_index",
  "aborted_exports",
  "aborted_replays",
  "clock_forward",
  "clock_back",
  "overflow_used",
  "client_left",
  "warehouse_cut",
  "destination_500",
  "destination_429",
  "destination_refused",
  "destination_reset",
  "destination_hung",
] as const;
export type Blow = (typeof BLOWS)[number];
export type FaultKind = Seam | Blow;

/** Objects that may be aborted, by their binding. */
export const ABORTS = {
  INTAKE: "aborted_intake",
  LEDGER: "aborted_ledger",
  ARCHIVE_INDEX: "aborted_archive_index",
  EXPORTS: "aborted_exports",
  REPLAYS: "aborted_replays",
} as const satisfies Record<string, Blow>;
export type Abortable = keyof typeof ABORTS;

/** Names of objects by binding. */
export type Objects = Readonly<Record<Abortable, readonly string[]>>;

/** How much the shards take in the test of overload; without it as much as the product lets them. */
export interface Room {
  /** Characters in a shard's outbox above which it refuses appends. */
  readonly outbox: number;
  /** Messages on the overflow queue above which it takes no more. */
  readonly parked: number;
}

/** What one start of test/torture/worker.ts goes by. */
export interface Plan {
  /** Its clock is ahead of the machine's by so many ms. */
  readonly ahead: number;
  readonly seed: number;
  readonly rates: Rates;
  readonly room?: Room;
  /** What the product logs is shown. */
  readonly log: boolean;
}

/** Where the plan lies in the global scope. */
export const PLAN = "INLET_TORTURE_PLAN";

/** Something that may keep a delivery's answer from being booked: at one ledger, or (`*`) anywhere. */
export interface Cause {
  /** Real time, ms since epoch. */
  readonly at: number;
  readonly ledger: string;
  readonly what: string;
}

/** Since the process started. */
export interface Tally {
  readonly faults: Partial<Record<Seam | "overflow_used", number>>;
  readonly causes: readonly Cause[];
}

export interface JumpRequest {
  readonly ms: number;
  /** All that wait for a time. */
  readonly objects: Objects;
  /** Only while no consumer is at work. */
  readonly gently: boolean;
}

/** What shards, the overflow queue and the archive's indexes have not got rid of yet. */
export interface Left {
  /** Of the archive's objects, and consumers at work. */
  readonly upkeep: number;
  readonly outbox: number;
  readonly unconfirmed: number;
  readonly parked: number;
}

/** What became of one line at one destination: its gate first, then its subscriptions. */
export interface LineFate {
  readonly status: string;
  readonly reason?: string;
}

/** The test's own routes, all `POST` with JSON. */
export const PATHS = {
  rates: "/torture/rates",
  tally: "/torture/tally",
  abort: "/torture/abort",
  jump: "/torture/jump",
  requeue: "/torture/requeue",
  left: "/torture/left",
  keys: "/torture/keys",
  object: "/torture/object",
  listed: "/torture/listed",
  fates: "/torture/fates",
} as const;
