import type { FollowerClaim, FollowerClaimResult, FollowerResult, HoldResult } from "../core/exports.ts";
import { followIceberg, followIcebergSnapshots } from "./iceberg/follow.ts";
import type { IcebergDeps } from "./iceberg/store.ts";
import { followLoad, type LoadDeps } from "./load/follow.ts";
import { followSnapshot } from "./snapshot-follower.ts";
import type { SnapshotStore } from "./snapshot-state.ts";
import { logError } from "../log/log.ts";

/** The source's Exports object, as far as followers talk to it (durable/exports.ts). */
export interface FollowerDesk {
  claimFollower(name: string): Promise<FollowerClaimResult>;
  renewFollower(name: string, token: number): Promise<HoldResult>;
  finishFollower(name: string, token: number, result: FollowerResult): Promise<HoldResult>;
}

/** What followers need from outside. Supplied by bindings/export-deps.ts. */
export interface FollowDeps {
  readonly exports: FollowerDesk;
  readonly snapshots: SnapshotStore;
  readonly iceberg: IcebergDeps;
  readonly loads: LoadDeps;
  /** Calls `beat` every so often until the answer is called. */
  heartbeat(beat: () => Promise<unknown>): () => void;
}

async function takeSnapshot(claim: FollowerClaim, { snapshots, iceberg }: FollowDeps): Promise<FollowerResult> {
  const result = await followSnapshot(claim, { store: snapshots });
  // Before the files of the snapshot before are let go.
  if (claim.iceberg && result.status !== "failed") await followIcebergSnapshots(claim.publication.schema, iceberg);
  return result;
}

/** One publication at one follower, by the name's kind. */
async function workOn(claim: FollowerClaim, deps: FollowDeps): Promise<FollowerResult> {
  const { follower, token, publication } = claim;
  const [kind, of = ""] = follower.split(":");
  const isHeld = async () => (await deps.exports.renewFollower(follower, token)).status === "held";
  switch (kind) {
    case "snapshot":
      return takeSnapshot(claim, deps);
    case "iceberg":
      return followIceberg(publication, deps.iceberg);
    case "load":
      return followLoad(claim, of, deps.loads, isHeld);
    default:
      throw new Error(`nobody knows the follower ${follower}`);
  }
}

function failure(error: unknown): FollowerResult {
  const message = error instanceof Error ? error.message : String(error);
  return { status: "failed", rows: 0, newColumns: [], notices: [], error: message };
}

/** Takes one follower one publication further; whatever fails is told, and tried again later. */
export async function follow(name: string, deps: FollowDeps): Promise<FollowerResult["status"] | "nothing_due"> {
  const { exports } = deps;
  const claim = await exports.claimFollower(name);
  if (claim.status === "nothing_due") return "nothing_due";
  const stop = deps.heartbeat(() => exports.renewFollower(name, claim.token));
  try {
    const result = await workOn(claim, deps).catch((error: unknown) => {
      logError("follower_failed", { follower: name, sourceId: claim.publication.sourceId }, error);
      return failure(error);
    });
    await exports.finishFollower(name, claim.token, result);
    return result.status;
  } finally {
    stop();
  }
}
