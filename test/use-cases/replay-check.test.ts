import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OpenDestination } from "../../src/core/catalog.ts";
import type { FilterAction, FilterRecord } from "../../src/core/filter-record.ts";
import type { LiveOutcomes } from "../../src/core/replay-ledger.ts";
import { addSums, NO_SUMS, reportOf } from "../../src/core/replay-report.ts";
import { AT_BEGINNING, REPLAY_STEPS, type CheckedStep, type LoadedStep } from "../../src/core/replay-steps.ts";
import { deliverJob } from "../../src/destinations/deliver-job.ts";
import { checkReplay, type ReplayCheckDeps } from "../../src/destinations/replay-check.ts";
import { loadReplay } from "../../src/destinations/replay-load.ts";
import { claimOf, memoryDelivery, openedDestination } from "../support/memory-delivery.ts";
import { testSubscription } from "../support/sends.ts";

const AT = Date.parse("2026-11-01T00:00:00.000Z");
const HOUR = 3_600_000;
const CRITERIA = { sourceId: "src_1", from: AT, to: AT + HOUR, types: [], events: [] };

const event = (fields: Record<string, unknown> = {}) => ({
  type: "track",
  event: "Tested",
  receivedAt: new Date(AT).toISOString(),
  integrations: {},
  context: {},
  ...fields,
});
const filter = (condition: string, actions: FilterAction[], title = "Rule"): FilterRecord => ({
  id: "flt_1",
  destinationId: "dst_1",
  sourceId: "src_1",
  title,
  if: condition,
  actions,
  enabled: true,
  createdAt: 0,
  updatedAt: 0,
});
const opened = (overrides: Partial<OpenDestination> = {}) => openedDestination("dst_1", "src_1", overrides);

const granted = {
  status: "granted",
  token: 1,
  criteria: CRITERIA,
  destinationIds: ["dst_1"],
  cursor: AT_BEGINNING,
  room: 1_000_000,
} as const;

/** An archive of these segments, in memory. */
function archiveOf(segments: readonly (readonly unknown[] | null)[]) {
  async function* linesOf(values: readonly unknown[]) {
    for (const value of values) yield typeof value === "string" ? value : JSON.stringify(value);
  }
  return {
    listSegments: async (_: string, { after = "0", limit }: { after?: string; limit: number }) => {
      const end = Number(after) + limit;
      const page = segments.slice(Number(after), end).map((lines, i) => {
        const key = String(Number(after) + i);
        return { key, count: lines?.length ?? 9, bytes: 10, firstAt: AT, lastAt: AT };
      });
      return { segments: page, ...(end < segments.length ? { next: String(end) } : {}) };
    },
    fetchSegment: async ({ key }: { key: string }) => {
      const lines = segments[Number(key)];
      return lines ? linesOf(lines) : null;
    },
    now: () => 0,
  };
}

/** The report of a dry run of these segments to one destination. */
async function check(
  segments: readonly (readonly unknown[] | null)[],
  destination: OpenDestination | null = opened(),
  more: Partial<ReplayCheckDeps> = {},
) {
  const told: CheckedStep[] = [];
  const deps: ReplayCheckDeps = {
    ...archiveOf(segments),
    openDestination: async () => destination,
    outcomesOf: async () => null,
    async checked(result) {
      told.push(result);
      return { proceed: !result.release };
    },
    chance: { random: () => 0.5, hash: () => new Uint8Array(16) },
    ...more,
  };
  await checkReplay({ replayId: "r1" }, granted, deps);
  const sums = told.reduce((all, result) => addSums(all, result.sums), NO_SUMS);
  return { told, report: reportOf(sums, ["dst_1"]), one: reportOf(sums, ["dst_1"]).destinations[0]! };
}

describe("a dry run", () => {
  it("says of any events what a delivery does with them", async () => {
    const TWO = [testSubscription(), testSubscription({ id: "sub_2", trigger: 'event = "A" or type = "page"' })];
    const destination = opened({
      subscriptions: [...TWO, testSubscription({ id: "off", enabled: false })],
      consentCategories: ["ads"],
      filters: [
        filter("event = 'B'", [{ type: "DROP" }]),
        filter("properties.n > 3", [{ type: "SAMPLE", percent: 0.5, path: "userId" }]),
        filter("all", [{ type: "DROP_PROPERTIES", fields: { properties: ["secret"] } }]),
      ],
    });
    const anyEvent = fc.record({
      type: fc.constantFrom("track", "page", "identify"),
      event: fc.constantFrom("A", "B", "C"),
      userId: fc.constantFrom("u1", "u2"),
      integrations: fc.constantFrom({}, { All: false }, { Test: false }),
      context: fc.constantFrom({}, { consent: {} }, { consent: { categoryPreferences: { ads: false } } }),
      properties: fc.record({ n: fc.constantFrom(1, 5, "many") }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 20 }), async (events) => {
        const lines = events.map(event);
        const { one, report } = await check([lines], destination);
        const { deps, limits, settlements } = memoryDelivery({
          opened: destination,
          claim: claimOf(lines.length, ["sub_1", "sub_2"]),
          lines,
        });
        await deliverJob(
          { destinationId: "dst_1", sourceId: "src_1", key: "0", replayId: "replay-r1-0" },
          deps,
          limits,
        );
        const outcomes = settlements.flatMap((settlement) => settlement.outcomes);
        const delivered = outcomes.filter(({ status }) => status === "delivered");
        expect(report.matched).toBe(lines.length);
        expect(one.wouldSend).toBe(delivered.length);
        expect(Object.fromEntries(one.would.map(({ subscriptionId, count }) => [subscriptionId, count]))).toEqual(
          Object.fromEntries(
            ["sub_1", "sub_2"]
              .map((id, i) => {
                const mine = delivered.filter(({ cell }) => Math.floor(cell / lines.length) === i + 1);
                return [id, mine.length] as const;
              })
              .filter(([, count]) => count > 0),
          ),
        );
        const dropped = Map.groupBy(
          outcomes.filter(({ status }) => status === "dropped"),
          ({ reason }) => reason!,
        );
        expect(one.dropped).toEqual(Object.fromEntries([...dropped].map(([reason, all]) => [reason, all.length])));
      }),
      { numRuns: 50 },
    );
  });

  it("gives what is to be expected where filters draw lots, and names them", async () => {
    const tenth = filter("event = 'Tested'", [{ type: "SAMPLE", percent: 0.1 }], "A tenth");
    const half = filter("userId = 'u1'", [{ type: "SAMPLE", percent: 0.5 }], "Half");
    const lines = [
      ...Array.from({ length: 100 }, () => event({ userId: "u1" })),
      ...Array.from({ length: 200 }, () => event({ userId: "u2" })),
      ...Array.from({ length: 7 }, () => event({ event: "Other" })),
    ];
    const { one } = await check([lines], opened({ filters: [tenth, half] }));
    expect(one).toMatchObject({
      wouldSend: 5 + 20 + 7,
      dropped: { FILTERED_BY_RULES: 95 + 180 },
      sampledBy: ["A tenth", "Half"],
      diff: { unknown: 32 },
    });
    const { one: exact } = await check([[event({ event: "Other" })]], opened({ filters: [tenth] }));
    expect(exact).toMatchObject({ wouldSend: 1, sampledBy: [] });
  });

  it("counts for certain what is stopped whatever the lots say", async () => {
    const half = filter("all", [{ type: "SAMPLE", percent: 0.5 }], "Half");
    const none = filter("event = 'Other'", [{ type: "DROP" }], "No others");
    const lines = [
      ...Array.from({ length: 8 }, () => event({ context: { consent: { categoryPreferences: { ads: false } } } })),
      ...Array.from({ length: 6 }, () => event({ event: "Other" })),
      "no JSON",
    ];
    const { one } = await check([lines], opened({ consentCategories: ["ads"], filters: [half, none] }));
    expect(one).toMatchObject({ wouldSend: 0, dropped: { FILTERED_BY_END_USER_CONSENT: 8, FILTERED_BY_RULES: 6 } });
    expect(one.sampledBy).toEqual([]);
  });

  it("compares with what became of the events then, subscription by subscription", async () => {
    const then: LiveOutcomes = {
      count: 4,
      lanes: ["sub_1", "sub_gone"],
      groups: [
        { lane: 0, status: "dropped", reason: "FILTERED_BY_RULES", lines: [0, 1] },
        { lane: 1, status: "delivered", lines: [1, 1] },
        { lane: 1, status: "abandoned", reason: "400", lines: [2, 1] },
        { lane: 2, status: "delivered", lines: [1, 3] },
      ],
    };
    const dropping = filter("event = 'Off'", [{ type: "DROP" }]);
    const lines = [event(), event(), event(), event({ event: "Off" })];
    const { one } = await check([lines, [event()]], opened({ filters: [dropping] }), {
      outcomesOf: async (_, key) => (key === "0" ? then : null),
    });
    expect(one).toMatchObject({
      wouldSend: 4,
      before: { delivered: 4, notDelivered: { FILTERED_BY_RULES: 1, "400": 1 }, unknown: 1 },
      diff: { alreadyDelivered: 1, newlySent: 2, unknown: 1, notSentNow: 3 },
    });
  });

  it("knows that nothing was delivered to a destination younger than what it remembers", async () => {
    const { one } = await check([[event()]], opened({ createdAt: AT + 719 * HOUR }), { now: () => AT + 720 * HOUR });
    expect(one.diff).toMatchObject({ newlySent: 1, unknown: 0 });
  });

  it("drops everything by name for a destination that was deleted or disconnected meanwhile", async () => {
    const { destination } = opened();
    expect((await check([[event()]], null)).one).toMatchObject({ wouldSend: 0, dropped: { destination_deleted: 1 } });
    const lost = opened({ destination: { ...destination, sourceIds: [] } });
    expect((await check([[event()]], lost)).one).toMatchObject({ dropped: { source_disconnected: 1 } });
  });

  it("waits when the archive's list is not complete yet", async () => {
    const listSegments = async () => ({ segments: [], adopting: true as const });
    const { told } = await check([], opened(), { listSegments });
    expect(told).toMatchObject([{ release: true, waitMs: REPLAY_STEPS.adoptingMs, cursor: AT_BEGINNING }]);
  });

  it("tells how far it is while it goes on, and fetches a few segments ahead but no more", async () => {
    let time = 0;
    let most = 0;
    let fetched = 0;
    let read = 0;
    const archive = archiveOf(Array.from({ length: 130 }, () => [event()]));
    const { told, report } = await check([], opened(), {
      ...archive,
      now: () => (time += 20),
      fetchSegment: async (segment) => {
        most = Math.max(most, ++fetched - read);
        const lines = await archive.fetchSegment(segment);
        read++;
        return lines;
      },
    });
    expect(report.matched).toBe(130);
    expect(told.length).toBeGreaterThan(1);
    expect(told.map(({ release }) => release).indexOf(true)).toBe(told.length - 1);
    expect(told.at(-1)!.cursor).toEqual({ left: [], last: true });
    expect(most).toBeLessThanOrEqual(REPLAY_STEPS.fetchedAhead);
  });
});

describe("choosing lines", () => {
  async function load(segments: readonly (readonly unknown[] | null)[], claim: Partial<typeof granted> = {}) {
    const told: LoadedStep[] = [];
    const step = { replayId: "r1", destinationId: "dst_1" };
    await loadReplay(
      step,
      { ...granted, ...claim },
      {
        ...archiveOf(segments),
        async loaded(result) {
          told.push(result);
          return { proceed: !result.release };
        },
      },
    );
    return told;
  }

  it("names the lines of each segment, and what it passed over", async () => {
    const late = event({ receivedAt: new Date(AT + HOUR).toISOString() });
    const told = await load([[event(), late, "no json", event(), event()], [late], null]);
    expect(told).toEqual([
      {
        replayId: "r1",
        destinationId: "dst_1",
        token: 1,
        cursor: { left: [], last: true },
        release: true,
        chosen: [
          {
            key: "0",
            count: 5,
            lines: [
              [0, 1],
              [3, 5],
            ],
          },
        ],
        passed: 2,
        gone: 9,
      },
    ]);
  });

  it("ends when there is enough on the shelf, and goes on from there", async () => {
    const segments = Array.from({ length: 10 }, () => [event(), event()]);
    const [first] = await load(segments, { room: 5 as never });
    expect(first).toMatchObject({ chosen: [{ key: "0" }, { key: "1" }, { key: "2" }], release: true });
    const [second] = await load(segments, { cursor: first!.cursor as never });
    expect(second!.chosen.map(({ key }) => key)).toEqual(["3", "4", "5", "6", "7", "8", "9"]);
  });
});
