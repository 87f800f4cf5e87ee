import { describe, expect, it } from "vitest";
import { compileMatch } from "../../src/core/archive-match.ts";
import {
  compareIn,
  isAhead,
  placeOf,
  readCursor,
  writeCursor,
  type Bound,
  type Position,
} from "../../src/core/archive-order.ts";
import { MatchPage } from "../../src/core/archive-page.ts";
import { SearchCriteria, SearchOrder } from "../../src/core/archive-search.ts";
import { kindWish, mayHoldKinds, schedule, unitsOf } from "../../src/core/archive-units.ts";
import type { ListedSegment } from "../../src/core/archive-index.ts";

const AT = Date.parse("2026-03-01T10:00:00Z");
const at = (ms: number, line = 0): Position => ({ at: AT + ms, place: [AT, 1, 7, line] });
const ORDERS = SearchOrder.options;

describe("the order of a search", () => {
  it.each(ORDERS)("is total, and %s is the reverse of the other", (order) => {
    const places: Position[] = [
      { at: 1, place: [0, 0, 0, 0] },
      { at: 1, place: [0, 0, 0, 1] },
      { at: 1, place: [0, 0, 1, 0] },
      { at: 1, place: [0, 1, 0, 0] },
      { at: 1, place: [1, 0, 0, 0] },
      { at: 2, place: [0, 0, 0, 0] },
    ];
    const expected = order === "asc" ? places : places.toReversed();
    expect(places.toReversed().toSorted(compareIn(order))).toEqual(expected);
    expect(compareIn(order)(places[0]!, places[0]!)).toBe(0);
  });

  it.each(ORDERS)("goes on exactly after the event a cursor names (%s)", (order) => {
    const bound = readCursor(order, writeCursor(order, at(5, 3)))!;
    const ahead = [at(4, 9), at(5, 2), at(5, 3), at(5, 4), at(6, 0)].filter((one) => isAhead(order, bound, one));
    expect(ahead).toEqual(order === "asc" ? [at(5, 4), at(6, 0)] : [at(4, 9), at(5, 2)]);
  });

  it.each(ORDERS)("takes all events of the moment a cursor without a place names (%s)", (order) => {
    const bound = readCursor(order, writeCursor(order, { at: AT + 5 }))!;
    const ahead = [at(4), at(5, 2), at(6)].filter((one) => isAhead(order, bound, one));
    expect(ahead).toEqual(order === "asc" ? [at(5, 2), at(6)] : [at(4), at(5, 2)]);
  });

  it.each<Bound>([{ at: 0 }, at(5, 3), { at: Number.MAX_SAFE_INTEGER - 1 }])(
    "cursors come back as they were",
    (bound) => {
      for (const order of ORDERS) expect(readCursor(order, writeCursor(order, bound))).toEqual(bound);
    },
  );

  it.each(["", "desc", "asc.5", "desc.-1", "desc.5.1", "desc.5.1.2.3", "desc.1e3", "desc.5.1.2.3.4.5", "desc.5\n"])(
    "%j is no cursor of a search from new to old",
    (cursor) => {
      expect(readCursor("desc", cursor)).toBeUndefined();
    },
  );

  it("reads places from keys", () => {
    expect(placeOf(`segment-logs/src/1767225600000/3-000000012.gz`, 5)).toEqual([1767225600000, 3, 12, 5]);
  });
});

describe("a page", () => {
  const page = (limit: number, heldBytes = 1000) => new MatchPage({ order: "desc", limit, heldBytes });
  const offer = (into: MatchPage, position: Position, bytes = 1) =>
    into.offer({ position, bytes: new Uint8Array(bytes) });
  const times = (found: readonly { readonly position: Position }[]) => found.map(({ position }) => position.at - AT);

  it("lets go only of what nothing earlier can come before", () => {
    const desc = page(10);
    for (const ms of [5, 9, 7]) offer(desc, at(ms));
    expect(times(desc.release(AT + 7))).toEqual([9]);
    offer(desc, at(6));
    offer(desc, at(7, 1));
    expect(desc.release(AT + 5).map(({ position }) => position)).toEqual([at(7, 1), at(7), at(6)]);
    expect(times(desc.release())).toEqual([5]);
    expect(desc.isFull).toBe(false);
    expect(desc.hasMore).toBe(false);
    expect(desc.end).toEqual(at(5));
  });

  it("keeps the first of the order, however they come, and knows that there were more", () => {
    const desc = page(2);
    for (const ms of [1, 5, 3, 4, 2]) offer(desc, at(ms));
    expect(desc.wants(at(3))).toBe(false);
    expect(times(desc.release(AT + 3))).toEqual([5, 4]);
    expect(desc.isFull).toBe(true);
    expect(desc.hasMore).toBe(true);
  });

  it("ends early rather than hold more bytes than it may, but never without an event", () => {
    const desc = page(10, 100);
    for (const ms of [1, 2, 3]) offer(desc, at(ms), 60);
    offer(desc, at(1, 9), 1);
    expect(times(desc.release())).toEqual([3]);
    expect(desc.isFull).toBe(true);
    const large = page(10, 100);
    offer(large, at(1), 500);
    expect(times(large.release())).toEqual([1]);
    expect(large.isFull).toBe(false);
  });

  it("has room again for what was let go of in time", () => {
    const desc = page(10, 100);
    offer(desc, at(9), 60);
    expect(times(desc.release(AT + 5))).toEqual([9]);
    offer(desc, at(4), 60);
    expect(times(desc.release())).toEqual([4]);
    expect(desc.hasMore).toBe(false);
  });
});

const listed = (key: string, first: number, last: number, offset?: number): ListedSegment => ({
  key,
  count: 10,
  bytes: 100,
  firstAt: AT + first,
  lastAt: AT + last,
  ...(offset === undefined ? {} : { place: { file: "f", offset, length: 50, firstLine: first, count: 10 } }),
});

describe("what is read", () => {
  it("is each object once, and each member with all its segments", () => {
    const units = unitsOf([
      listed("b", 20, 25, 0),
      listed("c", 30, 40),
      listed("a", 10, 15, 0),
      listed("d", 50, 60, 50),
    ]);
    expect(units.map(({ key, range }) => [key, range?.offset])).toEqual([
      ["f", 0],
      ["c", undefined],
      ["f", 50],
    ]);
    expect(units[0]).toMatchObject({ firstAt: AT + 10, lastAt: AT + 25, bytes: 50 });
    expect(units[0]!.segments.map(({ key }) => key)).toEqual(["a", "b"]);
  });

  it("comes in the order in which its events can, within the range", () => {
    const units = unitsOf([
      listed("early", 0, 30),
      listed("wide", 5, 99),
      listed("late", 20, 40),
      listed("out", 90, 95),
    ]);
    const window = { from: AT + 10, to: AT + 50 };
    const keys = (order: SearchOrder) =>
      schedule(units, order, window).map(({ unit, opensAt }) => [unit.key, opensAt - AT]);
    expect(keys("desc")).toEqual([
      ["wide", 49],
      ["late", 40],
      ["early", 30],
    ]);
    expect(keys("asc")).toEqual([
      ["early", 10],
      ["wide", 10],
      ["late", 20],
    ]);
  });
});

describe("what need not be read", () => {
  const kinds = [
    { kind: { type: "track", name: "Signed Up" }, count: 3 },
    { kind: { type: "page", name: "Home" }, count: 2 },
  ];
  const may = (wish: { types?: string[]; events?: string[] }, more: { events?: number; kinds?: typeof kinds } = {}) => {
    const { types, events } = SearchCriteria.pick({ types: true, events: true }).parse({
      types: [],
      events: [],
      ...wish,
    });
    return mayHoldKinds(kindWish({ types, events })!, { events: 5, kinds, ...more });
  };

  it("has no event of the kinds that are asked for", () => {
    expect(may({ events: ["Signed Up"] })).toBe(true);
    expect(may({ events: ["Home"] })).toBe(false);
    expect(may({ types: ["page"] })).toBe(true);
    expect(may({ types: ["screen"] })).toBe(false);
    expect(may({ types: ["page"], events: ["Other"] })).toBe(true);
    expect(may({ types: ["track"], events: ["Other"] })).toBe(false);
    expect(kindWish({ types: [], events: [] })).toBeUndefined();
  });

  it("is known for certain: names that were folded or cut, and events nobody counted, may be any", () => {
    const other = [{ kind: { type: "track", name: "(other)" }, count: 5 }];
    expect(may({ events: ["Rare"] }, { kinds: other })).toBe(true);
    expect(may({ types: ["page"] }, { kinds: other })).toBe(false);
    expect(may({ events: ["Rare"] }, { events: 6 })).toBe(true);
    const long = "x".repeat(300);
    const cut = [{ kind: { type: "track", name: long.slice(0, 100) }, count: 5 }];
    expect(may({ events: [long] }, { kinds: cut })).toBe(true);
  });
});

describe("whether a line matches", () => {
  const event = {
    type: "track",
    event: "Order Completed",
    userId: "ann",
    receivedAt: new Date(AT).toISOString(),
    properties: { total: 12.5, city: "Köln" },
  };
  const judge = (criteria: Partial<SearchCriteria>, line = JSON.stringify(event)) => {
    const all = SearchCriteria.parse({ from: AT, to: AT + 1, types: [], events: [], ...criteria });
    const matches = compileMatch(all);
    if (!matches.ok) throw new Error(matches.error.message);
    return matches.value(line);
  };

  it("all criteria must hold", () => {
    const found = { found: AT };
    expect(judge({})).toEqual(found);
    expect(
      judge({ text: "KÖLN", filter: "properties.total > 12", events: ["Order Completed"], userId: "ann" }),
    ).toEqual(found);
    expect(judge({ text: "Bonn" })).toBe("other");
    expect(judge({ filter: "properties.total > 13" })).toBe("other");
    expect(judge({ events: ["Order"] })).toBe("other");
    expect(judge({ types: ["identify"] })).toBe("other");
    expect(judge({ userId: "an" })).toBe("other");
    expect(judge({ userId: "Köln" })).toBe("other");
    expect(judge({ types: ["identify", "track"], events: ["Order Completed"] })).toEqual(found);
  });

  it("an event's own receivedAt decides", () => {
    expect(judge({ from: AT - 1, to: AT })).toBe("other");
    expect(judge({ from: AT + 1, to: AT + 2 })).toBe("other");
  });

  it("what is no event, or nothing the filter can decide on, is told apart", () => {
    expect(judge({}, "{broken")).toBe("undecided");
    expect(judge({}, "[]")).toBe("undecided");
    expect(judge({ filter: "properties.city > 5" })).toBe("undecided");
  });

  it("a filter that is no FQL is refused with the place", () => {
    const refused = compileMatch(
      SearchCriteria.parse({ from: 0, to: 1, types: [], events: [], filter: "properties.total >" }),
    );
    expect(refused).toMatchObject({ ok: false, error: { field: "filter" } });
  });
});
