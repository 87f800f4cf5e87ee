import { ReplayStep, type ReplayClaim } from "../src/core/replay-steps.ts";
import { checkReplay, type ReplayCheckDeps } from "../src/destinations/replay-check.ts";
import { loadReplay, type ReplayLoadDeps } from "../src/destinations/replay-load.ts";
import { logError } from "../src/log/log.ts";

/** What replaying needs. Supplied by bindings/replay-deps.ts. */
export interface ReplayDeps extends ReplayCheckDeps, ReplayLoadDeps {
  claim(step: ReplayStep): Promise<ReplayClaim>;
  /** Lets a claim go whose work failed: it is tried again later. */
  failed(step: ReplayStep, token: number, error: string): Promise<void>;
}

async function takeStep(step: ReplayStep, deps: ReplayDeps): Promise<void> {
  const { replayId, destinationId } = step;
  const claim = await deps.claim(step);
  if (claim.status !== "granted") return;
  try {
    if (destinationId === undefined) await checkReplay(step, claim, deps);
    else await loadReplay({ replayId, destinationId }, claim, deps);
  } catch (error) {
    logError("replay_step_failed", { replayId, destinationId }, error);
    await deps.failed(step, claim.token, error instanceof Error ? error.message : String(error));
  }
}

/** Consumer of REPLAY_STEPS. Every message is confirmed: the Replays object sends another while there is work. */
export async function takeReplaySteps(batch: MessageBatch<unknown>, deps: ReplayDeps): Promise<void> {
  for (const message of batch.messages) {
    const step = ReplayStep.safeParse(message.body);
    try {
      if (step.success) await takeStep(step.data, deps);
      else logError("replay_step_malformed");
    } catch (error) {
      logError("replay_not_claimed", { replayId: step.data?.replayId }, error);
    }
    message.ack();
  }
}
