import { describe, expect, it } from "vitest";
import type {
  DeliveryReport,
  LetterObject,
  OverviewRow,
  Resend,
  Trace,
  TracedFate,
} from "../../dashboard/api/delivery-types.ts";
import { niceTop, shortDuration } from "../../dashboard/logic/chart.ts";
import {
  criteriaOf,
  userOf,
  isUntouched,
  lettersSentence,
  matching,
  reasonsIn,
  resendScope,
  resendSentence,
} from "../../dashboard/logic/dead-letters.ts";
import { barsOf, rangeOf, windowOf } from "../../dashboard/logic/delivery-range.ts";
import {
  deliverySentence,
  eventRows,
  givenUpOf,
  reasonRows,
  standingOf,
  stillFailed,
  trendOf,
} from "../../dashboard/logic/delivery-report.ts";
import { fateStages, gateStage, isPending, sourceStages, traceSentence } from "../../dashboard/logic/trace-lines.ts";
import { gapText } from "../../dashboard/logic/trace-stage.ts";

const NOW = Date.parse("2026-11-22T10:03:30.000Z");
const HOUR = 3_600_000;

describe("a time range", () => {
  it("ends with the bar of this moment, and an unknown one is a day", () => {
    expect(windowOf("24h", NOW).to).toBe(Date.parse("2026-11-22T11:00:00.000Z"));
    expect(windowOf("1h", NOW).to - windowOf("1h", NOW).from).toBe(HOUR);
    expect(rangeOf("ever").id).toBe("24h");
  });

  it("is never longer than what the control plane answers at once", () => {
    for (const id of ["24h", "7d", "14d"] as const)
      expect(NOW - windowOf(id, NOW).from).toBeLessThanOrEqual(14 * 24 * HOUR);
    expect(NOW - windowOf("1h", NOW).from).toBeLessThanOrEqual(4 * HOUR);
  });

  it("adds up what falls into a bar, and leaves out what is older", () => {
    const steps = [
      { at: "2026-11-22T10:00:00.000Z", n: 1 },
      { at: "2026-11-22T10:03:00.000Z", n: 2 },
      { at: "2026-11-20T10:03:00.000Z", n: 9 },
    ];
    const bars = barsOf(
      "24h",
      NOW,
      steps,
      ({ at }) => at,
      ({ n }) => ({ n }),
      ["n"],
    );
    expect(bars).toHaveLength(24);
    expect(bars.map(({ values }) => values.n).filter((n) => n > 0)).toEqual([3]);
    expect(bars.at(-1)?.values.n).toBe(3);
  });

  it("has an axis that ends with a round number", () => {
    expect([0, 1, 3, 17, 480, 1001].map(niceTop)).toEqual([1, 1, 5, 20, 500, 2000]);
    expect([0, 250, 2500, 90_000].map(shortDuration)).toEqual(["0", "250 ms", "2.5 s", "1.5 min"]);
  });
});

const REPORT: DeliveryReport = {
  stepMs: 60_000,
  minutes: [],
  delivered: 0,
  dropped: 0,
  abandoned: 0,
  resent: 0,
  retried: 0,
  retrying: 0,
  waiting: 0,
  replayed: { delivered: 0, dropped: 0, retried: 0, abandoned: 0 },
  paused: false,
  errors: [],
};

describe("a delivery report in words", () => {
  it("answers whether it got there", () => {
    const none = { delivered: 0, failed: 0, filtered: 0 };
    expect(deliverySentence(none, 0, "hour")).toBe("Nothing was sent in the last hour.");
    expect(deliverySentence(none, 7, "hour")).toBe("Nothing arrived in the last hour: 7 deliveries waiting.");
    expect(deliverySentence({ ...none, delivered: 5 }, 0, "hour", 800)).toBe(
      "Everything that was sent arrived: 5 delivered in the last hour. 95\u00a0% took at most 0.8 s.",
    );
    expect(deliverySentence({ ...none, delivered: 3, failed: 1 }, 0, "hour")).toBe(
      "75\u00a0% arrived in the last hour; 1 was given up.",
    );
  });

  it("counts what was sent again since as given up no longer, in sums as in the steps", () => {
    expect(givenUpOf(5, 5)).toEqual({ failed: 0, again: 5 });
    expect(givenUpOf(5, 2)).toEqual({ failed: 3, again: 2 });
    // A re-send of what was given up before the range.
    expect(givenUpOf(5, 9)).toEqual({ failed: 0, again: 5 });
    const steps = [1, 3, 0, 2].map((abandoned) => ({ abandoned }));
    expect(stillFailed(steps, 3).map(({ abandoned }) => abandoned)).toEqual([0, 1, 0, 2]);
    expect(stillFailed(steps, 6).map(({ abandoned }) => abandoned)).toEqual([0, 0, 0, 0]);
    expect(stillFailed(steps, 0)).toEqual(steps);
  });

  it("says why something waits, and when it goes on", () => {
    const at = "2026-11-22T10:05:00.000Z";
    expect(standingOf(REPORT)).toBeUndefined();
    expect(standingOf({ ...REPORT, waiting: 3 })).toBeUndefined();
    expect(standingOf({ ...REPORT, waiting: 3, paused: true })?.text).toContain("Paused by hand: 3 deliveries");
    expect(standingOf({ ...REPORT, waiting: 3, retrying: 1, probeAt: at })).toMatchObject({ tone: "danger", at });
    expect(standingOf({ ...REPORT, waiting: 3, retrying: 1, pausedUntil: at })?.text).toContain("asked for a rest");
    expect(standingOf({ ...REPORT, waiting: 3, retrying: 1, nextAttemptAt: at })?.at).toBe(at);
  });

  it("tells the trend of a reason, of retries by retries", () => {
    const row: OverviewRow = { discardReason: "500", total: 2, series: [{ time: "t", count: 2, retryCount: 5 }] };
    const of = { filtered: [], failed: [row], delivered: [row] };
    expect(trendOf({ status: "abandoned", reason: "500" }, of)).toEqual([{ time: "t", count: 2 }]);
    expect(trendOf({ status: "retry", reason: "500" }, of)).toEqual([{ time: "t", count: 5 }]);
    expect(trendOf({ status: "dropped", reason: "500" }, of)).toEqual([]);
  });

  it("joins the rows of several sources", () => {
    const rows = [
      { discardReason: "A", eventName: "E", eventType: "track", total: 1, series: [] },
      { discardReason: "A", eventName: "E", eventType: "track", total: 2, series: [] },
      { total: 9, series: [] },
    ];
    expect(reasonRows(rows)).toEqual([{ reason: "A", total: 3 }]);
    expect(eventRows(rows, 1)).toEqual([{ type: "", name: "", total: 9 }]);
  });
});

const letters = (given: Partial<LetterObject>): LetterObject => ({
  key: "k",
  at: new Date(NOW).toISOString(),
  segmentKey: "s",
  reasons: [
    { reason: "400", sentence: "Wrong.", count: 2 },
    { reason: "RETRY", sentence: "Too often.", count: 3 },
  ],
  lines: 5,
  subscriptionIds: [],
  resentAs: [],
  ...given,
});

describe("dead letters in words", () => {
  it("counts what a reason means, and all without one", () => {
    expect(matching(letters({}), {})).toBe(5);
    expect(matching(letters({}), { reason: "400" })).toBe(2);
    expect(reasonsIn([letters({}), letters({})]).map(({ count }) => count)).toEqual([6, 4]);
    expect(criteriaOf("400", "1h", NOW)).toEqual({ reason: "400", startTime: "2026-11-22T09:03:00.000Z" });
    expect(criteriaOf("", "never", NOW)).toEqual({});
  });

  it("are of the user of their event, or of its anonymous id", () => {
    expect(userOf({ userId: "u1", anonymousId: "a1" })).toBe("u1");
    expect(userOf({ userId: null, anonymousId: "a1" })).toBe("a1");
    expect([userOf({ userId: 5 }), userOf("not JSON")]).toEqual([undefined, undefined]);
  });

  it("says what was not sent again yet", () => {
    const sent = letters({ resentAs: ["r"] });
    expect(isUntouched(sent)).toBe(false);
    expect(lettersSentence([letters({})], false, false)).toBe("5 deliveries given up; none was sent again yet.");
    expect(lettersSentence([letters({}), sent], true, false)).toBe("More than 10 deliveries given up.");
    expect(lettersSentence([letters({}), sent], false, false)).toContain("5 of them not sent again yet");
  });

  it("says how far a re-send is", () => {
    const resend: Resend = {
      id: "r",
      at: new Date(NOW).toISOString(),
      criteria: { startTime: new Date(NOW - 90 * 24 * HOUR).toISOString() },
      opening: false,
      objects: 1,
      lines: 4,
      delivered: 4,
      abandoned: 0,
      dropped: 0,
      waiting: 0,
    };
    expect(resendSentence(resend)).toBe("All 4 delivered");
    expect(resendSentence({ ...resend, delivered: 1, waiting: 3 })).toBe("1 of 4 done");
    expect(resendSentence({ ...resend, delivered: 2, abandoned: 1, dropped: 1 })).toBe(
      "2 delivered, 1 given up again, 1 not wanted any more",
    );
    expect(resendScope(resend)).toBe("All reasons");
    expect(
      resendScope({ ...resend, criteria: { reason: "400", startTime: new Date(NOW - HOUR).toISOString() } }),
    ).toContain("Reason 400, given up since 2026-11-22");
  });
});

describe("a trace in words", () => {
  const at = new Date(NOW).toISOString();
  const trace: Trace = {
    messageId: "m",
    sourceId: "s",
    sourceName: "Shop",
    status: "accepted",
    receivedAt: at,
    skewMs: 2 * HOUR,
    clockCorrected: true,
    duplicates: { count: 1, times: [new Date(NOW + 1500).toISOString()] },
    refusals: [],
    segment: { key: "segment-logs/s/1/0-0.gz", line: 0, stored: true },
    steps: [],
    destinations: [],
    destinationsUnasked: 0,
  };
  const fate: TracedFate = { status: "delivered", failures: 0, attempts: [] };

  it("goes from the door to the archive, with the time between", () => {
    const stages = sourceStages(trace);
    expect(stages.map(({ title }) => title)).toEqual([
      "Received by Shop",
      "Its clock is 2 h ahead",
      "In the archive",
      "1 more copy of it came",
    ]);
    expect(stages.at(-1)?.gap).toBe(1500);
    expect([gapText(12), gapText(1500)]).toEqual(["+12 ms", "+1.5 s"]);
  });

  it("tells a refused one by its refusals alone", () => {
    const refusals = [{ at, reason: "no_user_anon_id", sentence: "Nobody." }];
    const stages = sourceStages({
      ...trace,
      status: "refused",
      refusals,
      segment: undefined,
      duplicates: { count: 0, times: [] },
    });
    expect(stages).toMatchObject([{ title: "Refused by Shop", code: "no_user_anon_id", tone: "bad" }]);
  });

  it("names the filter that stopped it", () => {
    const gate = {
      ...fate,
      status: "dropped" as const,
      sentence: "A filter stopped it.",
      detail: "filter “X” drops it",
    };
    expect(gateStage({ gate, subscriptions: [] })).toMatchObject({
      title: "Not sent",
      note: "A filter stopped it. Filter “X” drops it",
    });
  });

  it("lists each attempt with the time since the one before", () => {
    const attempts = [
      {
        at: new Date(NOW + 1000).toISOString(),
        attempt: 1,
        status: "retry" as const,
        reason: "500",
        sentence: "Fault.",
      },
      { at: new Date(NOW + 61_000).toISOString(), attempt: 2, status: "delivered" as const },
    ];
    const uncounted = (times: number) =>
      fateStages({ ...fate, attempts: [{ ...attempts[0]!, uncounted: times }] }, NOW)[0]?.title;
    expect([uncounted(1), uncounted(3)]).toEqual(["Attempt 1 failed", "Attempt 1 failed, 3 ×"]);
    expect(fateStages({ ...fate, attempts }, NOW)).toMatchObject([
      { title: "Attempt 1 failed", gap: 1000, code: "500" },
      { title: "Delivered at attempt 2", gap: 60_000 },
    ]);
  });

  it("is asked again while anything is pending, and says where it is", () => {
    const destination = { id: "d", name: "D", enabled: true, connected: true, state: "routed" as const };
    const pending = {
      gate: { ...fate, status: "passed" as const },
      subscriptions: [{ ...fate, id: "a", name: "A", status: "pending" as const }],
    };
    const arrived = { ...trace, destinations: [{ ...destination, deliveries: [{ gate: fate, subscriptions: [] }] }] };
    const waiting = { ...trace, destinations: [{ ...destination, deliveries: [pending] }] };
    expect(isPending({ trace: arrived })).toBe(false);
    expect(isPending({ trace: waiting })).toBe(true);
    expect(isPending({ trace: { ...trace, status: "pending" } })).toBe(true);
    expect(traceSentence(waiting)).toBe("It arrived and is in the archive; pending at 1 destination.");
    expect(traceSentence(trace)).toContain("no destination");
  });
});
