import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findTrace, type TraceDeps } from "../../src/api/trace-search.ts";
import type { DestinationView, SourceView } from "../../src/core/catalog.ts";
import { toEntry } from "../../src/core/debugger.ts";
import type { LookupResult } from "../../src/core/intake.ts";
import type { LaneTrace } from "../../src/core/ledger.ts";
import { ok } from "../../src/core/result.ts";
import { sampleOfRefusal } from "../../src/core/sample.ts";
import { TRACE } from "../../src/core/trace.ts";

const NOON = Date.UTC(2026, 10, 22, 12);
const sourceOf = (id: string) => ({ id, name: `Source ${id}` }) as SourceView;
const destinationOf = (id: string, ...sourceIds: string[]) =>
  ({ id, name: `Destination ${id}`, enabled: true, createdAt: 0, sourceIds }) as unknown as DestinationView;

const found = (firstSeenAt = NOON): LookupResult => ({
  segment: "key",
  line: 0,
  stored: true,
  firstSeenAt,
  duplicates: { count: 0, atLeast: false, times: [] },
});
const DELIVERED: LaneTrace[] = [{ status: "delivered", failures: 0, attempts: [] }];
const refused = toEntry(sampleOfRefusal({ messageId: "m" }, { reason: "no_user_anon_id" }, NOON), 1);

/** What a workspace knows; a source or destination that is not named knows nothing. */
function world(known: {
  lookups?: Record<string, LookupResult>;
  refusals?: Record<string, (typeof refused)[]>;
  ledgers?: Record<string, readonly LaneTrace[] | "broken">;
  destinations?: readonly DestinationView[];
}) {
  const lineTrace = vi.fn<TraceDeps["lineTrace"]>(async (id) => {
    const lanes = known.ledgers?.[id] ?? [];
    if (lanes === "broken") throw new Error("no answer within 3000 ms");
    return lanes;
  });
  const deps: TraceDeps = {
    lookup: async ({ id }) => known.lookups?.[id] ?? null,
    refusals: async (id) => known.refusals?.[id] ?? [],
    readEvent: async () => ({ type: "track" }),
    whyMissing: async () => "Retention has ended its time.",
    lineTrace,
    now: () => NOON + 1000,
  };
  const catalog = {
    listDestinations: async () => [...(known.destinations ?? [])],
    listSubscriptions: async () => ok([]),
  };
  const find = (ids: readonly string[], more: Partial<TraceDeps> = {}) =>
    findTrace("m", ids.map(sourceOf), catalog, { ...deps, ...more });
  return { find, lineTrace };
}

beforeEach(() => void vi.spyOn(console, "warn").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

describe("which source a trace is of", () => {
  it("is the one that accepted the event first; the others that know the id are named", async () => {
    const { find } = world({
      lookups: { b: found(NOON + 500), c: found(NOON) },
      refusals: { a: [{ ...refused, receivedAt: NOON - 1000 }] },
    });
    const answer = await find(["a", "b", "c", "d"]);
    expect(answer.found?.trace).toMatchObject({ sourceId: "c", sourceName: "Source c", status: "accepted" });
    expect(answer.found?.otherSources.map(({ sourceId, status }) => [sourceId, status])).toEqual([
      ["b", "accepted"],
      ["a", "refused"],
    ]);
    expect(answer.search).toEqual({ asked: 4, unasked: 0, unanswered: [] });
  });

  it("is none when nobody knows the id", async () => {
    expect(await world({}).find(["a"])).toEqual({ found: null, search: { asked: 1, unasked: 0, unanswered: [] } });
  });

  it("names those that could not be asked, and does not wait for them with the others", async () => {
    const { find } = world({ lookups: { b: found() } });
    const lookup: TraceDeps["lookup"] = async ({ id }) => {
      if (id === "a") throw new Error("overloaded");
      return id === "b" ? found() : null;
    };
    const answer = await find(["a", "b"], { lookup });
    expect(answer.found?.trace.sourceId).toBe("b");
    expect(answer.search.unanswered).toEqual([{ sourceId: "a", sourceName: "Source a" }]);
  });

  it("counts the sources beyond its bound as not asked", async () => {
    const ids = Array.from({ length: TRACE.sources + 7 }, (_, i) => `s${i}`);
    expect((await world({}).find(ids)).search).toMatchObject({ asked: TRACE.sources, unasked: 7 });
  });

  it("asks nobody any more once its time is up", async () => {
    const clock = { now: NOON };
    const lookup = async () => {
      clock.now += 1000;
      return null;
    };
    const ids = Array.from({ length: 100 }, (_, i) => `s${i}`);
    const { search } = await world({}).find(ids, { lookup, now: () => clock.now });
    expect(search.asked + search.unasked).toBe(100);
    expect(search.asked).toBeLessThan(60);
  });

  it("never has more than its bound of questions under way", async () => {
    let underWay = 0;
    let most = 0;
    const lookup = async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay--;
      return null;
    };
    await world({}).find(
      Array.from({ length: 100 }, (_, i) => `s${i}`),
      { lookup },
    );
    expect(most).toBe(TRACE.atOnce);
  });
});

describe("which destinations a trace has", () => {
  const destinations = [destinationOf("crm", "a", "b"), destinationOf("ads", "b"), destinationOf("old", "c")];

  it("are all of the source, and those that got the event before they were taken from it", async () => {
    const { find } = world({
      lookups: { a: found() },
      ledgers: { crm: DELIVERED, old: DELIVERED },
      destinations,
    });
    const answer = await find(["a"]);
    expect(answer.found?.trace.destinations.map(({ id, connected, state }) => [id, connected, state])).toEqual([
      ["crm", true, "routed"],
      ["old", false, "routed"],
    ]);
    expect(answer.found?.trace.destinationsUnasked).toBe(0);
  });

  it("are unknown where the ledger does not answer; the others are told all the same", async () => {
    const { find } = world({
      lookups: { b: found() },
      ledgers: { crm: "broken", ads: DELIVERED },
      destinations,
    });
    expect((await find(["b"])).found?.trace.destinations).toMatchObject([
      { id: "crm", state: "unknown", sentence: "Unknown: its ledger did not answer.", deliveries: [] },
      { id: "ads", state: "routed" },
    ]);
  });

  it("are not asked about an event whose segment is not written, or that was refused", async () => {
    const pending = world({ lookups: { a: { ...found(), stored: false } }, destinations });
    expect((await pending.find(["a"])).found?.trace.destinations).toMatchObject([{ id: "crm", state: "waiting" }]);
    const not = world({ refusals: { a: [refused] }, destinations });
    expect((await not.find(["a"])).found?.trace).toMatchObject({ status: "refused", destinations: [] });
    expect([pending.lineTrace.mock.calls, not.lineTrace.mock.calls]).toEqual([[], []]);
  });

  it("are asked up to a bound; of the rest it says that they were not", async () => {
    const many = [
      ...Array.from({ length: TRACE.destinations + 1 }, (_, i) => destinationOf(`own${i}`, "a")),
      ...Array.from({ length: TRACE.others + 3 }, (_, i) => destinationOf(`other${i}`, "b")),
    ];
    const { find, lineTrace } = world({ lookups: { a: found() }, destinations: many });
    const trace = (await find(["a"])).found?.trace;
    expect(trace?.destinations.at(-1)).toMatchObject({ id: `own${TRACE.destinations}`, state: "unknown" });
    expect([lineTrace.mock.calls.length, trace?.destinationsUnasked]).toEqual([TRACE.destinations + TRACE.others, 3]);
  });

  it("and the event itself may fail to be read without failing the trace", async () => {
    const { find } = world({ lookups: { a: found() }, ledgers: { crm: DELIVERED }, destinations });
    const readEvent = () => Promise.reject(new Error("R2 is down"));
    const answer = await find(["a"], { readEvent });
    expect(answer.found?.trace).toMatchObject({
      eventMissing: "The archive did not answer.",
      destinations: [{ state: "routed" }],
    });
  });

  it("and an event that is kept no longer is said to be so", async () => {
    const { find } = world({ lookups: { a: found() }, ledgers: { crm: DELIVERED }, destinations });
    const answer = await find(["a"], { readEvent: async () => undefined });
    expect(answer.found?.trace).toMatchObject({ eventMissing: "Retention has ended its time." });
  });
});
