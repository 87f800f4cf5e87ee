import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTime } from "../../src/core/timestamps.ts";

const FIRST = Date.parse("0000-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

test("what toISOString writes is read as the engine reads it", () => {
  fc.assert(
    fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => {
      expect(parseTime(new Date(ms).toISOString())).toBe(ms);
    }),
    { numRuns: 2000, examples: [[FIRST], [LAST], [0], [-1], [951_782_400_000], [951_868_799_999]] },
  );
});

test("every day of leap years and others is read, and no day that does not exist", () => {
  const two = (n: number) => String(n).padStart(2, "0");
  for (const year of ["0000", "0001", "1600", "1900", "1999", "2000", "2023", "2024", "2100", "9999"]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const text = `${year}-${two(month)}-${two(day)}T00:00:00.000Z`;
        const date = new Date(text);
        const exists = !Number.isNaN(date.getTime()) && date.toISOString() === text;
        expect(parseTime(text), text).toBe(exists ? date.getTime() : undefined);
      }
    }
  }
});

test("with a character changed it is no date, or the one it says", () => {
  const characters = fc.constantFrom(..."0123456789-+:.,TtZz /\u0660");
  const place = fc.nat(23);
  fc.assert(
    fc.property(fc.integer({ min: FIRST, max: LAST }), place, characters, (ms, at, character) => {
      const iso = new Date(ms).toISOString();
      const text = iso.slice(0, at) + character + iso.slice(at + 1);
      const read = parseTime(text);
      if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) {
        const date = new Date(text);
        const exists = !Number.isNaN(date.getTime()) && date.toISOString() === text;
        expect(read, text).toBe(exists ? date.getTime() : undefined);
      } else if (read !== undefined) {
        // A blank at the end is no part of a date.
        expect(text.trimEnd(), "another spelling of a date").toMatch(
          /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d+(Z|[+-]\d\d)?$/i,
        );
      }
    }),
    { numRuns: 1000, examples: [[0, 23, " "]] },
  );
});
