import { describe, expect, it } from "vitest";
import type { DryRunDestination, Replay } from "../../dashboard/api/replay-types.ts";
import { durationAt } from "../../dashboard/logic/replay-answers.ts";
import {
  beforeWords,
  diffParts,
  doublingWords,
  earlierName,
  earlierWarning,
  earlierWords,
  leftOutWords,
  reasonRows,
  startSummary,
  wouldSentence,
} from "../../dashboard/logic/replay-report.ts";

const NOW = Date.parse("2026-11-22T10:03:30.000Z");
const HOUR = 3_600_000;
const iso = (at: number): string => new Date(at).toISOString();
const WINDOW = { startTime: iso(NOW - 10 * HOUR), endTime: iso(NOW) };

const destination = (more: Partial<DryRunDestination> = {}): DryRunDestination => ({
  destinationId: "d1",
  would: [],
  wouldSend: 120,
  dropped: { NO_MATCHING_MAPPING: 10 },
  sampledBy: [],
  before: { delivered: 60, notDelivered: { "503": 30, pending: 1 }, unknown: 9 },
  diff: { alreadyDelivered: 50, newlySent: 61, unknown: 9, notSentNow: 4 },
  ...more,
});
const report = (one: DryRunDestination, more: object = {}): NonNullable<Replay["report"]> => ({
  events: [],
  matched: 100,
  notMatched: 0,
  unreadable: 0,
  gone: { segments: 0, events: 0 },
  destinations: [one],
  ...more,
});

describe("a dry run's report", () => {
  it("says how many events go, and how many deliveries that makes", () => {
    const says = (one: Partial<DryRunDestination>): string => wouldSentence(report(destination(one)), destination(one));
    expect(says({})).toBe("90 of 100 events would be sent, as 120 deliveries.");
    expect(says({ dropped: {}, wouldSend: 100 })).toBe("All 100 events would be sent.");
    expect(says({ wouldSend: 0 })).toBe("None of the events would be sent.");
    expect(says({ wouldSend: 90, sampledBy: ["half"] })).toBe("About 90 of 100 events would be sent.");
    expect(wouldSentence(report(destination(), { matched: 0 }), destination({ wouldSend: 0 }))).toBe(
      "There is no event to send.",
    );
  });

  it("tells apart what is new, what comes twice, what is not known, and what is missing now", () => {
    const parts = diffParts(destination(), "Hook");
    expect(parts.map(({ id, count }) => [id, count])).toEqual([
      ["new", 61],
      ["again", 50],
      ["unknown", 9],
      ["missing", 4],
    ]);
    expect(parts[1]!.sentence).toContain("Hook gets them a second time");
  });

  it("gives each reason its sentence, the most frequent first, and one to what has no end yet", () => {
    const rows = reasonRows({ pending: 1, "503": 30, odd: 2 }, { "503": { sentence: "A fault.", todo: "Wait." } });
    expect(rows.map(({ reason, sentence }) => [reason, sentence])).toEqual([
      ["503", "A fault."],
      ["odd", ""],
      ["pending", "It waits still, or is being tried again."],
    ]);
    expect(beforeWords(destination())).toBe("60 delivered, 31 not delivered, 9 not known");
  });

  it("warns before it is started of what may come twice, and of nothing else", () => {
    const warning = (diff: Partial<DryRunDestination["diff"]>): string | undefined =>
      doublingWords(startSummary(report(destination({ diff: { ...destination().diff, ...diff } }))));
    expect(warning({ alreadyDelivered: 0, unknown: 0 })).toBeUndefined();
    expect(warning({ alreadyDelivered: 1, unknown: 0 })).toMatch(/^1 of these deliveries was made before/);
    expect(warning({})).toMatch(/^50 of these deliveries were made before, and of 9 deliveries it is not known/);
    expect(warning({ alreadyDelivered: 0 })).toMatch(/^Of 9 deliveries it is not known/);
  });

  it("says what other replays sent of this time, and warns of it", () => {
    const send = (more: object = {}) => ({
      replayId: "r0",
      destinationId: "d1",
      status: "finished" as const,
      delivered: 49,
      startedAt: iso(NOW),
      ...WINDOW,
      ...more,
    });
    expect(earlierWords(send(), WINDOW)).toBe("made 49 deliveries of this time");
    expect(earlierWords(send({ status: "running", delivered: 1, startTime: iso(NOW - 11 * HOUR) }), WINDOW)).toBe(
      "made 1 delivery so far, of a time that overlaps this one",
    );
    expect(earlierWords(send({ status: "running", delivered: 0 }), WINDOW)).toBe("has made no delivery yet");
    // Without a name of its own it goes by the time it is about.
    expect([earlierName(send()), earlierName(send({ name: "Backfill" }))]).toEqual([
      "Replay of 2026-11-22 00:03 – 10:03 UTC",
      "Backfill",
    ]);
    expect(earlierWarning({ earlier: [send(), send({ destinationId: "d2" })] })).toMatch(
      /^1 other replay of this time was/,
    );
    expect(earlierWarning({ earlier: [] })).toBeUndefined();
  });

  it("names what is left out, and nothing where nothing is", () => {
    expect(leftOutWords(report(destination()))).toEqual([]);
    const some = report(destination(), { notMatched: 1, unreadable: 2, gone: { segments: 1, events: 40 } });
    expect(leftOutWords(some)).toHaveLength(3);
    expect(leftOutWords(some)[0]).toBe("1 other of that time is left out.");
  });

  it("says how long so many events take", () => {
    expect(durationAt(50, 100)).toBe("about a second");
    expect(durationAt(1_000_000, 100)).toBe("about 2.7 h");
  });
});
