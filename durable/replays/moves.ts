import { refuse, type Refusal } from "../../src/core/catalog.ts";
import { REPLAY, type ReplayAction, type ReplayRecord, type ReplayRequest } from "../../src/core/replay.ts";
import { firstAhead } from "../../src/core/replay-pacing.ts";
import { REPLAY_STEPS } from "../../src/core/replay-steps.ts";
import { assertNever, err, ok, type Result } from "../../src/core/result.ts";
import type { StoredReplay } from "./replay-store.ts";
import { DRY_RUN, type ReplaysRoom } from "./room.ts";
import { showReplay } from "./view.ts";

type Answer = Result<ReplayRecord, Refusal>;

const ENDED = "make a new replay to send its events again";

/** What users do with replays: each a transaction, and each the same when it comes twice. */
export function movesOf(room: ReplaysRoom) {
  const { replays, steps, tracks, transaction, now } = room;

  function forgetOutdated(): void {
    for (const id of replays.outdated(now())) {
      transaction(() => {
        replays.remove(id);
        steps.remove(id);
        tracks.remove(id);
      });
    }
  }

  function start({ request }: StoredReplay): void {
    const at = now();
    transaction(() => {
      replays.setStarted(request.id, at);
      for (const destination of request.destinationIds) {
        const place = { replay: request.id, destination };
        tracks.add(place, at, firstAhead(request.rate));
        steps.add(request.id, destination, 0);
      }
    });
  }

  function goOn({ request, startedAt }: StoredReplay): void {
    transaction(() => {
      replays.setStatus(request.id, startedAt === undefined ? "checking" : "running");
      steps.refresh(request.id);
      tracks.refresh(request.id);
    });
  }

  function cancel({ request }: StoredReplay): void {
    transaction(() => {
      replays.setEnded(request.id, "cancelled", now());
      tracks.clearShelf(request.id);
      tracks.refresh(request.id);
    });
  }

  /** Undefined: it is done, or was done before. */
  function startProblem(replay: StoredReplay): string | undefined {
    switch (replay.status) {
      case "ready":
        return void start(replay);
      case "running":
        return undefined;
      case "checking":
        return "The dry run is not done yet: start it when it is ready.";
      case "paused":
        return "The replay is paused: resume it.";
      case "failed":
        return "The replay has failed: resume it.";
      case "finished":
        return `The replay has finished: ${ENDED}.`;
      case "cancelled":
        return `The replay was cancelled: ${ENDED}.`;
      default:
        return assertNever(replay.status);
    }
  }

  function pauseProblem({ request, status }: StoredReplay): string | undefined {
    if (status === "paused") return undefined;
    if (status !== "running") return `Only a running replay can be paused; this one is ${status}.`;
    return void replays.setStatus(request.id, "paused");
  }

  function resumeProblem(replay: StoredReplay): string | undefined {
    if (replay.status === "running") return undefined;
    if (replay.status === "paused" || replay.status === "failed") return void goOn(replay);
    return `Only a replay that was paused or has failed can be resumed; this one is ${replay.status}.`;
  }

  function cancelProblem(replay: StoredReplay): string | undefined {
    if (replay.status === "cancelled") return undefined;
    if (replay.status === "finished") return "The replay has finished: there is nothing left to cancel.";
    return void cancel(replay);
  }

  const PROBLEMS: Readonly<Record<ReplayAction, (replay: StoredReplay) => string | undefined>> = {
    start: startProblem,
    pause: pauseProblem,
    resume: resumeProblem,
    cancel: cancelProblem,
  };

  return {
    create(request: ReplayRequest, drainMs: number): Answer {
      const known = replays.find(request.id);
      if (known !== undefined) return ok(showReplay(known, room));
      if (replays.unfinished() >= REPLAY.unfinished) {
        return err(
          refuse("conflict", `There are ${REPLAY.unfinished} replays that are not done: cancel some of them.`),
        );
      }
      forgetOutdated();
      const at = now();
      transaction(() => {
        replays.add(request, at);
        steps.add(request.id, DRY_RUN, Math.max(at, request.to + drainMs + REPLAY_STEPS.settleMs));
      });
      return ok(showReplay(replays.find(request.id)!, room));
    },

    act(id: string, action: ReplayAction): Answer {
      const replay = replays.find(id);
      if (replay === undefined) return err(refuse("not_found", "There is no such replay."));
      const problem = PROBLEMS[action](replay);
      if (problem !== undefined) return err(refuse("conflict", problem));
      return ok(showReplay(replays.find(id)!, room));
    },
  };
}
