import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { START, stopClockInEach } from "../support/clock.ts";
import { createReplaysRig, DRAIN_MS, type ReplaysRig } from "../support/replays-rig.ts";

const MINUTE = 60_000;

stopClockInEach();

/** Where somebody dies: at the n-th call between the parts, before it is made or after it was. */
interface Death {
  readonly at: number;
  readonly when: "before" | "after";
}

/** Lets whoever makes the n-th call die there; counts the calls. */
function killAt(rig: ReplaysRig, death: Death | undefined): { calls: number } {
  const counter = { calls: 0 };
  const deadly = async <T>(call: () => Promise<T>): Promise<T> => {
    const isLast = counter.calls++ === death?.at;
    if (isLast && death.when === "before") throw new Error("died before the call");
    const answer = await call();
    if (isLast) throw new Error("died after the call");
    return answer;
  };
  const { deps } = rig;
  rig.deps = {
    ...deps,
    claim: (step) => deadly(() => deps.claim(step)),
    checked: (result) => deadly(() => deps.checked(result)),
    loaded: (result) => deadly(() => deps.loaded(result)),
    listSegments: (id, query) => deadly(() => deps.listSegments(id, query)),
    fetchSegment: (segment) => deadly(() => deps.fetchSegment(segment)),
    // Nobody who has died says so.
    failed: async () => undefined,
  };
  const real = env.LEDGER.getByName.bind(env.LEDGER);
  vi.spyOn(env.LEDGER, "getByName").mockImplementation((name) => {
    const ledger = real(name);
    return new Proxy(ledger, {
      get(target, method) {
        if (method === "openReplay") {
          return (opening: Parameters<typeof ledger.openReplay>[0]) => deadly(async () => target.openReplay(opening));
        }
        if (method === "replayState") return (id: string) => deadly(async () => target.replayState(id));
        return Reflect.get(target, method) as unknown;
      },
    });
  });
  const queue = vi.mocked(env.REPLAY_STEPS);
  const send = queue.sendBatch.getMockImplementation()!;
  queue.sendBatch.mockImplementation((messages) => deadly(async () => send(messages)));
  return counter;
}

/** A whole replay, with that death in it; how many calls it took. */
async function replayWith(death: Death | undefined): Promise<number> {
  vi.spyOn(console, "error").mockReturnValue();
  const rig = createReplaysRig();
  rig.addSegment(
    START - MINUTE * 60,
    Array.from({ length: 130 }, () => ({})),
  );
  rig.addSegment(START - MINUTE * 60, [{}, {}, {}]);
  const counter = killAt(rig, death);
  // So slow that several jobs are opened of one segment: how many lines each has depends on when it is opened.
  const request = rig.request({ rate: 30 });
  await rig.replays.create(request, DRAIN_MS);
  let status = "checking";
  for (let turns = 0; turns < 30 && status !== "finished"; turns++) {
    await rig.turn();
    const died = counter.calls > (death?.at ?? Infinity);
    if (died && turns % 2 === 0) await evictDurableObject(rig.replays);
    vi.setSystemTime(Date.now() + (died ? MINUTE : 2000));
    ({ status } = await rig.get(request.id));
    if (status === "ready") await rig.act(request.id, "start");
  }
  const { report, progress } = await rig.get(request.id);
  const wanted = rig.segments.flatMap(({ lines }) => lines!);
  const what = `killed ${death?.when} call ${death?.at}`;
  expect(status, what).toBe("finished");
  expect(report!.destinations[0], what).toMatchObject({ wouldSend: 133 });
  expect(rig.arrived.get(rig.destinationIds[0]!)!.toSorted(), what).toEqual(
    wanted.map(({ messageId }) => String(messageId)).toSorted(),
  );
  expect(progress.destinations[0], what).toMatchObject({ opened: 133, pending: 0, delivered: 133, segmentsDone: 2 });
  vi.restoreAllMocks();
  return counter.calls;
}

it("sends every event once, and counts it once, whoever dies at whichever call", async () => {
  const calls = await replayWith(undefined);
  expect(calls).toBeGreaterThan(15);
  for (let at = 0; at < calls; at++) {
    await replayWith({ at, when: "before" });
    await replayWith({ at, when: "after" });
  }
}, 120_000);
