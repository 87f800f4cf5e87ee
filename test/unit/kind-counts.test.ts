import { describe, expect, it } from "vitest";
import {
  addKinds,
  KIND_LIMITS,
  readKinds,
  withoutMinutes,
  writeKinds,
  type KindEntry,
  type TalliedKind,
} from "../../src/core/kind-counts.ts";
import { tallyCells } from "../../src/core/settle-counts.ts";

const track = (name: string, more: Partial<TalliedKind> = {}): TalliedKind => ({
  metric: "delivered",
  type: "track",
  name,
  count: 1,
  ...more,
});
const total = (entries: readonly KindEntry[]) => entries.reduce((sum, { count }) => sum + count, 0);

describe("counts by kind", () => {
  it("add up what is alike in everything and keep the rest apart, by the minute", () => {
    const first = addKinds([], 5, [track("A", { count: 2 }), track("A", { appVersion: "1" }), track("B")]);
    const entries = addKinds(first, 6, [track("A", { count: 3 }), track("A", { subscriptionId: "s" })]);
    expect(entries.map(({ count, minutes }) => ({ count, minutes }))).toEqual([
      { count: 5, minutes: { 5: 2, 6: 3 } },
      { count: 1, minutes: { 5: 1 } },
      { count: 1, minutes: { 5: 1 } },
      { count: 1, minutes: { 6: 1 } },
    ]);
  });

  it("are the same after storage, hostile names included", () => {
    const hostile = ['"],[', "\u0000", "", "null", "a".repeat(100)];
    const entries = addKinds(
      [],
      59,
      hostile.map((name) => track(name, { reason: name, sourceId: "src", subscriptionId: "sub" })),
    );
    expect(readKinds(writeKinds(entries))).toEqual(entries);
  });

  it("keep their totals when their minutes go", () => {
    expect(withoutMinutes(addKinds([], 1, [track("A", { count: 4 })]))).toEqual([
      track("A", { count: 4, minutes: {} } as object),
    ]);
  });

  it("ignore what adds nothing", () => {
    expect(addKinds([], 0, [track("A", { count: 0 }), track("B", { count: Number.NaN })])).toEqual([]);
  });

  it("give up names first, then versions, then the rest; never a count, and the row stays bounded", () => {
    let entries: KindEntry[] = [];
    for (let i = 0; i < 2000; i++) entries = addKinds(entries, 0, [track(`event ${i}`)]);
    expect(entries).toHaveLength(KIND_LIMITS.foldNames + 1);
    expect(entries.at(-1)).toMatchObject({ name: "(other)", count: 2000 - KIND_LIMITS.foldNames });
    for (let i = 0; i < 2000; i++) entries = addKinds(entries, 0, [track("x", { appVersion: `${i}` })]);
    expect(entries).toHaveLength(KIND_LIMITS.foldVersions + 1);
    expect(entries.at(-1)).toMatchObject({ name: "(other)", appVersion: "(other)" });
    for (let i = 0; i < 2000; i++) {
      const wild = { type: `type ${i}`, reason: `reason ${i}`, subscriptionId: `s${i}`, sourceId: `${i}` };
      entries = addKinds(entries, 0, [track("x", { metric: "abandoned", ...wild }), track("x", { reason: `${i}` })]);
    }
    expect(entries.length).toBeLessThanOrEqual(KIND_LIMITS.full + 10);
    expect(total(entries)).toBe(8000);
  });
});

describe("what a settlement counts by kind", () => {
  it("is one entry for all cells alike, with the subscription of their lane and the reason of a failure", () => {
    const kinds = [{ type: "track", name: "A", appVersion: "1" }, { type: "page" }];
    const tallies = tallyCells(
      [
        { cell: 0, status: "dropped", reason: "FILTERED_BY_RULES", kind: 0 },
        { cell: 2, status: "delivered", kind: 0 },
        { cell: 5, status: "retry", reason: "503", kind: 1 },
        { cell: 4, status: "abandoned" },
        { cell: 3, status: "delivered", kind: 0 },
      ],
      { sourceId: "src", count: 2, lanes: ["one", "two"], kinds },
    );
    expect(tallies).toEqual([
      { metric: "dropped", ...kinds[0], reason: "FILTERED_BY_RULES", sourceId: "src", count: 1 },
      { metric: "delivered", ...kinds[0], subscriptionId: "one", sourceId: "src", count: 2 },
      { metric: "retry", ...kinds[1], subscriptionId: "two", reason: "503", sourceId: "src", count: 1 },
      { metric: "abandoned", subscriptionId: "two", reason: "INTERNAL", sourceId: "src", count: 1 },
    ]);
  });
});
