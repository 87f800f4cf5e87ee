import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePage, encodePage, searchPage } from "../../src/core/dedup-page.ts";
import { entryWord, lowPrintOf, segmentOf, sortEntries } from "../../src/core/dedup-print.ts";

const entry = fc.record({ high: fc.nat(0xffff_ffff), low: fc.nat(63), distance: fc.nat(2 ** 26 - 1) });
const page = fc.record({
  entries: fc.array(entry, { maxLength: 300 }),
  firstSegment: fc.oneof(fc.nat(), fc.constant(2 ** 32 - 2 ** 27)),
});
type Entry = { readonly high: number; readonly low: number; readonly distance: number };

function words(entries: readonly Entry[], firstSegment: number): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(
    entries.flatMap(({ high, low, distance }) => [entryWord(low, firstSegment + distance), high]),
  );
  sortEntries(all);
  return all;
}

describe("dedup page", () => {
  test("gives back every entry, or those of a range", () => {
    fc.assert(
      fc.property(page, fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), ({ entries, firstSegment }, one, other) => {
        const all = words(entries, firstSegment);
        const base = { start: 0, firstSegment };
        const bytes = encodePage(all, base);
        const whole = decodePage(bytes, { ...base, from: 0, to: 2 ** 32 });
        expect([...whole]).toEqual([...all]);
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const within = entries.filter(({ high }) => high >= from && high < to);
        expect([...decodePage(bytes, { ...base, from, to })]).toEqual([...words(within, firstSegment)]);
      }),
    );
  });

  test("names each segment of each print asked for, and no other", () => {
    fc.assert(
      fc.property(page, fc.array(entry, { maxLength: 20 }), ({ entries, firstSegment }, others) => {
        const base = { start: 0, firstSegment };
        const bytes = encodePage(words(entries, firstSegment), base);
        const asked = [...entries, ...others];
        const found = new Map(asked.map((one) => [one, [] as number[]]));
        searchPage(bytes, base, asked, (one, segment) => found.get(one)!.push(segment));
        for (const [{ high, low }, segments] of found) {
          const expected = entries
            .filter((one) => one.high === high && one.low === low)
            .map(({ distance }) => firstSegment + distance);
          expect(segments.toSorted()).toEqual(expected.toSorted());
        }
      }),
    );
  });

  test("takes four to five bytes an entry as runs have them", () => {
    const entries = Array.from({ length: 2000 }, (_, i) => ({ high: i * 2000, low: 0, distance: (i * 7) % 900 }));
    const bytes = encodePage(words(entries, 5), { start: 0, firstSegment: 5 });
    expect(bytes.length / 2000).toBeLessThan(5);
  });

  test("tells a segment of up to 2^32 − 2 by 26 of its bits", () => {
    for (const segment of [0, 2 ** 26 - 1, 2 ** 26, 2 ** 31 + 5, 2 ** 32 - 2]) {
      const word = entryWord(63, segment);
      expect(segmentOf(word, Math.max(0, segment - 1000))).toBe(segment);
      expect(segmentOf(word, segment)).toBe(segment);
      expect(lowPrintOf(word)).toBe(63);
    }
  });
});
