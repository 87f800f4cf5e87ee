import { describe, expect, it } from "vitest";
import { toEntry } from "../../src/core/debugger.ts";
import { DELIVERY } from "../../src/core/delivery.ts";
import type { LookupResult } from "../../src/core/intake.ts";
import type { LaneTrace } from "../../src/core/ledger.ts";
import { sampleOfRefusal } from "../../src/core/sample.ts";
import { traceDestination, traceSource, type TracedView } from "../../src/core/trace-assembly.ts";
import { Trace, TRACE } from "../../src/core/trace.ts";

const NOON = Date.UTC(2026, 10, 22, 12);
const iso = (at: number) => new Date(at).toISOString();

const FOUND: LookupResult = {
  segment: "segment-logs/src_1/0/0-000000007.gz",
  line: 3,
  stored: true,
  firstSeenAt: NOON,
  duplicates: { count: 0, atLeast: false, times: [] },
};
const EVENT = {
  type: "track",
  event: "Order",
  userId: "u1",
  messageId: "m1",
  context: { library: { name: "analytics.js", version: "2.1" } },
  sentAt: iso(NOON - 60_000),
  receivedAt: iso(NOON - 5),
};
const source = { id: "src_1", name: "Shop" };
const refusalOf = (raw: unknown, at: number) =>
  toEntry(sampleOfRefusal(raw, { reason: "id_not_string", detail: "userId is a number" }, at), 1);

describe("the source's side", () => {
  it("says when, what, by which library and with which clock", () => {
    const trace = traceSource("m1", { source, found: FOUND, refusals: [] }, { event: EVENT });
    expect(trace).toEqual({
      messageId: "m1",
      sourceId: "src_1",
      sourceName: "Shop",
      status: "accepted",
      receivedAt: iso(NOON - 5),
      library: "analytics.js 2.1",
      skewMs: -59_995,
      clockCorrected: true,
      type: "track",
      name: "Order",
      userId: "u1",
      event: EVENT,
      duplicates: { count: 0, times: [] },
      refusals: [],
      segment: { key: FOUND.segment, line: 3, stored: true },
      steps: [],
    });
    expect(() => Trace.parse({ ...trace, destinations: [], destinationsUnasked: 0 })).not.toThrow();
  });

  it.each([
    [
      "a difference that may be the way is left alone",
      { sentAt: iso(NOON - 4000) },
      { skewMs: -3995, clockCorrected: false },
    ],
    ["no sentAt, no word about the clock", { sentAt: undefined }, {}],
    ["a sentAt that is no time says nothing", { sentAt: { $ne: 1 } }, {}],
  ])("%s", (_rule, more, clock) => {
    const { skewMs, clockCorrected } = traceSource(
      "m1",
      { source, found: FOUND, refusals: [] },
      { event: { ...EVENT, ...more } },
    );
    expect({ skewMs, clockCorrected }).toEqual({ skewMs: undefined, clockCorrected: undefined, ...clock });
  });

  it("is pending until the segment is written, and tells later copies with their times", () => {
    const duplicates = { count: 30, atLeast: true, times: [NOON + 1000] };
    const found = { ...FOUND, stored: false, duplicates };
    expect(traceSource("m1", { source, found, refusals: [] }, { event: EVENT })).toMatchObject({
      status: "pending",
      duplicates: { count: 30, atLeast: true, times: [iso(NOON + 1000)] },
      segment: { stored: false },
    });
  });

  it("of a refused event has the reason in words and what was sent, and no place in the archive", () => {
    const sent = { type: "track", event: "Order", userId: 7, messageId: "m1" };
    const refusals = [refusalOf(sent, NOON), refusalOf(sent, NOON + 1000)];
    const trace = traceSource("m1", { source, found: null, refusals }, undefined);
    expect(trace).toMatchObject({ status: "refused", receivedAt: iso(NOON), name: "Order", event: sent });
    expect(trace.segment).toBeUndefined();
    expect(trace.refusals).toEqual(
      [NOON, NOON + 1000].map((at) => ({
        at: iso(at),
        reason: "id_not_string",
        sentence: "An id must be a string: userId is a number.",
      })),
    );
  });

  it("shows the refusals of an event that was accepted later as well", () => {
    const refusals = [refusalOf({ messageId: "m1" }, NOON - 1000)];
    const trace = traceSource("m1", { source, found: FOUND, refusals }, { event: EVENT });
    expect(trace).toMatchObject({ status: "accepted", refusals: [{ reason: "id_not_string" }], event: EVENT });
  });

  it("says why there is no event to show", () => {
    const finding = { source, found: FOUND, refusals: [] };
    expect(traceSource("m1", finding, { missing: "Gone." })).toMatchObject({
      receivedAt: iso(NOON),
      eventMissing: "Gone.",
    });
    const torn = { ...refusalOf({ messageId: "m1" }, NOON), truncated: true };
    const trace = traceSource("m1", { source, found: null, refusals: [torn] }, undefined);
    expect([trace.event, trace.eventMissing]).toEqual([undefined, "The debugger holds only a part of what was sent."]);
  });
});

const VIEW: TracedView = { id: "d1", name: "CRM", enabled: true, connected: true, createdAt: NOON - 1 };
const PASSED: LaneTrace = { status: "passed", failures: 0, attempts: [] };
const soon = NOON + 1000;

describe("a destination's side", () => {
  it("names gate, mappings and attempts, each reason in words, each delivery on its own", () => {
    const retried: LaneTrace = {
      subscriptionId: "s1",
      status: "pending",
      reason: "503",
      detail: "busy",
      failures: 1,
      nextAttemptAt: NOON + 60_000,
      attempts: [{ at: NOON + 500, attempt: 1, status: "retry", reason: "503", uncounted: 2 }],
    };
    const again: LaneTrace = { ...PASSED, replayId: "resend-1", status: "delivered", subscriptionId: "gone" };
    const lanes = [PASSED, retried, { ...PASSED, replayId: "resend-1" }, again];
    const subscriptions = [{ id: "s1", name: "Orders", actionId: "trackEvent" }] as never;
    const traced = traceDestination(VIEW, { lanes, subscriptions }, FOUND, soon);
    expect(traced).toMatchObject({ id: "d1", name: "CRM", enabled: true, connected: true, state: "routed" });
    expect(traced?.deliveries).toMatchObject([
      {
        gate: { status: "passed", attempts: [] },
        subscriptions: [
          {
            id: "s1",
            name: "Orders",
            actionId: "trackEvent",
            status: "pending",
            reason: "503",
            sentence: expect.stringContaining("503"),
            detail: "busy",
            failures: 1,
            nextAttemptAt: iso(NOON + 60_000),
            attempts: [{ at: iso(NOON + 500), attempt: 1, status: "retry", reason: "503", uncounted: 2 }],
          },
        ],
      },
      {
        replayId: "resend-1",
        gate: { status: "passed" },
        subscriptions: [{ id: "gone", name: "gone", deleted: true, status: "delivered" }],
      },
    ]);
  });

  it("says what stopped the event at the gate, and what to do about it", () => {
    const lanes: LaneTrace[] = [{ ...PASSED, status: "dropped", reason: "FILTERED_BY_RULES", detail: "No tests" }];
    const traced = traceDestination(VIEW, { lanes }, FOUND, soon);
    expect(traced?.deliveries[0]?.gate).toMatchObject({
      status: "dropped",
      reason: "FILTERED_BY_RULES",
      sentence: "A filter of this destination stopped the event.",
      todo: expect.stringContaining("filter"),
      detail: "No tests",
    });
  });

  it("names the mappings whose triggers did not fire, and none that was never asked", () => {
    const lane: LaneTrace = { ...PASSED, subscriptionId: "s1", status: "unmatched" };
    const subscriptionsOf = (reason: string) => {
      const lanes: LaneTrace[] = [{ ...PASSED, status: "dropped", reason }, lane];
      return traceDestination(VIEW, { lanes }, FOUND, soon)?.deliveries[0]?.subscriptions;
    };
    expect(subscriptionsOf("NO_MATCHING_MAPPING")).toMatchObject([{ id: "s1", status: "unmatched" }]);
    expect(subscriptionsOf("FILTERED_BY_RULES")).toEqual([]);
  });

  it("does not call a mapping deleted when the Catalog could not be asked", () => {
    const lanes: LaneTrace[] = [PASSED, { ...PASSED, subscriptionId: "s1", status: "delivered" }];
    const [delivery] = traceDestination(VIEW, { lanes }, FOUND, soon)?.deliveries ?? [];
    expect(delivery?.subscriptions[0]).toMatchObject({ id: "s1", name: "s1" });
    expect(delivery?.subscriptions[0]?.deleted).toBeUndefined();
  });

  it.each([
    ["not written yet: it waits", VIEW, { ...FOUND, stored: false }, soon, "waiting"],
    ["just written: it is on its way", VIEW, FOUND, soon, "waiting"],
    ["written a while ago: it was not handed over", VIEW, FOUND, NOON + TRACE.routingMs, "not_routed"],
    ["set up after the event", { ...VIEW, createdAt: NOON + 1 }, FOUND, soon, "not_routed"],
    ["switched off", { ...VIEW, enabled: false }, FOUND, soon, "not_routed"],
    ["older than the ledger remembers", VIEW, FOUND, NOON + DELIVERY.finishedKeptMs + 1, "unknown"],
  ] as const)("without a delivery says why: %s", (_case, view, found, now, state) => {
    const traced = traceDestination(view, { lanes: [] }, found, now);
    expect(traced).toMatchObject({ state, sentence: expect.stringMatching(/\.$/), deliveries: [] });
  });

  it("is unknown when its ledger could not be asked, and shown only if it belongs to the source or got the event", () => {
    expect(traceDestination(VIEW, { unknown: "No answer." }, FOUND, soon)).toMatchObject({
      state: "unknown",
      sentence: "No answer.",
    });
    const stranger = { ...VIEW, connected: false };
    expect(traceDestination(stranger, { unknown: "No answer." }, FOUND, soon)).toBeUndefined();
    expect(traceDestination(stranger, { lanes: [] }, FOUND, soon)).toBeUndefined();
    expect(traceDestination(stranger, { lanes: [PASSED] }, FOUND, soon)).toMatchObject({ state: "routed" });
  });
});
