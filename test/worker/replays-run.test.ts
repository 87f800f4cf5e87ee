import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { START, stopClockInEach } from "../support/clock.ts";
import { atHandOver, createReplaysRig, pass, type ReplaysRig } from "../support/replays-rig.ts";
import { PATIENT } from "../support/patience.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const clock = stopClockInEach();

const events = (count: number) => Array.from({ length: count }, () => ({}));
const idsOf = (rig: ReplaysRig): string[] =>
  rig.segments.flatMap(({ lines }) => (lines ?? []).map((line) => String(line["messageId"])));

describe("the run of a replay", () => {
  it("sends every chosen event once to each destination, whatever dies in between", async () => {
    const rig = createReplaysRig(2);
    for (let i = 0; i < 5; i++) rig.addSegment(START - HOUR, events(300));
    const { id } = await rig.ready();
    await rig.act(id, "start");
    for (let i = 0; i < 40 && (await rig.get(id)).status === "running"; i++) {
      vi.setSystemTime(Date.now() + 2000);
      await rig.turn();
      await evictDurableObject(rig.replays);
    }
    expect(await rig.get(id)).toMatchObject({ status: "finished", progress: { segments: 5, segmentsDone: 5 } });
    for (const destination of rig.destinationIds) {
      expect(rig.arrived.get(destination)!.toSorted()).toEqual(idsOf(rig).toSorted());
    }
  });

  it("hands over the same again when it died before it knew that the ledger has it", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(150));
    const { id } = await rig.ready({ rate: 50 });
    await rig.act(id, "start");
    await rig.turn(false);
    let lost = 0;
    let fails = true;
    atHandOver(async (opening, open) => {
      if (fails && lost++ % 2 === 1) throw new Error("it never came there");
      const seen = await open(opening);
      if (fails) throw new Error("the answer was lost");
      return seen;
    });
    for (let i = 0; i < 4; i++) await pass(rig, 6000);
    expect(lost).toBeGreaterThan(1);
    fails = false;
    for (let i = 0; i < 10; i++) await pass(rig, 6000);
    expect(rig.arrived.get(rig.destinationIds[0]!)!.toSorted()).toEqual(idsOf(rig).toSorted());
    expect(await rig.get(id)).toMatchObject({ status: "finished" });
  });

  it("hands each line over once though two hand it over at the same time", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(300));
    const { id } = await rig.ready({ rate: 40 });
    await rig.act(id, "start");
    await pass(rig, 4000, false);
    const { promise: both, resolve } = Promise.withResolvers<null>();
    let calls = 0;
    atHandOver(async (opening, open) => {
      if (++calls === 2) resolve(null);
      await both;
      return open(opening);
    });
    await runInDurableObject(rig.replays, async (object) => {
      await rig.deliver();
      vi.setSystemTime(Date.now() + 2000);
      const first = object.alarm();
      await vi.waitFor(() => expect(calls).toBeGreaterThan(0), PATIENT);
      await Promise.all([first, object.alarm()]);
    });
    expect(calls).toBeGreaterThanOrEqual(2);
    await pass(rig, 30_000);
    expect(await rig.track(id)).toMatchObject({ opened: 300, delivered: 300 });
    expect(rig.arrived.get(rig.destinationIds[0]!)!.toSorted()).toEqual(idsOf(rig).toSorted());
  });

  it("asks for the lines of any number of destinations, a queue's fill of messages at a time", async () => {
    const rig = createReplaysRig(110);
    rig.addSegment(START - HOUR, events(3));
    const { id } = await rig.ready();
    await rig.act(id, "start");
    await rig.alarm();
    const first = rig.takeSteps();
    expect(first).toHaveLength(100);
    await rig.alarm();
    const asked = [...first, ...rig.takeSteps()].map(({ destinationId }) => destinationId);
    expect(asked.toSorted()).toEqual(rig.destinationIds.toSorted());
  });

  it("opens no more than its rate allows, and little ahead of a destination that is slower", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(2000));
    const slow = await rig.ready({ rate: 10 });
    await rig.act(slow.id, "start");
    await pass(rig, 20_000);
    const { opened } = await rig.track(slow.id);
    expect(opened).toBeGreaterThan(100);
    expect(opened).toBeLessThanOrEqual(240);
    await rig.act(slow.id, "cancel");
    const fast = await rig.ready();
    await rig.act(fast.id, "start");
    await pass(rig, 60_000, false);
    // Nothing is delivered, so nothing more is opened than what a destination may have before it.
    expect((await rig.track(fast.id)).pending).toBeLessThanOrEqual(400);
    await pass(rig, 30_000);
    expect(await rig.get(fast.id)).toMatchObject({ status: "finished" });
  });

  it("opens nothing more while it is paused, and goes on when it is resumed", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(600));
    const { id } = await rig.ready({ rate: 50 });
    await rig.act(id, "start");
    await pass(rig, 4000);
    await rig.act(id, "pause");
    const before = (await rig.track(id)).opened;
    await pass(rig, 30_000);
    expect(await rig.get(id)).toMatchObject({ status: "paused" });
    expect((await rig.track(id)).opened).toBe(before);
    expect(before).toBeLessThan(600);
    await rig.act(id, "resume");
    await pass(rig, 40_000);
    expect(await rig.get(id)).toMatchObject({ status: "finished" });
    expect(rig.arrived.get(rig.destinationIds[0]!)).toHaveLength(600);
  });

  it("waits for a destination that the user has paused, and says so", async () => {
    const rig = createReplaysRig(2);
    rig.addSegment(START - HOUR, events(500));
    const { id } = await rig.ready();
    const ledger = env.LEDGER.getByName(`destination:${rig.destinationIds[0]}`);
    await ledger.pause();
    await rig.act(id, "start");
    await pass(rig, 60_000);
    expect(await rig.track(id, 0)).toMatchObject({ state: "held", heldBy: "destination_paused", opened: 0 });
    expect(await rig.track(id, 1)).toMatchObject({ state: "done", delivered: 500 });
    await ledger.resume();
    await pass(rig, 60_000);
    expect(await rig.get(id)).toMatchObject({ status: "finished" });
    expect(rig.arrived.get(rig.destinationIds[0]!)).toHaveLength(500);
  });

  it("drops by name what waits when it is cancelled, at once and also after a crash", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(1000));
    const { id } = await rig.ready();
    await rig.act(id, "start");
    await pass(rig, 4000, false);
    const { opened } = await rig.track(id);
    expect(opened).toBeGreaterThan(0);
    await rig.act(id, "cancel");
    await evictDurableObject(rig.replays);
    await pass(rig, 4000);
    expect(await rig.track(id)).toMatchObject({
      state: "done",
      opened,
      pending: 0,
      dropped: { replay_cancelled: opened },
    });
    expect(rig.arrived.get(rig.destinationIds[0]!)).toEqual([]);
    expect(await rig.get(id)).toMatchObject({ status: "cancelled", finishedAt: expect.any(Number) });
  });

  it("keeps nothing of what a consumer has chosen for it when it was cancelled meanwhile", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(5));
    const { id } = await rig.ready();
    await rig.act(id, "start");
    await rig.alarm();
    const { loaded } = rig.deps;
    const answers: { proceed: boolean }[] = [];
    rig.deps = {
      ...rig.deps,
      loaded: async (result) => {
        await rig.act(id, "cancel");
        answers.push(await loaded(result));
        return answers[0]!;
      },
    };
    await rig.consume(...rig.takeSteps());
    expect(answers).toEqual([{ proceed: false }]);
    await runInDurableObject(rig.replays, (_, { storage }) => {
      expect(storage.sql.exec("SELECT * FROM shelf").toArray()).toEqual([]);
    });
    await pass(rig, 10_000);
    expect(rig.arrived.get(rig.destinationIds[0]!)).toEqual([]);
  });

  it("takes turns with others at one destination, in the order in which they were started", async () => {
    const rig = createReplaysRig(2);
    rig.addSegment(START - HOUR, events(100));
    const [both, one] = rig.destinationIds;
    const first = await rig.ready({ rate: 5, destinationIds: [both!] });
    const second = await rig.ready();
    await rig.act(first.id, "start");
    clock.at(1000);
    await rig.act(second.id, "start");
    await pass(rig, 10_000);
    expect(await rig.track(second.id, 0)).toMatchObject({ state: "waiting", opened: 0 });
    expect(await rig.track(second.id, 1)).toMatchObject({ destinationId: one, state: "done", delivered: 100 });
    await pass(rig, 40_000);
    expect(await rig.get(first.id)).toMatchObject({ status: "finished" });
    expect(await rig.get(second.id)).toMatchObject({ status: "finished" });
    expect(rig.arrived.get(both!)).toHaveLength(200);
  });

  it("is in nobody's way while it waits for the last attempts of what has failed", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(20));
    const first = await rig.ready();
    const second = await rig.ready();
    await rig.act(first.id, "start");
    await pass(rig, 4000, false);
    const [pointer] = rig.takePointers();
    const ledger = env.LEDGER.getByName(`destination:${rig.destinationIds[0]}`);
    const name = { key: pointer!.key, replayId: pointer!.replayId! };
    const claim = await ledger.claim({ ...name, lanes: ["sub_1"] });
    if (claim.status !== "granted") throw new Error("not granted");
    const cells = Array.from({ length: 20 }, (_, line) => line);
    const told = { ...name, token: claim.token, part: 1, mode: claim.mode, unmatched: [], kinds: [], letters: [] };
    const outcomes = cells.map((line) => ({ cell: 20 + line, status: "delivered" as const }));
    const failed = { cell: 39, status: "retry" as const, reason: "503" };
    await ledger.settle({ ...told, passed: cells, outcomes: [...outcomes.slice(0, 19), failed], release: true });
    await pass(rig, 4000);
    expect(await rig.track(first.id)).toMatchObject({ state: "sending", pending: 1, retrying: 1, delivered: 19 });
    await rig.act(second.id, "start");
    await pass(rig, 6000);
    expect(await rig.get(second.id)).toMatchObject({ status: "finished" });
    expect(await rig.get(first.id)).toMatchObject({ status: "running" });
    vi.setSystemTime(Date.now() + 2 * MINUTE);
    await runDurableObjectAlarm(ledger);
    await rig.deliver();
    await pass(rig, 4000);
    expect(await rig.get(first.id)).toMatchObject({ status: "finished" });
  });

  it("passes over what retention takes away meanwhile, and counts it", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(5));
    const gone = rig.addSegment(START - HOUR, events(7));
    const { id } = await rig.ready();
    gone.lines = null;
    await rig.act(id, "start");
    await pass(rig, 8000);
    expect(await rig.get(id)).toMatchObject({ status: "finished", progress: { segmentsDone: 2 } });
    expect(await rig.track(id)).toMatchObject({ delivered: 5, gone: 7 });
  });
});
