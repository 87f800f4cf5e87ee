import { describe, expect, it } from "vitest";
import { ReceivedTimes } from "../../src/core/received-times.ts";

const HOUR = 3_600_000;
const timesOf = (...at: number[]) => {
  const times = new ReceivedTimes();
  for (const one of at) times.add(one);
  return times;
};

describe("when events were received", () => {
  it("is nothing to tell before there is an event", () => expect(timesOf().facts()).toBeUndefined());

  it("is told by the least and the greatest time where every hour between them has events", () => {
    expect(timesOf(5, 3, 3, HOUR + 1).facts()).toEqual({ firstAt: 3, lastAt: HOUR + 1 });
    expect(timesOf(7).facts()).toEqual({ firstAt: 7, lastAt: 7 });
  });

  it("names the hours where some between them have none", () => {
    const facts = { firstAt: 1, lastAt: 5 * HOUR, hours: [0, 4 * HOUR, 5 * HOUR] };
    expect(timesOf(5 * HOUR, 1, 4 * HOUR + 9).facts()).toEqual(facts);
  });

  it("adds up to the same in parts as in one, with and without named hours", () => {
    const parts = [
      [2, HOUR - 1],
      [3 * HOUR, 9 * HOUR],
      [HOUR + 1, 2 * HOUR + 5, 3 * HOUR],
    ];
    const sum = new ReceivedTimes();
    for (const part of parts) sum.addAll(timesOf(...part).facts()!);
    expect(sum.facts()).toEqual(timesOf(...parts.flat()).facts());
    const gapless = new ReceivedTimes();
    gapless.addAll({ firstAt: 10, lastAt: 3 * HOUR });
    gapless.add(5 * HOUR);
    expect(gapless.facts()?.hours).toEqual([0, HOUR, 2 * HOUR, 3 * HOUR, 5 * HOUR]);
  });
});
