import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { NO_SUMS } from "../../src/core/replay-report.ts";
import { REPLAY_STEPS } from "../../src/core/replay-steps.ts";
import { START, stopClockInEach } from "../support/clock.ts";
import { createReplaysRig, DRAIN_MS, pass } from "../support/replays-rig.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = stopClockInEach();

const events = (count: number) => Array.from({ length: count }, () => ({}));
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
        destinations: [
          {
            wouldSend: 4,
            dropped: { NO_MATCHING_MAPPING: 1 },
            before: { notDelivered: { not_connected: 5 }, unknown: 0 },
          },
        ],
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
    await rig.replays.create(request, DRAIN_MS);
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
    await rig.replays.create(request, DRAIN_MS);
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
    await rig.replays.create(rig.request({ to: START }), 30_000);
    await rig.alarm();
    expect(rig.takeSteps()).toEqual([]);
    clock.at(30_000 + REPLAY_STEPS.settleMs - 1);
    await rig.alarm();
    expect(rig.takeSteps()).toEqual([]);
    clock.at(30_000 + REPLAY_STEPS.settleMs);
    await rig.alarm();
    expect(rig.takeSteps()).toHaveLength(1);
  });

  it("is begun while older ones wait for the end of their windows; as many read at once as may", async () => {
    const rig = createReplaysRig();
    for (const id of ["a", "b"]) await rig.replays.create(rig.request({ id, to: START }), DRAIN_MS);
    for (const id of ["c", "d", "e"]) await rig.replays.create(rig.request({ id }), DRAIN_MS);
    await rig.alarm();
    const sent = rig.takeSteps();
    expect(sent.map(({ replayId }) => replayId)).toEqual(["c", "d"]);
    await rig.alarm();
    expect(rig.takeSteps()).toEqual([]);
    await rig.consume(...sent);
    await rig.alarm();
    expect(rig.takeSteps().map(({ replayId }) => replayId)).toEqual(["e"]);
    clock.at(DRAIN_MS + REPLAY_STEPS.settleMs);
    await rig.alarm();
    expect(rig.takeSteps().map(({ replayId }) => replayId)).toEqual(["a"]);
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

describe("the same call again", () => {
  it("changes nothing, and one that comes too early or too late is refused by name", async () => {
    const rig = createReplaysRig();
    rig.addSegment(START - HOUR, events(5));
    const request = rig.request();
    const made = await rig.replays.create(request, DRAIN_MS);
    expect(await rig.replays.create({ ...request, rate: 1 }, DRAIN_MS)).toEqual(made);
    expect(await refusal(rig.replays.act(request.id, "start"))).toMatchObject({ type: "conflict" });
    await rig.turn();
    await rig.act(request.id, "start");
    await rig.act(request.id, "start");
    await pass(rig, 6000);
    expect(await rig.get(request.id)).toMatchObject({ status: "finished", rate: 10_000 });
    for (const action of ["start", "pause", "resume", "cancel"] as const) {
      expect((await refusal(rig.replays.act(request.id, action)))?.message).toContain("finished");
    }
    expect((await rig.replays.create(request, DRAIN_MS)).ok).toBe(true);
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
    for (let i = 0; i < 100; i++) await rig.replays.create(rig.request({ id: `many-${i}` }), DRAIN_MS);
    const refused = await rig.replays.create(rig.request({ id: "one-more" }), DRAIN_MS);
    expect(refused).toMatchObject({ ok: false, error: { type: "conflict" } });
    await rig.act("many-0", "cancel");
    expect((await rig.replays.create(rig.request({ id: "one-more" }), DRAIN_MS)).ok).toBe(true);
  });
});
