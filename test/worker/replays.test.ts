import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NO_SUMS } from "../../src/core/replay-report.ts";
import { REPLAY_STEPS } from "../../src/core/replay-steps.ts";
import { START, stopClock } from "../support/clock.ts";
import { createReplaysRig, pass, type ReplaysRig } from "../support/replays-rig.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let clock: ReturnType<typeof stopClock>;
beforeEach(() => void (clock = stopClock()));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const events = (count: number) => Array.from({ length: count }, () => ({}));
const idsOf = (rig: ReplaysRig): string[] =>
  rig.segments.flatMap(({ lines }) => (lines ?? []).map((line) => String(line["messageId"])));
const refusal = async (answer: Promise<{ ok: boolean; error?: { type: string; message: string } }>) =>
  (await answer).error;

describe("the dry run", () => {
  it("begins by itself, counts what is there and sends nothing", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, [...events(3), { type: "identify" }, { receivedAt: "soon" }]);
    rig.addSegment(START - HOUR, [{ event: "Other" }]);
    const replay = await rig.ready();
    expect(replay).toMatchObject({
      status: "ready",
      createdAt: START,
      progress: { segments: 2, segmentsDone: 2, events: 5, destinations: [] },
      report: {
        matched: 5,
        notMatched: 0,
        unreadable: 1,
        events: [
          { type: "track", name: "Tested", count: 3 },
          { type: "identify", count: 1 },
          { type: "track", name: "Other", count: 1 },
        ],
        destinations: [{ wouldSend: 4, dropped: { NO_MATCHING_MAPPING: 1 }, before: { unknown: 5 } }],
      },
    });
    await pass(rig, 10_000);
    expect(rig.arrived.get(rig.destinationIds[0]!)).toEqual([]);
    expect(rig.takeSteps()).toEqual([]);
  });

  it("counts once what a consumer that died, was doubled or came late has read", async () => {
    const rig = createReplaysRig();
    for (let i = 0; i < 6; i++) rig.addSegment(START - HOUR, events(10));
    const request = rig.request();
    await rig.replays.create(request);
    await rig.alarm();
    const [step] = rig.takeSteps();
    const grant = async () => {
      const claim = await rig.replays.claim(step!);
      if (claim.status !== "granted") throw new Error("not granted");
      return claim;
    };
    const late = await grant();
    expect(await rig.replays.claim(step!)).toEqual({ status: "nothing_due" });
    clock.at(REPLAY_STEPS.leaseMs + 1);
    // The lost claim counts as a failure, so there is a pause before the next one.
    expect(await rig.replays.claim(step!)).toEqual({ status: "nothing_due" });
    clock.at(REPLAY_STEPS.leaseMs + 10_000);
    await evictDurableObject(rig.replays);
    const next = await grant();
    const sums = { ...NO_SUMS, segments: 1, matched: 10 };
    const left = rig.segments.slice(1).map(({ key, at, count }) => ({ key, count, bytes: 1, firstAt: at }));
    const told = { replayId: request.id, cursor: { left, last: true }, sums, release: true };
    expect(await rig.replays.checked({ ...told, token: late.token, release: false })).toEqual({ proceed: false });
    expect(await rig.replays.checked({ ...told, token: next.token, release: false })).toEqual({ proceed: true });
    await rig.replays.failed(step!, late.token, "not heard");
    expect((await rig.get(request.id)).error).toBeUndefined();
    await rig.replays.checked({ ...told, token: next.token, sums: NO_SUMS });
    await rig.turn();
    expect(await rig.get(request.id)).toMatchObject({ status: "ready", report: { matched: 60 } });
    await rig.replays.checked({ ...told, token: next.token });
    expect(await rig.get(request.id)).toMatchObject({ status: "ready", report: { matched: 60 } });
  });

  it("goes on where it was told of last when it is cut short, and is asked for again when its message is lost", async () => {
    const rig = createReplaysRig();
    for (let i = 0; i < 120; i++) rig.addSegment(START - HOUR, events(2));
    const request = rig.request();
    await rig.replays.create(request);
    const read: string[] = [];
    const { fetchSegment } = rig.deps;
    let time = 0;
    rig.deps.fetchSegment = (segment) => {
      read.push(segment.key);
      time += 500;
      return fetchSegment(segment);
    };
    rig.deps.now = () => Date.now() + time;
    await rig.alarm();
    expect(rig.takeSteps()).toEqual([{ replayId: request.id }]);
    // That message is lost.
    await rig.alarm();
    expect(rig.takeSteps()).toEqual([]);
    clock.at(REPLAY_STEPS.resendAfterMs);
    await rig.turn();
    const first = await rig.get(request.id);
    expect(first).toMatchObject({ status: "checking", progress: { segments: 0, checkedUntil: START - HOUR } });
    expect(first.progress.segmentsDone).toBeLessThan(60);
    expect(first.report).toBeUndefined();
    for (let turns = 0; turns < 10; turns++) await rig.turn();
    expect(await rig.get(request.id)).toMatchObject({ status: "ready", report: { matched: 240 } });
    expect(new Set(read).size).toBe(120);
  });

  it("waits until events that came in just before the end of the window are in the archive", async () => {
    const rig = createReplaysRig();
    await rig.replays.create(rig.request({ to: START }));
    await rig.alarm();
    expect(rig.takeSteps()).toEqual([]);
    clock.at(REPLAY_STEPS.settleMs);
    await rig.alarm();
    expect(rig.takeSteps()).toHaveLength(1);
  });

  it("counts and names what retention has taken away", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(3));
    rig.addSegment(START - HOUR, events(4)).lines = null;
    expect(await rig.ready()).toMatchObject({ report: { matched: 3, gone: { segments: 1, events: 4 } } });
  });

  it("fails by name when the archive cannot be read time after time, and can be resumed", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(3));
    const { fetchSegment } = rig.deps;
    rig.deps.fetchSegment = () => Promise.reject(new Error("R2 is away"));
    const { id } = await rig.ready();
    expect(await rig.get(id)).toMatchObject({ status: "checking", error: "R2 is away" });
    for (let i = 0; i < REPLAY_STEPS.maxFailures; i++) {
      vi.setSystemTime(Date.now() + 5 * MINUTE);
      await rig.turn();
    }
    expect(await rig.get(id)).toMatchObject({ status: "failed", error: "R2 is away" });
    rig.deps.fetchSegment = fetchSegment;
    await rig.act(id, "resume");
    await rig.turn();
    const ready = await rig.get(id);
    expect(ready).toMatchObject({ status: "ready", report: { matched: 3 } });
    expect(ready.error).toBeUndefined();
  });
});

describe("a run", () => {
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
    const real = env.LEDGER.getByName.bind(env.LEDGER);
    vi.spyOn(env.LEDGER, "getByName").mockImplementation((name) => {
      const ledger = real(name);
      return new Proxy(ledger, {
        get(target, method) {
          if (method !== "openReplay") return Reflect.get(target, method) as unknown;
          return async (opening: Parameters<typeof ledger.openReplay>[0]) => {
            if (fails && lost++ % 2 === 1) throw new Error("it never came there");
            const seen = await target.openReplay(opening);
            if (fails) throw new Error("the answer was lost");
            return seen;
          };
        },
      });
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
    const real = env.LEDGER.getByName.bind(env.LEDGER);
    vi.spyOn(env.LEDGER, "getByName").mockImplementation((name) => {
      const ledger = real(name);
      return new Proxy(ledger, {
        get(target, method) {
          if (method !== "openReplay") return Reflect.get(target, method) as unknown;
          return async (opening: Parameters<typeof ledger.openReplay>[0]) => {
            if (++calls === 2) resolve(null);
            await both;
            return target.openReplay(opening);
          };
        },
      });
    });
    await runInDurableObject(rig.replays, async (object) => {
      await rig.deliver();
      vi.setSystemTime(Date.now() + 2000);
      const first = object.alarm();
      await vi.waitFor(() => expect(calls).toBeGreaterThan(0));
      await Promise.all([first, object.alarm()]);
    });
    expect(calls).toBeGreaterThanOrEqual(2);
    await pass(rig, 30_000);
    expect(await rig.track(id)).toMatchObject({ opened: 300, delivered: 300 });
    expect(rig.arrived.get(rig.destinationIds[0]!)!.toSorted()).toEqual(idsOf(rig).toSorted());
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

describe("the same call again", () => {
  it("changes nothing, and one that comes too early or too late is refused by name", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(5));
    const request = rig.request();
    const made = await rig.replays.create(request);
    expect(await rig.replays.create({ ...request, rate: 1 })).toEqual(made);
    expect(await refusal(rig.replays.act(request.id, "start"))).toMatchObject({ type: "conflict" });
    await rig.turn();
    await rig.act(request.id, "start");
    await rig.act(request.id, "start");
    await pass(rig, 6000);
    expect(await rig.get(request.id)).toMatchObject({ status: "finished", rate: 10_000 });
    for (const action of ["start", "pause", "resume", "cancel"] as const) {
      expect((await refusal(rig.replays.act(request.id, action)))?.message).toContain("finished");
    }
    expect((await rig.replays.create(request)).ok).toBe(true);
    await pass(rig, 6000);
    expect(rig.arrived.get(rig.destinationIds[0]!)).toHaveLength(5);
    expect(await refusal(rig.replays.act("unknown", "start"))).toMatchObject({ type: "not_found" });
    expect(await rig.replays.get("unknown")).toBeNull();
  });
});

describe("the list", () => {
  it("is paged, the newest first, by source and destination, and forgets what is old", async () => {
    const rig = createReplaysRig(2);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      clock.at(i * MINUTE);
      const { id } = await rig.ready(i === 3 ? { destinationIds: [rig.destinationIds[1]!] } : {});
      await rig.act(id, "cancel");
      ids.unshift(id);
    }
    const page = await rig.replays.list({ limit: 3 });
    expect(page.replays.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const rest = await rig.replays.list({ limit: 3, cursor: page.next! });
    expect(rest.replays.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(rest.next).toBeUndefined();
    const mine = await rig.replays.list({ limit: 10, destinationId: rig.destinationIds[0]! });
    expect(mine.replays).toHaveLength(4);
    expect((await rig.replays.list({ limit: 10, sourceId: "other" })).replays).toEqual([]);
    clock.at(91 * DAY);
    const { id } = await rig.ready();
    expect((await rig.replays.list({ limit: 10 })).replays.map((one) => one.id)).toEqual([id]);
  });

  it("holds no more than a hundred that are not done", async () => {
    const rig = createReplaysRig();
    for (let i = 0; i < 100; i++) await rig.replays.create(rig.request({ id: `many-${i}` }));
    const refused = await rig.replays.create(rig.request({ id: "one-more" }));
    expect(refused).toMatchObject({ ok: false, error: { type: "conflict" } });
    await rig.act("many-0", "cancel");
    expect((await rig.replays.create(rig.request({ id: "one-more" }))).ok).toBe(true);
  });
});
