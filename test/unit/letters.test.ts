import { describe, expect, it } from "vitest";
import { deadLetterKey } from "../../src/core/dead-letter.ts";
import {
  goesAsReplay,
  describeEntries,
  entriesOf,
  jobOf,
  joinTaken,
  readEntries,
  resendIdOf,
  resendReplayId,
  takeEntries,
  writeEntries,
} from "../../src/core/letters.ts";
import type { SettledCell } from "../../src/core/ledger.ts";

/** Ten lines on two lanes: gates 0–9, lane "one" 10–19, lane "two" 20–29. */
const JOB = { count: 10, lanes: ["one", "two"] };
const gaveUp = (cell: number, reason = "400"): SettledCell => ({ cell, status: "abandoned", reason });
const entries = entriesOf(
  { key: "k", cells: [10, 11, 13, 24, 25, 7] },
  [
    gaveUp(10),
    gaveUp(11),
    gaveUp(13, "401"),
    gaveUp(24),
    gaveUp(7, "MESSAGE_REJECTED"),
    gaveUp(29),
    { cell: 25, status: "delivered" },
  ],
  JOB,
);

describe("an object of dead letters", () => {
  it("is known by reason and subscription, of the deliveries that it holds and that were given up", () => {
    expect(entries).toEqual([
      { reason: "400", subscriptionId: "one", lines: [[0, 2]], resent: [] },
      { reason: "401", subscriptionId: "one", lines: [[3, 4]], resent: [] },
      { reason: "400", subscriptionId: "two", lines: [[4, 5]], resent: [] },
      { reason: "MESSAGE_REJECTED", lines: [[7, 8]], resent: [] },
    ]);
    expect(readEntries(writeEntries(entries))).toEqual(entries);
  });

  it("is described by how many deliveries it holds, why, and of whom", () => {
    expect(describeEntries(entries)).toEqual({
      reasons: { "400": 3, "401": 1, MESSAGE_REJECTED: 1 },
      lines: 5,
      subscriptionIds: ["one", "two"],
      resentAs: [],
    });
  });
});

describe("a re-send", () => {
  it("takes each delivery once, and leaves what could not be read alone", () => {
    const first = takeEntries(entries, { id: "r1" })!;
    expect([...first.taken]).toEqual([
      [
        "one",
        [
          [0, 2],
          [3, 4],
        ],
      ],
      ["two", [[4, 5]]],
    ]);
    expect(describeEntries(first.entries).resentAs).toEqual(["r1"]);
    expect(takeEntries(first.entries, { id: "r2" })).toBeUndefined();
    expect(takeEntries(first.entries, { id: "r2", again: true })?.taken).toEqual(first.taken);
  });

  it("by reason leaves the other reasons to a later one", () => {
    const first = takeEntries(entries, { id: "r1", reason: "401" })!;
    expect([...first.taken]).toEqual([["one", [[3, 4]]]]);
    expect([...takeEntries(first.entries, { id: "r2" })!.taken.keys()]).toEqual(["one", "two"]);
    expect(takeEntries(first.entries, { id: "r2" })!.taken.get("one")).toEqual([[0, 2]]);
  });

  it("of two objects of one segment sends what both hold once", () => {
    const taken = joinTaken(
      new Map([["one", [[0, 2]]]]),
      new Map([
        ["one", [[1, 4]]],
        ["two", [[9, 10]]],
      ]),
    );
    expect(jobOf(taken, 10)).toEqual({ lanes: ["one", "two"], cells: [10, 11, 12, 13, 29] });
  });

  it("is known again by the names of its jobs, and nothing else is taken for one", () => {
    expect(resendReplayId("a_1", 7, false)).toBe("resend-a_1-7");
    expect(resendReplayId("a_1", 7, true)).toBe("resend-a_1-7r");
    expect(["resend-a_1-7", "resend-a_1-7r"].map(resendIdOf)).toEqual(["a_1", "a_1"]);
    expect(["resend-a_1-7", "resend-a_1-7r", "replay-a-0", undefined].map(goesAsReplay)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([undefined, "r1", "resend-", "resend-a", "resend-a-b-7", "xresend-a-7"].map(resendIdOf)).toEqual(
      Array.from({ length: 6 }),
    );
  });
});

describe("the key of dead letters", () => {
  const place = {
    destinationId: "dst_1",
    key: "segment-logs/src_1/1795305600000/0-000000007.gz",
    firstCell: 3,
    token: 2,
  };

  it("is the same for the same cells and claim", () => {
    expect(deadLetterKey(place)).toBe("dead-letters/dst_1/1795305600000/src_1-0-000000007-3-2.ndjson.gz");
  });

  it("is another one for each claim, lane and replay: nobody replaces what another has written", () => {
    const keys = [place, { ...place, token: 3 }, { ...place, firstCell: 13 }, { ...place, replayId: "r/1" }].map(
      deadLetterKey,
    );
    expect(new Set(keys).size).toBe(4);
    expect(keys[3]).toMatch(/-r%2F1\.ndjson\.gz$/);
  });
});
