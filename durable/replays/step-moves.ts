import { addSums } from "../../src/core/replay-report.ts";
import { shelfFor } from "../../src/core/replay-pacing.ts";
import {
  isAtEnd,
  REPLAY_STEPS,
  stepDelay,
  type CheckedStep,
  type LoadedStep,
  type ReplayClaim,
  type ReplayStep,
  type StepResult,
} from "../../src/core/replay-steps.ts";
import type { StoredReplay } from "./replay-store.ts";
import { DRY_RUN, type ReplaysRoom } from "./room.ts";
import type { Step } from "./step-store.ts";

const NOTHING_DUE: ReplayClaim = { status: "nothing_due" };
const STOP = { proceed: false };

/** Whether a replay is in a state in which this step has something to do. */
export const isWanted = ({ status }: StoredReplay, destination: string): boolean =>
  status === (destination === DRY_RUN ? "checking" : "running");

/** What consumers are given, and what they tell. A result counts while its claim is the last one. */
export function stepMovesOf(room: ReplaysRoom) {
  const { replays, steps, tracks, transaction, now } = room;

  /** The replay and step that a result is about; undefined when it is not heard. */
  function heard({
    replayId,
    destinationId = DRY_RUN,
    token,
  }: Pick<StepResult, "replayId" | "destinationId" | "token">) {
    const replay = replays.find(replayId);
    const step = steps.find(replayId, destinationId);
    return replay === undefined || step === undefined || step.claims !== token ? undefined : { replay, step };
  }

  /** Counts a failure; after too many in a row the replay has failed. */
  function countFailure(step: Step, error: string): void {
    const failures = step.failures + 1;
    transaction(() => {
      steps.save({ ...step, leaseUntil: 0, failures, nextAt: now() + stepDelay(failures) });
      if (failures < REPLAY_STEPS.maxFailures) replays.setError(step.replay, error);
      else replays.setStatus(step.replay, "failed", error);
    });
  }

  /** The step after a result that was heard. */
  const advanced = (step: Step, { cursor, release, waitMs = 0 }: StepResult): Step => ({
    ...step,
    cursor,
    failures: 0,
    leaseUntil: release ? 0 : now() + REPLAY_STEPS.leaseMs,
    nextAt: now() + waitMs,
  });

  return {
    claim({ replayId, destinationId = DRY_RUN }: ReplayStep): ReplayClaim {
      const replay = replays.find(replayId);
      const step = steps.find(replayId, destinationId);
      if (replay === undefined || step === undefined || !isWanted(replay, destinationId)) return NOTHING_DUE;
      const at = now();
      if (step.leaseUntil > at || step.nextAt > at || isAtEnd(step.cursor)) return NOTHING_DUE;
      if (step.leaseUntil > 0) {
        countFailure(step, "whoever read the archive was not heard of again");
        return NOTHING_DUE;
      }
      const { request } = replay;
      const token = step.claims + 1;
      const shelved = destinationId === DRY_RUN ? 0 : tracks.shelved({ replay: replayId, destination: destinationId });
      steps.save({ ...step, claims: token, leaseUntil: at + REPLAY_STEPS.leaseMs });
      return {
        status: "granted",
        token,
        criteria: request,
        destinationIds: request.destinationIds,
        cursor: step.cursor,
        room: Math.max(1, shelfFor(request.rate) - shelved),
      };
    },

    checked(result: CheckedStep): { readonly proceed: boolean } {
      const found = heard(result);
      if (found === undefined || found.replay.status !== "checking") return STOP;
      const { replayId, sums, checkedUntil, cursor, release } = result;
      transaction(() => {
        steps.save(advanced(found.step, result));
        replays.setSums(replayId, addSums(replays.sums(replayId), sums), checkedUntil);
        if (isAtEnd(cursor)) replays.setStatus(replayId, "ready");
      });
      return { proceed: !release };
    },

    loaded(result: LoadedStep): { readonly proceed: boolean } {
      const found = heard(result);
      const { replayId, destinationId, chosen, passed, gone, release } = result;
      const place = { replay: replayId, destination: destinationId };
      const track = tracks.find(place);
      if (found === undefined || track === undefined || found.replay.status === "cancelled") return STOP;
      transaction(() => {
        steps.save(advanced(found.step, result));
        tracks.shelve(place, chosen);
        tracks.save({ ...track, segmentsDone: track.segmentsDone + passed, gone: track.gone + gone, nextAt: 0 });
        if (found.replay.status === "running") replays.setStatus(replayId, "running");
      });
      return { proceed: !release && found.replay.status === "running" };
    },

    failed(step: ReplayStep, token: number, error: string): void {
      const found = heard({ ...step, token });
      if (found !== undefined && found.step.leaseUntil > 0) countFailure(found.step, error.slice(0, 500));
    },
  };
}
