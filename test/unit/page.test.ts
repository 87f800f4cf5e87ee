import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pageOf } from "../../src/core/page.ts";

describe("pagination", () => {
  it("walks over everything exactly once, whatever the size of a page", () => {
    fc.assert(
      fc.property(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 20 }), (total, count) => {
        const all = Array.from({ length: total }, (_unused, n) => n);
        const seen: number[] = [];
        let cursor: string | undefined;
        do {
          const page = pageOf(all, { count, cursor });
          if (!page.ok) throw new Error("our own cursor was refused");
          expect(page.value.pagination.totalEntries).toBe(total);
          seen.push(...page.value.items);
          cursor = page.value.pagination.next;
        } while (cursor !== undefined);
        expect(seen).toEqual(all);
      }),
    );
  });

  it("refuses a cursor that it has not given out, without throwing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (cursor) => {
        const page = pageOf([1, 2, 3], { count: 2, cursor });
        if (!page.ok) expect(page.error).toBe("bad_cursor");
      }),
    );
    for (const cursor of ["", "AAAA", btoa("offset:-1"), btoa("offset:1e9"), "b2Zmc2V0OjE"]) {
      expect(pageOf([1], { count: 1, cursor }).ok).toBe(false);
    }
  });

  it("answers an empty page beyond the end", () => {
    const page = pageOf([1, 2], { count: 1, cursor: btoa("offset:9") });
    expect(page).toMatchObject({ ok: true, value: { items: [], pagination: { totalEntries: 2 } } });
  });
});
