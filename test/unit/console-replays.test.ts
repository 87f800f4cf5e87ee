import { describe, expect, it } from "vitest";
import type { ListedReplay, ReplayTrack } from "../../dashboard/api/replay-types.ts";
import { replayIdOf } from "../../dashboard/logic/replay-id.ts";
import { replayAnswer, replaysAnswer } from "../../dashboard/logic/replay-answers.ts";
import { isTriedAgain, trackFigures, trackSentence, trackWord } from "../../dashboard/logic/replay-tracks.ts";
import { doneShare, isMoving, progressWords, scopeWords, trackShare } from "../../dashboard/logic/replays.ts";
import { replayJobId } from "../../src/core/replay.ts";

const NOW = Date.parse("2026-11-22T10:03:30.000Z");
const HOUR = 3_600_000;
const iso = (at: number): string => new Date(at).toISOString();

const track = (more: Partial<ReplayTrack> = {}): ReplayTrack => ({
  destinationId: "d1",
  state: "sending",
  segmentsDone: 0,
  opened: 0,
  pending: 0,
  retrying: 0,
  delivered: 0,
  dropped: {},
  abandoned: {},
  gone: 0,
  ...more,
});

const replay = (
  more: Partial<ListedReplay> = {},
  tracks: readonly ReplayTrack[] = [],
  events = 1000,
): ListedReplay => ({
  id: "r1",
  sourceId: "s1",
  destinationIds: ["d1"],
  startTime: iso(NOW - 10 * HOUR),
  endTime: iso(NOW),
  types: [],
  events: [],
  rate: 100,
  status: "ready",
  createdAt: iso(NOW),
  progress: { segments: 10, segmentsDone: 0, events, destinations: [...tracks] },
  ...more,
});

describe("how far a replay is", () => {
  it("is the time that its dry run has read, while it is checked", () => {
    const checking = replay({ status: "checking" });
    expect(doneShare(checking)).toBe(0);
    const checkedUntil = iso(NOW - 4 * HOUR);
    expect(doneShare({ ...checking, progress: { ...checking.progress, checkedUntil } })).toBeCloseTo(0.6);
    expect(doneShare(replay({ status: "ready" }))).toBeUndefined();
  });

  it("is how many events have come to an end at all its destinations, while they are sent", () => {
    const tracks = [track({ opened: 500, pending: 100 }), track({ state: "waiting" })];
    const running = replay({ status: "running" }, tracks);
    expect(doneShare(running)).toBeCloseTo(0.2);
    expect(progressWords(running)).toBe("20\u00a0% of 1,000 events");
  });

  it("counts events that the archive lost as come to an end, and a destination that is done as whole", () => {
    expect(doneShare(replay({ status: "running" }, [track({ opened: 300, gone: 200 })]))).toBeCloseTo(0.5);
    expect(doneShare(replay({ status: "running" }, [track({ state: "done", opened: 990 })]))).toBe(1);
  });

  it("stays where it was when it is cancelled: what was dropped then was not done", () => {
    const cancelled = [track({ state: "done", opened: 500, delivered: 400, dropped: { replay_cancelled: 100 } })];
    expect(doneShare(replay({ status: "cancelled" }, cancelled))).toBeCloseTo(0.4);
    expect(doneShare(replay({ status: "cancelled" }))).toBe(0);
    expect(progressWords(replay({ status: "cancelled" }))).toBe("nothing was sent");
  });

  it("is nothing at all when nothing matched, and says so", () => {
    const done = track({ state: "done" });
    const empty = replay({ status: "finished" }, [done], 0);
    expect([doneShare(empty), trackShare(done, empty)]).toEqual([0, 0]);
    expect(trackFigures(done, empty)).toBe("Nothing matched, so nothing was sent.");
    expect([progressWords(empty), replayAnswer(empty)]).toEqual([
      "nothing matched",
      "Nothing matched, so nothing was sent.",
    ]);
    const whole = track({ state: "done", opened: 2 });
    expect(trackFigures(whole, replay({ status: "finished" }, [whole], 2))).toBe(
      "2 events handed over, all at their end.",
    );
    expect(trackFigures(track({ opened: 3, pending: 1 }), replay({ status: "running" }, [], 4))).toBe(
      "2 of 4 events (50\u00a0%) done, 1 on their way.",
    );
  });

  it("is asked for again while something moves, also what a pause or a cancel lets come to its end", () => {
    expect(isMoving(replay({ status: "checking" }))).toBe(true);
    expect(isMoving(replay({ status: "paused" }, [track({ opened: 5 })]))).toBe(false);
    expect(isMoving(replay({ status: "paused" }, [track({ opened: 5, pending: 1 })]))).toBe(true);
    expect(isMoving(replay({ status: "cancelled" }, [track({ opened: 5, pending: 1 })]))).toBe(true);
    expect(isMoving(replay({ status: "finished" }, [track({ opened: 5 })]))).toBe(false);
  });
});

describe("the sentence over a replay", () => {
  const ended = [track({ state: "done", delivered: 980, dropped: { FILTERED_BY_RULES: 15 }, abandoned: { "400": 5 } })];
  it.each([
    [replay({ status: "checking" }), "The dry run begins in some seconds. Nothing is sent."],
    [replay({ status: "ready" }), "The dry run is done. Nothing has been sent."],
    [replay({ status: "ready" }, [], 0), "It is about no event at all."],
    [replay({ status: "running" }, [track({ opened: 400 })]), "At 100 events a second it takes about 6 s more."],
    [
      replay({ status: "running" }, [track({ opened: 1000, pending: 3, delivered: 997 })]),
      "All events are on their way; the last ones come to their end.",
    ],
    // The rate says nothing of a destination that takes nothing.
    [
      replay({ status: "running" }, [track({ opened: 1000, pending: 3, delivered: 997 }), track({ state: "held" })]),
      "All events are on their way; the last ones come to their end. Not counted: 1 destination that takes none at present.",
    ],
    [
      replay({ status: "running" }, [track({ state: "waiting" })]),
      "Waiting for its turn: another replay to the same destination goes first.",
    ],
    [
      replay({ status: "running" }, [track({ state: "held" }), track({ state: "done" })]),
      "Held up: no destination takes events at this moment.",
    ],
    [replay({ status: "finished" }, ended), "980 delivered, 15 not sent, 5 given up."],
    [replay({ status: "cancelled" }), "Nothing was sent."],
    [replay({ status: "failed", error: "R2 is away" }), "The dry run stopped: R2 is away"],
    [replay({ status: "failed", error: "R2 is away" }, [track()]), "It stopped: R2 is away"],
  ])("%#", (one, sentence) => {
    expect(replayAnswer(one)).toBe(sentence);
  });

  it("says of a destination why it does not go on, and what the user can do", () => {
    expect(trackSentence(track({ state: "held", heldBy: "destination_paused" }), "running")).toContain("resumed there");
    expect(trackSentence(track({ state: "held", heldBy: "destination_down", retrying: 2 }), "running")).toContain(
      "2 events failed and will be tried again",
    );
    expect(trackSentence(track({ state: "waiting" }), "running")).toContain("goes first");
    expect(trackSentence(track({ pending: 3 }), "paused")).toBe("What was handed over is still sent.");
    expect(trackSentence(track({ state: "done" }), "running")).toBe("");
    expect(trackWord(track({ state: "held" }), "running")).toBe("held up");
    expect(trackWord(track({ state: "done" }), "finished")).toBe("done");
    // What a cancel has left over is not done.
    expect(trackWord(track({ state: "done" }), "cancelled")).toBe("cancelled");
  });

  it("says that a destination took nothing rather than how long it takes, while events wait there", () => {
    const answer = (...tracks: ReplayTrack[]): string => replayAnswer(replay({ status: "running" }, tracks));
    const silent = track({ opened: 400, pending: 400 });
    expect(answer(silent)).toBe("The destination does not answer yet: 400 events wait there.");
    expect(trackSentence(silent, "running")).toBe("It does not answer yet.");
    const failing = track({ opened: 400, pending: 400, retrying: 50 });
    expect(answer(failing)).toBe("The destination took no event yet: 400 events wait there.");
    expect(trackSentence(failing, "running")).toBe("It took no event yet. 50 events failed and will be tried again.");
    expect(answer(silent, silent)).toBe("No destination answers yet.");
    expect(answer(failing, silent)).toBe("No destination took an event yet.");
    expect(answer(silent, track({ opened: 400, delivered: 300, pending: 100 }))).toBe(
      "At 100 events a second it takes about 6 s more. Not counted: 1 destination that takes none at present.",
    );
  });

  it("tells of the next try only where one comes by itself", () => {
    expect(isTriedAgain(track({ state: "held", heldBy: "destination_down" }), "running")).toBe(true);
    expect(isTriedAgain(track({ pending: 2, retrying: 2 }), "running")).toBe(true);
    expect(isTriedAgain(track({ pending: 2, retrying: 2 }), "paused")).toBe(true);
    expect(isTriedAgain(track({ pending: 2 }), "running")).toBe(false);
    expect(isTriedAgain(track({ state: "held", heldBy: "destination_paused", retrying: 2 }), "running")).toBe(false);
    expect(isTriedAgain(track({ state: "done" }), "finished")).toBe(false);
  });

  it("counts a list by what needs somebody", () => {
    expect(replaysAnswer([], false)).toBe("Nothing was sent again yet.");
    expect(replaysAnswer([replay({ status: "finished" })], true)).toBe("More than 1 replay; none is under way.");
    expect(replaysAnswer([replay({ status: "running" }), replay(), replay()], false)).toBe(
      "3 replays: 1 sending and 2 ready to start.",
    );
  });
});

describe("what a replay is called", () => {
  it.each([
    [{ types: [], events: [] }, "All events"],
    [{ types: [], events: [], filter: "userId != null" }, "Events that match a filter"],
    [{ types: ["page", "screen"], events: [] }, "Page and screen calls"],
    [{ types: [], events: ["A"] }, "A"],
    [{ types: [], events: ["A", "B"] }, "A and B"],
    [{ types: ["track", "page"], events: ["A", "B", "C"] }, "A and 2 other names, and page calls"],
  ] as const)("%o", (given, words) => {
    expect(scopeWords({ ...given, types: [...given.types], events: [...given.events] })).toBe(words);
  });

  it("shows what would act unseen in a name", () => {
    expect(scopeWords({ types: [], events: ["a\u202eb"] })).toBe(String.raw`a\u202eb`);
  });

  it("is found in the ids of its jobs, and not in those of re-sends", () => {
    expect(replayIdOf(replayJobId("a-b_c-1", 12))).toBe("a-b_c-1");
    expect(replayIdOf("letters-1")).toBeUndefined();
    expect(replayIdOf(undefined)).toBeUndefined();
  });
});
