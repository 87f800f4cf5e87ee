import { describe, expect, it } from "vitest";
import {
  draftLike,
  draftOf,
  draftProblems,
  type ReplayDraft,
  requestOf,
  searchOf,
  withLikely,
} from "../../dashboard/logic/replay-draft.ts";
import { eventsWithin, namesIn, windowOf, windowText } from "../../dashboard/logic/replay-range.ts";
import { ReplayRequest } from "../../src/core/replay.ts";

const NOW = Date.parse("2026-11-22T10:03:30.000Z");
const HOUR = 3_600_000;
const iso = (at: number): string => new Date(at).toISOString();

describe("the window of a replay", () => {
  const own = { range: "own", from: "2026-11-22T08:00", to: "2026-11-22T09:00" } as const;

  it("ends now, or is of two times in UTC", () => {
    expect(windowOf({ ...own, range: "24h" }, NOW, undefined)).toEqual({ from: NOW - 24 * HOUR, to: NOW });
    expect(windowOf(own, NOW, undefined)).toEqual({
      from: Date.parse("2026-11-22T08:00:00.000Z"),
      to: Date.parse("2026-11-22T09:00:00.000Z"),
    });
    expect(windowOf({ ...own, range: "all" }, NOW, NOW - 77 * HOUR)).toEqual({ from: NOW - 77 * HOUR, to: NOW });
  });

  it("is refused with a sentence when it is none", () => {
    expect(windowOf({ ...own, to: "" }, NOW, undefined)).toBe("Name both times.");
    expect(windowOf({ ...own, to: own.from }, NOW, undefined)).toBe("The end has to be after the start.");
    expect(windowOf({ ...own, from: "2027-01-01T00:00", to: "2027-01-02T00:00" }, NOW, undefined)).toBe(
      "This time has not come yet.",
    );
  });

  it("is written with the day once where one is enough", () => {
    expect(windowText("2026-11-22T08:00:00.000Z", "2026-11-22T09:30:00.000Z")).toBe("2026-11-22 08:00 – 09:30 UTC");
    expect(windowText("2026-11-21T08:00:00.000Z", "2026-11-22T09:30:00.000Z")).toBe(
      "2026-11-21 08:00 – 2026-11-22 09:30 UTC",
    );
  });

  it("holds roughly as many events as its share of each day's time", () => {
    const day = { events: 100, firstAt: iso(NOW - 20 * HOUR), lastAt: iso(NOW - 10 * HOUR - 1), kinds: [] };
    expect(eventsWithin([day], { from: NOW - 24 * HOUR, to: NOW })).toBe(100);
    expect(eventsWithin([day], { from: NOW - 15 * HOUR, to: NOW })).toBe(50);
    expect(eventsWithin([day], { from: NOW - 5 * HOUR, to: NOW })).toBe(0);
    const moment = { events: 3, firstAt: iso(NOW), lastAt: iso(NOW), kinds: [] };
    expect(eventsWithin([moment], { from: NOW, to: NOW + 1 })).toBe(3);
  });

  it("suggests names of track calls, the most frequent of all days first", () => {
    const kinds = [
      { type: "track", name: "A", count: 2 },
      { type: "track", name: "(other)", count: 90 },
      { type: "page", name: "Home", count: 9 },
    ];
    const day = { events: 0, firstAt: iso(NOW), lastAt: iso(NOW), kinds };
    expect(namesIn([day, { ...day, kinds: [{ type: "track", name: "B", count: 3 }] }, day])).toEqual([
      { name: "A", count: 4 },
      { name: "B", count: 3 },
    ]);
  });
});

describe("the form of a replay", () => {
  const filled: ReplayDraft = {
    name: "June, again",
    sourceId: "s1",
    destinationIds: ["d1", "d2"],
    range: "own",
    from: "2026-11-22T08:00",
    to: "2026-11-22T09:00",
    types: ["track", "page"],
    events: ['a, "b" & c', "🎉"],
    condition: "properties.total > 3",
    rate: "500",
  };
  const window = { from: Date.parse("2026-11-22T08:00Z"), to: Date.parse("2026-11-22T09:00Z") };

  it("comes back from its address as it was", () => {
    expect(draftOf(searchOf(filled)!, NOW)).toEqual(filled);
    const usual = draftOf({}, NOW);
    expect(searchOf(usual)).toEqual({ range: "24h" });
    expect(draftOf({ range: "24h" }, NOW)).toEqual(usual);
  });

  it("takes a hand-written address as far as it makes sense", () => {
    const draft = draftOf(
      { from: "2026-11-01", to: "2026-11-02T00:00:00.000Z", types: "track,nonsense", events: "not json" },
      NOW,
    );
    expect(draft).toMatchObject({ range: "own", from: "2026-11-01T00:00", to: "2026-11-02T00:00", types: ["track"] });
    expect(draft.events).toEqual([]);
    expect(draftOf({ from: "yesterday", to: "today" }, NOW).range).toBe("24h");
  });

  it("is not put into an address that would be refused for its length", () => {
    const events = Array.from({ length: 100 }, (_, i) => `${i} ${"x".repeat(60)}`);
    expect(searchOf({ ...filled, events })).toBeUndefined();
  });

  it("begins with what was asked for, else with the only source and the only destination that there is", () => {
    const destinations = [
      { id: "d1", sourceIds: ["s1"] },
      { id: "d2", sourceIds: ["s1", "s2"] },
    ];
    const begin = (given: Partial<ReplayDraft>, sources: readonly string[] = ["s1", "s2"]): unknown[] => {
      const draft = { ...draftOf({}, NOW), ...given };
      const { sourceId, destinationIds } = withLikely(
        draft,
        sources.map((id) => ({ id })),
        destinations,
      );
      return [sourceId, destinationIds];
    };
    expect(begin({})).toEqual(["", []]);
    expect(begin({}, ["s2"])).toEqual(["s2", ["d2"]]);
    expect(begin({ sourceId: "s1" })).toEqual(["s1", []]);
    expect(begin({ sourceId: "s2" })).toEqual(["s2", ["d2"]]);
    expect(begin({ destinationIds: ["d2"] })).toEqual(["s1", ["d2"]]);
    expect(begin({ sourceId: "gone", destinationIds: ["d1", "gone"] })).toEqual(["s1", ["d1"]]);
    // A destination of another source is none of this one's.
    expect(begin({ sourceId: "s2", destinationIds: ["d1"] })).toEqual(["s2", ["d2"]]);
  });

  it("asks for what the control plane takes", () => {
    expect(draftProblems(filled, window, "")).toEqual({});
    const { startTime, endTime, ...rest } = requestOf(filled, window, 500);
    const request = { id: "r1", ...rest, from: Date.parse(startTime), to: Date.parse(endTime) };
    expect(ReplayRequest.parse(request)).toEqual(request);
    expect(requestOf({ ...filled, types: ["page"], condition: "all", name: " " }, window, 1)).toEqual({
      sourceId: "s1",
      destinationIds: ["d1", "d2"],
      startTime: "2026-11-22T08:00:00.000Z",
      endTime: "2026-11-22T09:00:00.000Z",
      types: ["page"],
      // Names mean nothing without track calls.
      events: [],
      rate: 1,
    });
  });

  it("names at each field what has to be put right", () => {
    const empty = { ...filled, sourceId: "", destinationIds: [], rate: "0" };
    expect(Object.keys(draftProblems(empty, "Name both times.", "half a na"))).toEqual([
      "sourceId",
      "destinationIds",
      "endTime",
      "events",
      "rate",
    ]);
    for (const rate of ["", "1.5", "abc", "10001", "-1", "1e3"])
      expect(draftProblems({ ...filled, rate }, window, "")["rate"], rate).toBeDefined();
    const many = Array.from({ length: 11 }, (_, i) => `d${i}`);
    expect(draftProblems({ ...filled, destinationIds: many }, window, "")["destinationIds"]).toContain("10");
  });

  it("begins like another replay, with its whole window", () => {
    const like = draftLike({
      id: "r1",
      name: "x",
      sourceId: "s1",
      destinationIds: ["d1"],
      startTime: "2026-11-22T08:00:30.000Z",
      endTime: "2026-11-22T09:00:30.000Z",
      types: [],
      events: [],
      filter: "f",
      rate: 100,
      status: "finished",
      createdAt: iso(NOW),
      progress: { segments: 0, segmentsDone: 0, events: 0, destinations: [] },
    });
    expect(like).toMatchObject({ from: "2026-11-22T08:00", to: "2026-11-22T09:01", condition: "f", range: "own" });
  });
});
