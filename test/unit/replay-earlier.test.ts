import { describe, expect, it } from "vitest";
import { REPLAY, type ListedReplay, type ReplayTrack } from "../../src/core/replay.ts";
import { earlierSends } from "../../src/core/replay-earlier.ts";

const track = (destinationId: string, delivered: number): ReplayTrack => ({
  destinationId,
  state: "done",
  segmentsDone: 1,
  opened: delivered,
  pending: 0,
  retrying: 0,
  delivered,
  dropped: {},
  abandoned: {},
  gone: 0,
});
const replay = (more: Partial<ListedReplay> = {}, tracks = [track("d1", 49)]): ListedReplay => ({
  id: "before",
  name: "nov-orders",
  sourceId: "s1",
  destinationIds: ["d1"],
  from: 100,
  to: 200,
  types: [],
  events: [],
  rate: 100,
  status: "finished",
  createdAt: 1000,
  startedAt: 1001,
  finishedAt: 1002,
  progress: { segments: 1, segmentsDone: 1, events: 49, destinations: tracks },
  ...more,
});
const ready = replay({ id: "ready", name: "again", status: "ready" }, []);
const found = (...others: ListedReplay[]) => earlierSends(ready, others).map(({ replayId }) => replayId);

describe("what earlier replays have sent", () => {
  it("is told with how much and when, by destination", () => {
    expect(earlierSends(ready, [replay({}, [track("d1", 49), track("d2", 7)])])).toEqual([
      {
        replayId: "before",
        name: "nov-orders",
        destinationId: "d1",
        status: "finished",
        from: 100,
        to: 200,
        delivered: 49,
        startedAt: 1001,
        finishedAt: 1002,
      },
    ]);
  });

  it("is about the same source, destination and time, and never about itself", () => {
    expect(found(replay({ from: 199, to: 300 }), replay({ from: 0, to: 101 }))).toHaveLength(2);
    expect(found(replay({ from: 200, to: 300 }), replay({ from: 0, to: 100 }))).toEqual([]);
    expect(found(replay({ sourceId: "s2" }), replay({ destinationIds: ["d2"] }, [track("d2", 1)]))).toEqual([]);
    expect(found(replay({ id: "ready" }))).toEqual([]);
  });

  it("names what is still being sent, and leaves out what was never started or ended with nothing", () => {
    const nothing = [track("d1", 0)];
    expect(found(replay({ status: "running" }, nothing), replay({ status: "paused" }, nothing))).toHaveLength(2);
    expect(found(replay({ status: "finished" }, nothing), replay({ status: "cancelled" }, nothing))).toEqual([]);
    const { startedAt: _, ...never } = replay({ status: "cancelled" });
    expect(found(never)).toEqual([]);
  });

  it("is a short list, the newest first", () => {
    const many = Array.from({ length: 30 }, (_, i) => replay({ id: `r${i}`, startedAt: i }));
    expect(found(...many)).toEqual(Array.from({ length: REPLAY.earlier }, (_, i) => `r${29 - i}`));
  });
});
