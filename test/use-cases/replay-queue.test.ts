import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { takeReplaySteps, type ReplayDeps } from "../../queues/replays.ts";
import type { ReplayStep } from "../../src/core/replay-steps.ts";
import { testBatch } from "../support/queue-batch.ts";

// What goes wrong on purpose is logged, which is none of the reader's business.
beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

/** A Replays object that has nothing to do, and remembers what it was asked. */
function idleReplays(claim: ReplayDeps["claim"] = async () => ({ status: "nothing_due" })) {
  const asked: ReplayStep[] = [];
  const deps = {
    claim(step: ReplayStep) {
      asked.push(step);
      return claim(step);
    },
  } as unknown as ReplayDeps;
  return { deps, asked };
}

it("steps of a replay are asked for by name, and confirmed also when nobody answers", async () => {
  const { deps, asked } = idleReplays(() => Promise.reject(new Error("unreachable")));
  const steps = [{ replayId: "r1" }, { replayId: "r1", destinationId: "d1" }];
  const { batch, fates } = testBatch<unknown>(...steps);
  await takeReplaySteps(batch, deps);
  expect({ asked, fates }).toEqual({ asked: steps, fates: ["ack", "ack"] });
});

it.each([
  null,
  "r1",
  {},
  { replayId: 1 },
  { replayId: "" },
  { replayId: "../r1" },
  { replayId: "r1", destinationId: null },
  { replayId: "r1", destinationId: "" },
])(
  "a message that names no step (%j) is confirmed and asks for nothing, and its neighbours are taken",
  async (body) => {
    const { deps, asked } = idleReplays();
    const { batch, fates } = testBatch<unknown>(body, { replayId: "r2" });
    await takeReplaySteps(batch, deps);
    expect({ asked, fates }).toEqual({ asked: [{ replayId: "r2" }], fates: ["ack", "ack"] });
  },
);
