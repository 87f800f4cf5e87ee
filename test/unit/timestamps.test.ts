import { describe, expect, it } from "vitest";
import { CLOCK_DEAD_BAND_MS, clockSkew, eventTime, parseTime } from "../../src/core/timestamps.ts";

const received = { ms: Date.parse("2026-11-22T12:00:00.000Z"), iso: "2026-11-22T12:00:00.000Z" };
const at = (original: unknown, sentAt: unknown): string =>
  eventTime(original, clockSkew(sentAt, received.ms), received);

describe("the event's timestamp", () => {
  it.each([
    [
      "a clock one hour fast is taken off",
      "2026-11-22T12:59:00.000Z",
      "2026-11-22T13:00:00.000Z",
      "2026-11-22T11:59:00.000Z",
    ],
    [
      "a clock one day slow is added",
      "2026-11-21T11:00:00.000Z",
      "2026-11-21T12:00:00.000Z",
      "2026-11-22T11:00:00.000Z",
    ],
    [
      "a clock that starts in 1970 still keeps distances",
      "1970-01-01T00:00:01.000Z",
      "1970-01-01T00:01:01.000Z",
      "2026-11-22T11:59:00.000Z",
    ],
    [
      "two seconds of transit are not skew",
      "2026-11-22T11:59:57.123Z",
      "2026-11-22T11:59:58.000Z",
      "2026-11-22T11:59:57.123Z",
    ],
    [
      "a clock two seconds fast is not corrected",
      "2026-11-22T12:00:01.000Z",
      "2026-11-22T12:00:02.000Z",
      "2026-11-22T12:00:01.000Z",
    ],
    [
      "imported history stays where it was",
      "2019-03-01T08:00:00.000Z",
      "2026-11-22T11:59:59.900Z",
      "2019-03-01T08:00:00.000Z",
    ],
    ["without sentAt nothing is corrected", "2026-11-22T10:00:00.000Z", undefined, "2026-11-22T10:00:00.000Z"],
    ["an unreadable sentAt corrects nothing", "2026-11-22T10:00:00.000Z", "yesterday", "2026-11-22T10:00:00.000Z"],
    ["another zone is written in UTC", "2026-11-22T12:30:00+02:00", undefined, "2026-11-22T10:30:00.000Z"],
    ["microseconds are cut, not rounded up", "2026-11-22T10:00:00.123999Z", undefined, "2026-11-22T10:00:00.123Z"],
    ["a missing one is the arrival", undefined, "2026-11-22T11:59:59.000Z", received.iso],
    ["an unreadable one is the arrival", "last tuesday", undefined, received.iso],
    ["a day that does not exist is the arrival", "2026-02-30T10:00:00.000Z", undefined, received.iso],
    ["a future one is the arrival", "2027-01-01T00:00:00.000Z", "2026-11-22T12:00:00.000Z", received.iso],
    [
      "one that leaves the calendar by correction is the arrival",
      "0001-01-01T00:00:00.000Z",
      "9999-01-01T00:00:00.000Z",
      received.iso,
    ],
  ])("%s", (_rule, original, sentAt, expected) => {
    expect(at(original, sentAt)).toBe(expected);
  });

  it("corrects from just beyond the dead band on", () => {
    expect(clockSkew(received.ms + CLOCK_DEAD_BAND_MS, received.ms)).toBe(0);
    expect(clockSkew(received.ms - CLOCK_DEAD_BAND_MS, received.ms)).toBe(0);
    expect(clockSkew(received.ms + CLOCK_DEAD_BAND_MS + 1, received.ms)).toBe(CLOCK_DEAD_BAND_MS + 1);
  });
});

describe("reading a client's date", () => {
  const noon = Date.parse("2026-11-22T12:00:00.000Z");
  it.each([
    ["2026-11-22T12:00:00.000Z", noon],
    ["2026-11-22T12:00:00Z", noon],
    ["2026-11-22T12:00Z", noon],
    ["2026-11-22 12:00:00", noon],
    ["2026-11-22T12:00:00.000", noon],
    ["2026-11-22t12:00:00.000z", noon],
    ["2026-11-22T12:00:00,000Z", noon],
    ["2026-11-22T07:00:00-0500", noon],
    ["2026-11-22T14:00:00+02", noon],
    ["2026-11-22T12:00:00.000000000Z", noon],
    ["2026-11-22", Date.parse("2026-11-22T00:00:00.000Z")],
    [noon, noon],
    [noon / 1000, noon],
    [noon / 1000 + 0.25, noon + 250],
  ])("reads %s", (value, expected) => {
    expect(parseTime(value)).toBe(expected);
  });

  it.each([
    ["1"],
    [""],
    ["2026"],
    ["22.11.2026"],
    ["2026-13-01T00:00:00Z"],
    ["2026-11-22T25:00:00Z"],
    ["2026-11-22T12:00:00+99:00"],
    ["+275760-09-13T00:00:00.000Z"],
    ["2026-11-22T12:00:00.00 Z"],
    [-1],
    [Number.NaN],
    [1e300],
    [null],
    [true],
    [{}],
  ])("does not guess at %s", (value) => {
    expect(parseTime(value)).toBeUndefined();
  });
});
