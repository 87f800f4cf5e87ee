import { randomFillSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildFilter, DedupFilter, filterWords } from "../../src/core/dedup-filter.ts";
import { entryWord, lowPrintOf, sortEntries } from "../../src/core/dedup-print.ts";

const print = fc.record({ high: fc.nat(0xffff_ffff), low: fc.nat(63) });
type Print = { readonly high: number; readonly low: number };

function entriesOf(prints: readonly Print[]): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(prints.flatMap(({ high, low }, i) => [entryWord(low, i), high]));
  sortEntries(words);
  return words;
}

const has = (filter: DedupFilter, { high, low }: Print): boolean => filter.has(high, low, ...filterWords(high, low));

function randomPrints(count: number): Print[] {
  const words = randomFillSync(new Uint8Array(count * 5));
  const view = new DataView(words.buffer);
  return Array.from({ length: count }, (_, i) => ({ high: view.getUint32(i * 5), low: words[i * 5 + 4]! & 63 }));
}

describe("dedup filter", () => {
  test("knows every print it was built from, however many and however alike, also once it was stored", () => {
    fc.assert(
      fc.property(fc.array(print, { maxLength: 3000 }), fc.boolean(), (some, twice) => {
        const prints = twice ? [...some, ...some] : some;
        const built = buildFilter(entriesOf(prints), lowPrintOf);
        const stored = new DedupFilter(built.stored.slice());
        for (const one of prints) expect(has(built, one) && has(stored, one)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("knows prints that share all but a few bits, as those of one page do", () => {
    const prints = Array.from({ length: 20_000 }, (_, i) => ({ high: 0x7fff_0000 + (i >>> 6), low: i & 63 }));
    const filter = buildFilter(entriesOf(prints), lowPrintOf);
    expect(prints.filter((one) => !has(filter, one))).toEqual([]);
  });

  test("takes one other print in 256 for a known one, at nine bits a print", { timeout: 60_000 }, () => {
    const filter = buildFilter(entriesOf(randomPrints(50_000)), lowPrintOf);
    const wrong = randomPrints(100_000).filter((one) => has(filter, one)).length / 100_000;
    expect(wrong).toBeGreaterThan(0.003);
    expect(wrong).toBeLessThan(0.005);
    expect((filter.bytes * 8) / 50_000).toBeLessThan(9.5);
  });

  test("says so when stored bytes are not a filter's", () => {
    const { stored } = buildFilter(entriesOf(randomPrints(100)), lowPrintOf);
    expect(() => new DedupFilter(stored.slice(0, -1))).toThrow("size of its header");
  });
});
