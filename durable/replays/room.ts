import type { ReplayAtDestination, ReplayOpening } from "../../src/core/replay-ledger.ts";
import type { ReplayStep } from "../../src/core/replay-steps.ts";
import { replayStore, type ReplayStore } from "./replay-store.ts";
import { createTables } from "./schema.ts";
import { stepStore, type StepStore } from "./step-store.ts";
import { trackStore, type TrackStore } from "./track-store.ts";

/** The ledger of one destination, as replays use it. */
export interface ReplayLedger {
  open(opening: ReplayOpening): Promise<ReplayAtDestination>;
  state(id: string): Promise<ReplayAtDestination>;
  cancel(id: string): Promise<ReplayAtDestination>;
}

/** What Replays needs of the outside. */
export interface ReplaysOutside {
  send(steps: readonly ReplayStep[]): Promise<void>;
  ledger(destinationId: string): ReplayLedger;
  now(): number;
}

/** What the parts of Replays share. */
export interface ReplaysRoom extends ReplaysOutside {
  readonly replays: ReplayStore;
  readonly steps: StepStore;
  readonly tracks: TrackStore;
  /** All of its writes or none: rolled back when `change` throws. */
  transaction(change: () => void): void;
}

export function createRoom(storage: DurableObjectStorage, outside: ReplaysOutside): ReplaysRoom {
  const { sql } = storage;
  createTables(sql);
  return {
    ...outside,
    replays: replayStore(sql),
    steps: stepStore(sql),
    tracks: trackStore(sql),
    transaction: (change) => storage.transactionSync(change),
  };
}

/** The step that is a replay's dry run. */
export const DRY_RUN = "";
