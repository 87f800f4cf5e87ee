import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addRefusedKinds,
  EVENT_KINDS,
  kindOf,
  kindOfLine,
  kindText,
  KindTally,
  packKinds,
  readKind,
  type RefusedKind,
} from "../../src/core/event-kind.ts";

describe("the kind of an event", () => {
  it.each([
    ["a track call has its event's name", "track", { event: "Order", name: "x" }, { type: "track", name: "Order" }],
    ["a page has its own name", "page", { name: "Home", event: "x" }, { type: "page", name: "Home" }],
    ["a screen has its own name", "screen", { name: "Cart" }, { type: "screen", name: "Cart" }],
    ["an identify call has none", "identify", { name: "x", event: "y" }, { type: "identify" }],
    ["a group call has none: its id would be a kind of each group", "group", { groupId: "g1" }, { type: "group" }],
    ["a name that is no text is none", "track", { event: { toString: 1 } }, { type: "track" }],
  ])("%s", (_rule, type, message, kind) => {
    expect(kindOf(message, type)).toEqual(kind);
  });

  it("has the version of the app that sent it, also when the batch says it", () => {
    const app = { app: { version: "2.1" } };
    expect(kindOf({ context: app }, "identify")).toEqual({ type: "identify", appVersion: "2.1" });
    expect(readKind(kindText({}, "identify", app))).toEqual({ type: "identify", appVersion: "2.1" });
  });

  it("comes back from its text whatever a client put in, cut to the bound and never within a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (event, version) => {
        const kind = kindOf({ event, context: { app: { version } } }, "track");
        expect(event.startsWith(kind.name ?? "")).toBe(true);
        expect((kind.name ?? "").length).toBeGreaterThanOrEqual(Math.min(event.length, EVENT_KINDS.nameChars - 1));
        expect(kind.appVersion ?? "").toBe(version.slice(0, kind.appVersion?.length ?? 0).replaceAll("\n", " "));
      }),
    );
    expect(kindOf({ event: "x".repeat(99) + "😀" }, "track").name).toBe("x".repeat(99));
    expect(kindOf({ event: "a\nb\nc" }, "track").name).toBe("a\nb\nc");
  });

  it("is read from a stored line", () => {
    expect(readKind(kindOfLine(JSON.stringify({ type: "track", event: "Order" })))).toEqual(
      kindOf({ event: "Order" }, "track"),
    );
  });
});

it("packs kinds so that each event finds its own again, and bounds the table with one name for the rest", () => {
  const { texts, of } = packKinds(["a\n\nx", "b\n\ny", "a\n\nx"]);
  expect([...of].map((i) => texts[i])).toEqual(["a\n\nx", "b\n\ny", "a\n\nx"]);
  const many = packKinds(Array.from({ length: 2500 }, (_, i) => `track\n\n${i}`));
  expect(many.texts).toHaveLength(EVENT_KINDS.perRequest + 1);
  expect(many.texts[many.of[2499]!]).toBe("track\n\n(other)");
});

it("tallies exactly, beyond the bound by type", () => {
  const tally = new KindTally(2);
  for (const kind of ["track\n\na", "page\n\nb", "track\n\nc", "track\n\na", "track\n\nd"]) tally.add(kind, 1);
  expect(tally.entries).toEqual([
    ["track\n\na", 2],
    ["page\n\nb", 1],
    ["track\n\n(other)", 2],
  ]);
});

it("adds up refused kinds by reason, and keeps their number bounded", () => {
  const one = (reason: string, name: string): RefusedKind => ({ reason, kind: { type: "track", name }, count: 1 });
  expect(addRefusedKinds([one("a", "x"), one("b", "x")], [one("a", "x")])).toEqual([
    { ...one("a", "x"), count: 2 },
    one("b", "x"),
  ]);
  const many = addRefusedKinds(
    [],
    Array.from({ length: 500 }, (_, i) => one("a", `${i}`)),
  );
  expect(many).toHaveLength(EVENT_KINDS.perRequest + 1);
  expect(many.at(-1)).toEqual({ ...one("a", "(other)"), count: 400 });
});
