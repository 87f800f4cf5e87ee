import { describe, expect, it } from "vitest";
import { EMPTY_LIST, type LiveFrame, type LiveList, moveList } from "../../dashboard/logic/live-list.ts";

const rows = (...seqs: number[]) =>
  seqs.map((seq) => ({ seq, receivedAt: seq, status: "accepted" as const, raw: "{}" }));
const frame = (kind: LiveFrame["kind"], seqs: number[], fresh = false, hidden = 0): LiveFrame => ({
  kind,
  entries: rows(...seqs),
  hidden,
  fresh,
});
const take = (list: LiveList, next: LiveFrame, held = false): LiveList =>
  moveList(list, { kind: "frame", frame: next, held });
const seqs = (entries: LiveList["shown"]): number[] => entries.map((entry) => entry.seq);
const loaded = take(EMPTY_LIST, frame("ring", [3, 2, 1], true));

describe("the live list", () => {
  it("knows nothing until the first ring has come, even an empty one", () => {
    expect(EMPTY_LIST.loaded).toBe(false);
    expect(take(EMPTY_LIST, frame("ring", [], true)).loaded).toBe(true);
  });

  it("puts new rows on top", () => {
    expect(seqs(take(loaded, frame("entries", [5, 4])).shown)).toEqual([5, 4, 3, 2, 1]);
  });

  it("moves nothing while it is held: new rows wait", () => {
    const held = take(take(loaded, frame("entries", [4]), true), frame("entries", [5]), true);
    expect(seqs(held.shown)).toEqual([3, 2, 1]);
    expect(seqs(held.waiting)).toEqual([5, 4]);
  });

  it("shows what waited when it is released", () => {
    const held = take(loaded, frame("entries", [4]), true);
    const released = moveList(held, { kind: "release" });
    expect(seqs(released.shown)).toEqual([4, 3, 2, 1]);
    expect(released.waiting).toEqual([]);
  });

  it("adds the older rest of a large ring below, held or not", () => {
    const ring = take(EMPTY_LIST, frame("ring", [9, 8], true), true);
    const rest = take(ring, frame("entries", [7, 6]), true);
    expect(seqs(rest.shown)).toEqual([9, 8, 7, 6]);
    expect(rest.waiting).toEqual([]);
  });

  it("shows no row twice after a reconnection", () => {
    const again = take(loaded, frame("ring", [4, 3, 2]));
    expect(seqs(again.shown)).toEqual([4, 3, 2, 1]);
  });

  it("keeps rows that wait when the connection is made anew while it is held", () => {
    const held = take(loaded, frame("entries", [4]), true);
    const again = take(held, frame("ring", [5, 4]), true);
    expect(seqs(again.shown)).toEqual([3, 2, 1]);
    expect(seqs(again.waiting)).toEqual([5, 4]);
  });

  it("is replaced by the ring that answers a new filter", () => {
    const filtered = take(take(loaded, frame("entries", [4]), true), frame("ring", [2], true), true);
    expect(seqs(filtered.shown)).toEqual([2]);
    expect(filtered.waiting).toEqual([]);
  });

  it("keeps the newest thousand", () => {
    const many = take(
      EMPTY_LIST,
      frame(
        "ring",
        Array.from({ length: 1500 }, (_, index) => 1500 - index),
        true,
      ),
    );
    expect(many.shown).toHaveLength(1000);
    expect(many.shown[0]?.seq).toBe(1500);
  });

  it("repeats what the server says is hidden", () => {
    expect(take(loaded, frame("entries", [], false, 42)).hidden).toBe(42);
  });
});
