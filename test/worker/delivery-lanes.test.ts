import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FilterAction, FilterRecord } from "../../src/core/filter-record.ts";
import type { SubscriptionRecord } from "../../src/core/subscription.ts";
import { createRig, live, type DeliveryRig } from "../support/delivery.ts";
import { testSubscription } from "../support/sends.ts";

const MINUTE = 60_000;

/** Sends the events whose `event` is its id to the path of that name. */
const subscription = (id: string, overrides: Partial<SubscriptionRecord> = {}) =>
  testSubscription({ id, trigger: `event = "${id}" or event = "both"`, mapping: { path: `/${id}` }, ...overrides });

function laneRig(...subscriptions: SubscriptionRecord[]): DeliveryRig {
  const rig = createRig();
  configure(rig, { subscriptions });
  return rig;
}
const configure = (rig: DeliveryRig, changes: Partial<NonNullable<DeliveryRig["opened"]>>): void => {
  rig.opened = { ...rig.opened!, ...changes };
};
/** One event per name; its id is its name. */
const addEvents = (rig: DeliveryRig, ...names: string[]) => rig.addSegment(names, (event) => ({ event }));
const arrivals = (rig: DeliveryRig) => rig.received.map(({ id, path }) => `${id}→${path}`).toSorted();
const laneOf = async (rig: DeliveryRig, key: string, line: number, subscriptionId: string) =>
  (await rig.ledger.lineTrace(key, line)).filter((lane) => lane.subscriptionId === subscriptionId);

// Hours pass in steps of a minute, each with its alarm and its queue: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a destination with several subscriptions", () => {
  it("gets each event once for each that wants it, and what none wants is dropped by name", async () => {
    const rig = laneRig(subscription("a"), subscription("b"));
    const { key } = await addEvents(rig, "a", "b", "both", "neither");
    await rig.drain();
    expect(arrivals(rig)).toEqual(["a→/a", "both→/a", "both→/b", "b→/b"]);
    expect(await rig.ledger.lineTrace(key, 0)).toMatchObject([
      { status: "passed" },
      { subscriptionId: "a", status: "delivered" },
      { subscriptionId: "b", status: "unmatched" },
    ]);
    expect(await rig.ledger.lineTrace(key, 3)).toMatchObject([
      { status: "dropped", reason: "NO_MATCHING_MAPPING" },
      { subscriptionId: "a", status: "unmatched" },
      { subscriptionId: "b", status: "unmatched" },
    ]);
    expect(await rig.summary()).toMatchObject({ delivered: 4, dropped: 1, waiting: 0 });
  });

  it("gets nothing again at the one that took it while the other fails", async () => {
    const rig = laneRig(subscription("a"), subscription("b"));
    let broken = true;
    rig.answer = (_, _attempt, path) => new Response("", { status: broken && path === "/b" ? 503 : 200 });
    await addEvents(rig, "both");
    await rig.drain();
    await live(rig, 4 * MINUTE, MINUTE);
    broken = false;
    await live(rig, 10 * MINUTE, MINUTE);
    expect(arrivals(rig).filter((arrival) => arrival === "both→/a")).toHaveLength(1);
    expect(await rig.summary()).toMatchObject({ delivered: 2, waiting: 0 });
  });

  it("gets everything in time at one while the batches of the other always fail", async () => {
    const rig = laneRig(subscription("a"), subscription("b"));
    rig.batching = { size: 100, bytes: 4_000_000, keyOf: () => "same" };
    rig.answerBatch = (_, path) => new Response("", { status: path === "/a" ? 500 : 200 });
    for (let segment = 0; segment < 20; segment++) {
      const ids = Array.from({ length: 20 }, (_, i) => `${segment}-${i}`);
      await rig.addSegment(ids, () => ({ event: "both" }));
      await rig.drain();
    }
    expect(await rig.summary()).toMatchObject({ delivered: 400, retrying: 400 });
  });

  it("drops by name what waits for one that is switched off or deleted meanwhile, and nothing else", async () => {
    const rig = laneRig(subscription("a"), subscription("b"), subscription("c"));
    rig.answer = () => new Response("", { status: 503 });
    const { key } = await addEvents(rig, "both");
    await rig.drain();
    configure(rig, { subscriptions: [subscription("a"), subscription("b", { enabled: false })] });
    rig.answer = () => new Response("ok");
    await live(rig, 4 * MINUTE, MINUTE);
    expect(await rig.ledger.lineTrace(key, 0)).toMatchObject([
      { status: "passed" },
      { subscriptionId: "a", status: "delivered" },
      { subscriptionId: "b", status: "dropped", reason: "subscription_disabled" },
      { subscriptionId: "c", status: "dropped", reason: "subscription_deleted" },
    ]);
  });

  it("sends a subscription made later only what comes later", async () => {
    const rig = laneRig(subscription("a"));
    rig.answer = () => new Response("", { status: 503 });
    await addEvents(rig, "both");
    await rig.drain();
    configure(rig, { subscriptions: [subscription("a"), subscription("b")] });
    rig.answer = () => new Response("ok");
    await live(rig, 4 * MINUTE, MINUTE);
    await rig.addSegment(["new"], () => ({ event: "both" }));
    await rig.drain();
    expect(arrivals(rig)).toEqual(["both→/a", "both→/a", "new→/a", "new→/b"]);
  });
});

describe("filters", () => {
  const filter = (rig: DeliveryRig, action: FilterAction, condition = "all"): FilterRecord => ({
    id: crypto.randomUUID(),
    destinationId: rig.destinationId,
    sourceId: rig.sourceId,
    title: "A filter",
    if: condition,
    actions: [action],
    enabled: true,
    createdAt: 0,
    updatedAt: 0,
  });

  it("drop events under Segment's code and say which filter it was", async () => {
    const rig = laneRig(subscription("a"));
    configure(rig, { filters: [filter(rig, { type: "DROP" }, 'event = "both"')] });
    const { key } = await addEvents(rig, "a", "both");
    await rig.drain();
    expect(arrivals(rig)).toEqual(["a→/a"]);
    expect(await rig.ledger.lineTrace(key, 1)).toMatchObject([
      { status: "dropped", reason: "FILTERED_BY_RULES", detail: "filter “A filter”: drops this event" },
      { status: "unmatched" },
    ]);
  });

  it("are asked once of an event: what a sample let through is not drawn again when it is retried", async () => {
    const rig = laneRig(subscription("a"));
    configure(rig, { filters: [filter(rig, { type: "SAMPLE", percent: 0.5 })] });
    rig.deps = { ...rig.deps, chance: { ...rig.deps.chance, random: () => 0.1 } };
    rig.answer = (_, attempt) => new Response("", { status: attempt < 3 ? 503 : 200 });
    await addEvents(rig, "a");
    await rig.drain();
    rig.deps = { ...rig.deps, chance: { ...rig.deps.chance, random: () => 0.9 } };
    await live(rig, 10 * MINUTE, MINUTE);
    expect(await rig.summary()).toMatchObject({ delivered: 1, dropped: 0, waiting: 0 });
  });
});

describe("a destination that the user has paused", () => {
  it("gets nothing, keeps everything, and gets each event once when it is resumed", async () => {
    const rig = laneRig(subscription("a"));
    await rig.ledger.pause();
    const pointer = await addEvents(rig, "a", "both");
    await rig.consume(pointer);
    await live(rig, 30 * MINUTE, 10 * MINUTE);
    expect(rig.received).toEqual([]);
    expect(await rig.summary()).toMatchObject({ waiting: 2, paused: true });
    await rig.ledger.resume();
    await rig.drain();
    expect(arrivals(rig)).toEqual(["a→/a", "both→/a"]);
  });
});

describe("dead letters that are sent again", () => {
  it("go to the very subscription that gave them up, once, and what was delivered does not go again", async () => {
    const rig = laneRig(subscription("a"), subscription("b"));
    rig.answer = (_, _attempt, path) => new Response("no", { status: path === "/b" ? 400 : 200 });
    const { key } = await addEvents(rig, "both", "a", "b");
    await rig.drain();
    expect(await rig.deadLetters()).toHaveLength(2);
    rig.answer = () => new Response("ok");
    await rig.ledger.resend({ id: "r1" });
    await rig.drain();
    await rig.ledger.resend({ id: "r1" });
    await rig.drain();
    expect(arrivals(rig)).toEqual(["a→/a", "both→/a", "both→/b", "both→/b", "b→/b", "b→/b"]);
    expect(await laneOf(rig, key, 0, "b")).toMatchObject([
      { status: "abandoned", reason: "400" },
      { replayId: "resend-r1-0", status: "delivered" },
    ]);
    expect(await rig.ledger.resends()).toMatchObject([{ id: "r1", lines: 2, delivered: 2, waiting: 0 }]);
  });

  it("are held to consent, filters and subscriptions as they are by then", async () => {
    const rig = laneRig(subscription("a"));
    rig.answer = () => new Response("no", { status: 400 });
    await rig.addSegment(["yes", "no"], (id) => ({
      event: "a",
      context: { consent: { categoryPreferences: { ads: id === "yes" } } },
    }));
    await rig.drain();
    configure(rig, { consentCategories: ["ads"] });
    rig.answer = () => new Response("ok");
    await rig.ledger.resend({ id: "r1" });
    await rig.drain();
    expect(rig.times()).toEqual({ no: 1, yes: 2 });
    expect(await rig.ledger.resends()).toMatchObject([{ delivered: 1, dropped: 1, waiting: 0 }]);
  });
});
