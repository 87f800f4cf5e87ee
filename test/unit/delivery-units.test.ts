import { afterEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { askedLines } from "../../src/destinations/cells.ts";
import type { Batching, DeliveredEvent } from "../../src/destinations/destination.ts";
import { readPages } from "../../src/destinations/pages.ts";
import { sizeAt, unitsOf } from "../../src/destinations/units.ts";
import { testSends, testSubscription } from "../support/sends.ts";

const batching = (overrides: Partial<Batching> = {}): Batching => ({
  size: 1000,
  bytes: 4_000_000,
  keyOf: () => "same",
  ...overrides,
});
const linesOf = (units: ReturnType<typeof unitsOf>) => ({
  singles: units.singles.map(({ line }) => line.line),
  batches: units.batches.map((batch) => batch.map(({ line }) => line.line)),
});
const lineOf = (event: DeliveredEvent): number => Number(event["line"]);

afterEach(() => vi.restoreAllMocks());

describe("what a claim asks for", () => {
  it("is told line by line, with the gate apart from the subscriptions", () => {
    const count = 3;
    expect(askedLines([1, 2, 3 + 2, 6 + 0, 6 + 2], count)).toEqual([
      { line: 0, gate: false, lanes: [2] },
      { line: 1, gate: true, lanes: [] },
      { line: 2, gate: true, lanes: [1, 2] },
    ]);
  });
});

describe("reading a segment", () => {
  async function* segment(...texts: string[]) {
    yield* texts;
  }
  const read = async (lines: AsyncIterable<string>, wanted: number[], bounds?: { lines: number; chars: number }) => {
    const pages = [];
    for await (const page of readPages(lines, wanted, bounds)) {
      pages.push({ ...page, lines: page.lines.map(({ line }) => line) });
    }
    return pages;
  };

  it("is done in pages of so many lines", async () => {
    const texts = Array.from({ length: 5 }, () => "{}");
    expect(await read(segment(...texts), [0, 1, 3, 4], { lines: 3, chars: 1000 })).toEqual([
      { lines: [0, 1, 3], missing: [] },
      { lines: [4], missing: [] },
    ]);
  });

  it("is done in pages of so many characters, a line that is longer on its own", async () => {
    const long = JSON.stringify({ text: "x".repeat(100) });
    expect(await read(segment(long, long, "{}", "{}"), [0, 1, 2, 3], { lines: 10, chars: 90 })).toEqual([
      { lines: [0], missing: [] },
      { lines: [1], missing: [] },
      { lines: [2, 3], missing: [] },
    ]);
  });

  it("names the lines that the segment does not have, also when it has none of them", async () => {
    expect(await read(segment("{}", "{}"), [1, 2, 5])).toEqual([{ lines: [1], missing: [2, 5] }]);
    expect(await read(segment(), [0])).toEqual([{ lines: [], missing: [0] }]);
  });

  it("reads no further than the last line that is wanted", async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given++;
        yield "{}";
      }
    }
    await read(endless(), [0, 2]);
    expect(given).toBe(3);
  });
});

describe("grouping events into batches", () => {
  it("sends them one at a time where the action has no batches", () => {
    expect(linesOf(unitsOf(testSends(3), { batching: () => undefined }, 1))).toEqual({
      singles: [0, 1, 2],
      batches: [],
    });
  });

  it("cuts batches at the size that the mapping asks for", () => {
    const units = unitsOf(testSends(5), { batching: () => batching({ size: 2 }) }, 1);
    expect(linesOf(units)).toEqual({
      singles: [4],
      batches: [
        [0, 1],
        [2, 3],
      ],
    });
  });

  it("cuts batches at so many bytes, and sends what is larger alone", () => {
    const sends = testSends(4);
    const bytes = sends[0]!.line.text.length * 2;
    expect(linesOf(unitsOf(sends, { batching: () => batching({ bytes }) }, 1)).batches).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(linesOf(unitsOf(sends, { batching: () => batching({ bytes: 1 }) }, 1))).toEqual({
      singles: [0, 1, 2, 3],
      batches: [],
    });
  });

  it("keeps events with different keys apart, and those without one alone", () => {
    const keyOf = (event: DeliveredEvent) => (lineOf(event) === 0 ? undefined : `${lineOf(event) % 2}`);
    const units = unitsOf(testSends(7), { batching: () => batching({ keyOf }) }, 1);
    expect(linesOf(units)).toEqual({
      singles: [0],
      batches: [
        [1, 3, 5],
        [2, 4, 6],
      ],
    });
  });

  it("never mixes subscriptions, though their keys are the same", () => {
    const sends = [...testSends(2), ...testSends(2, testSubscription({ id: "sub_2" }))];
    const units = unitsOf(sends, { batching: () => batching() }, 1);
    expect(units.batches.map((batch) => batch.map(({ subscription }) => subscription.id))).toEqual([
      ["sub_1", "sub_1"],
      ["sub_2", "sub_2"],
    ]);
  });

  it("lets an event whose key cannot be made speak for itself", () => {
    vi.spyOn(console, "error").mockReturnValue();
    const keyOf = (event: DeliveredEvent) => {
      if (lineOf(event) === 1) throw new Error("no such directive");
      return "same";
    };
    const units = unitsOf(testSends(3), { batching: () => batching({ keyOf }) }, 1);
    expect(linesOf(units)).toEqual({ singles: [1], batches: [[0, 2]] });
  });

  it("sends events alone whose mapping's batching cannot be read", () => {
    vi.spyOn(console, "error").mockReturnValue();
    const broken = () => {
      throw new Error("no such action");
    };
    expect(linesOf(unitsOf(testSends(2), { batching: broken }, 1))).toEqual({ singles: [0, 1], batches: [] });
  });

  it("makes batches smaller towards the last attempt, when an event stands alone", () => {
    expect([1, 5, 6, 7, DELIVERY.maxAttempts].map((attempt) => sizeAt(1000, attempt))).toEqual([
      1000, 1000, 250, 63, 1,
    ]);
  });
});
